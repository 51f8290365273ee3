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

// cell counts the windows of one group with one truth and one prediction.
type cell struct{ truth, predicted, n int }

// byGroup sums windows to cells, a slice a group in order of first appearance.
func byGroup(group []string, truth, predicted []int) [][]cell {
	number := map[string]int{}
	var counts []map[[2]int]int
	for i, g := range group {
		k, ok := number[g]
		if !ok {
			k = len(counts)
			number[g] = k
			counts = append(counts, map[[2]int]int{})
		}
		counts[k][[2]int{truth[i], predicted[i]}]++
	}
	groups := make([][]cell, len(counts))
	for k, m := range counts {
		for tp, n := range m {
			groups[k] = append(groups[k], cell{tp[0], tp[1], n})
		}
	}
	return groups
}

// bootstrap draws groups with replacement and returns the intervals of
// accuracy and of macro F1 over the scored classes. In a draw the macro mean
// is over those of them that the draw has. The draws are the same every time.
func bootstrap(classes []string, scored []int, groups [][]cell) (accuracy, macroF1 Interval) {
	rng := rand.New(rand.NewPCG(bootSeed, uint64(len(groups))))
	acc, f1 := make([]float64, Draws), make([]float64, Draws)
	c := NewConfusion(classes, nil, nil)
	for d := range Draws {
		for _, row := range c.Count {
			clear(row)
		}
		for range groups {
			for _, x := range groups[rng.IntN(len(groups))] {
				c.Count[x.truth][x.predicted] += x.n
			}
		}
		acc[d], f1[d] = c.Accuracy(), c.Macro(having(c, scored)).F1
	}
	return percentiles(acc), percentiles(f1)
}

// having returns those of the classes that have windows.
func having(c *Confusion, classes []int) []int {
	var out []int
	for _, k := range classes {
		if c.Support(k) > 0 {
			out = append(out, k)
		}
	}
	return out
}

// percentiles cuts off 2.5 % of the draws at both ends. A draw without any
// scored class has no macro F1 and is left out.
func percentiles(draws []float64) Interval {
	draws = slices.DeleteFunc(draws, math.IsNaN)
	slices.Sort(draws)
	tail := (1 - Level) / 2
	return Interval{
		Low:  stat.Quantile(tail, stat.Empirical, draws, nil),
		High: stat.Quantile(1-tail, stat.Empirical, draws, nil),
	}
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
