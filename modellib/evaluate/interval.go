package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// How intervals are made: bootstrap over groups, percentiles of the draws.
const (
	Level     = 0.95 // of every interval
	MinGroups = 10   // fewer groups give no interval
	Draws     = 2000
	bootSeed  = 42
)

// Interval is a 95 % interval from a bootstrap over groups.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// String is the interval as "0.912–0.954".
func (i Interval) String() string { return fmt.Sprintf("%.3f–%.3f", i.Low, i.High) }

// bootstrapOf draws n groups out of n with replacement, Draws times, and
// returns the interval of a statistic of the draw: its percentiles. The draws
// are the same every time. A statistic that is NaN leaves its draw out.
func bootstrapOf(n int, statistic func(draw []int) float64) Interval {
	rng := rand.New(rand.NewPCG(bootSeed, uint64(n)))
	values, draw := make([]float64, Draws), make([]int, n)
	for d := range values {
		for i := range draw {
			draw[i] = rng.IntN(n)
		}
		values[d] = statistic(draw)
	}
	return percentiles(values, n)
}

// bootstrap returns the intervals of accuracy and of macro F1 over the scored
// classes. In a draw the macro mean is over those of them that the draw has.
func bootstrap(scored []int, groups []sums) (accuracy, macroF1 Interval) {
	all := make(sums, len(groups[0]))
	fill := func(draw []int) sums {
		clear(all)
		for _, g := range draw {
			all.add(groups[g])
		}
		return all
	}
	accuracy = bootstrapOf(len(groups), func(draw []int) float64 { return fill(draw).accuracy() })
	macroF1 = bootstrapOf(len(groups), func(draw []int) float64 { return fill(draw).macroF1(scored) })
	return accuracy, macroF1
}

// groupMembers are the rows of each group, in order of first appearance.
func groupMembers(group []string) [][]int {
	number := map[string]int{}
	var members [][]int
	for i, g := range group {
		k, ok := number[g]
		if !ok {
			k = len(members)
			number[g] = k
			members = append(members, nil)
		}
		members[k] = append(members[k], i)
	}
	return members
}

// percentiles cuts off the same tail of the draws at both ends. Plain 2.5 %
// tails give too narrow intervals with few groups, for the bootstrap's spread
// is that of n and not n−1 and knows only the normal distribution; the tail is
// the one that Student's t asks for (Hesterberg, What Teachers Should Know
// About the Bootstrap, 2015, section 3.3: "expanded percentile interval").
func percentiles(draws []float64, groups int) Interval {
	draws = slices.DeleteFunc(draws, math.IsNaN)
	if len(draws) == 0 {
		return Interval{math.NaN(), math.NaN()}
	}
	slices.Sort(draws)
	tail := expandedTail(groups)
	return Interval{
		Low:  stat.Quantile(tail, stat.Empirical, draws, nil),
		High: stat.Quantile(1-tail, stat.Empirical, draws, nil),
	}
}

// expandedTail is the share of draws beyond each end: 2.5 % for many groups.
func expandedTail(groups int) float64 {
	tail := (1 - Level) / 2
	if groups < 2 {
		return tail
	}
	n := float64(groups)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(tail)
	return distuv.UnitNormal.CDF(math.Sqrt(n/(n-1)) * t)
}

// Wilson is the score interval of a proportion of independent trials, with
// the given level. Windows are not independent: use it for groups.
func Wilson(successes, trials int, level float64) Interval {
	if trials < 1 || successes < 0 || successes > trials {
		panic(fmt.Sprintf("evaluate: %d successes in %d trials", successes, trials))
	}
	z := distuv.UnitNormal.Quantile(1 - (1-level)/2)
	n, p := float64(trials), float64(successes)/float64(trials)
	d := 1 + z*z/n
	mid := (p + z*z/(2*n)) / d
	half := z / d * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Interval{Low: max(0, mid-half), High: min(1, mid+half)}
}
