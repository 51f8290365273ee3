package evaluate

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Permutations is how many random sign flips stand for all of them where
// there are too many groups to try each.
const Permutations = 9999

// exactGroups is the largest number of groups whose flips are all tried.
const exactGroups = 13

// Permutation is a paired test over groups of whether two models differ.
type Permutation struct {
	A, B       string
	Difference float64 `json:"difference"` // macro F1 of A minus that of B, mean over repetitions
	P          float64 `json:"p"`          // two-sided
	Groups     int     `json:"groups"`
	Seeds      int     `json:"seeds"`
	Flips      int     `json:"flips"`      // ways to swap that were tried
	Exact      bool    `json:"exact"`      // all of them
	SmallestP  float64 `json:"smallest_p"` // that this many groups can give
	Differing  int     `json:"differing"`  // groups on which the models differ at all
}

// SignFlip tests the hypothesis that A and B are equally good: then, for each
// group, what A said and what B said could as well have been swapped. The
// predictions of a group are swapped as a whole, all windows and repetitions
// together, so nothing within a group is taken for independent. The statistic
// is the difference in macro F1; P is the share of the ways to swap whose
// difference is at least as large in size. Up to 13 groups all ways are tried;
// above, 9,999 random ones and the observed one, from a fixed seed.
//
// A and B must have been tested on the same windows in as many repetitions.
func SignFlip(a, b *Repeated) (*Permutation, error) {
	if err := comparisonError(a, b); err != nil {
		return nil, err
	}
	f := newFlipper(a, b)
	t := &Permutation{A: a.Name, B: b.Name, Groups: len(a.Groups), Seeds: len(a.seeds), Difference: f.difference(nil), Differing: len(f.differ)}
	extreme := func(swap []bool) int {
		if math.Abs(f.difference(swap)) >= math.Abs(t.Difference)-1e-12 {
			return 1
		}
		return 0
	}
	hits, swap := 0, make([]bool, len(f.differ))
	if t.Exact = len(swap) <= exactGroups; t.Exact {
		t.Flips = 1 << len(swap)
		for mask := range t.Flips {
			for i := range swap {
				swap[i] = mask>>i&1 == 1
			}
			hits += extreme(swap)
		}
		t.P = float64(hits) / float64(t.Flips)
	} else {
		rng := rand.New(rand.NewPCG(bootSeed, uint64(len(swap))))
		t.Flips = Permutations
		for range t.Flips {
			for i := range swap {
				swap[i] = rng.IntN(2) == 1
			}
			hits += extreme(swap)
		}
		t.P = float64(hits+1) / float64(t.Flips+1)
	}
	t.SmallestP = max(math.Ldexp(2, -t.Groups), 1/float64(Permutations+1))
	return t, nil
}

// comparisonError says why two experiments cannot be compared.
func comparisonError(a, b *Repeated) error {
	differ := fmt.Sprintf("%s and %s cannot be compared", a.Name, b.Name)
	switch {
	case a.Task != b.Task || !slices.Equal(a.Classes, b.Classes):
		return fmt.Errorf("%s: task %s with classes %q in one and task %s with %q in the other", differ, a.Task, a.Classes, b.Task, b.Classes)
	case len(a.seeds) != len(b.seeds):
		return fmt.Errorf("%s: %s in one and %s in the other", differ, count(len(a.seeds), "repetition"), count(len(b.seeds), "repetition"))
	case !slices.Equal(a.Groups, b.Groups):
		return fmt.Errorf("%s: they were tested on different groups (%d and %d)", differ, len(a.Groups), len(b.Groups))
	case !slices.Equal(a.Scored, b.Scored):
		return fmt.Errorf("%s: they are scored over different classes", differ)
	}
	k := len(a.Classes)
	for g, name := range a.Groups {
		if x, y := a.seeds[0][g][2*k:], b.seeds[0][g][2*k:]; !slices.Equal(x, y) {
			return fmt.Errorf("%s: group %s has windows %v a class in one and %v in the other", differ, name, x, y)
		}
	}
	return nil
}

// flipper computes the difference of two models after swaps of groups.
type flipper struct {
	a, b   *Repeated
	differ []int    // groups on which the models differ; swapping others changes nothing
	baseA  []sums   // a seed: sums of A over all groups
	baseB  []sums   // of B
	delta  [][]sums // [differing group][seed]: B minus A
	bufA   sums
	bufB   sums
}

func newFlipper(a, b *Repeated) *flipper {
	k := len(a.Classes)
	f := &flipper{a: a, b: b, bufA: newSums(k), bufB: newSums(k)}
	for s := range a.seeds {
		x, y := newSums(k), newSums(k)
		for g := range a.Groups {
			x.add(a.seeds[s][g])
			y.add(b.seeds[s][g])
		}
		f.baseA, f.baseB = append(f.baseA, x), append(f.baseB, y)
	}
	for g := range a.Groups {
		var deltas []sums
		same := true
		for s := range a.seeds {
			d := newSums(k)
			for i := range d {
				d[i] = b.seeds[s][g][i] - a.seeds[s][g][i]
				same = same && d[i] == 0
			}
			deltas = append(deltas, d)
		}
		if !same {
			f.differ, f.delta = append(f.differ, g), append(f.delta, deltas)
		}
	}
	return f
}

// difference is the mean over seeds of macro F1 of A minus that of B, after
// swapping the marked ones of the differing groups.
func (f *flipper) difference(swap []bool) float64 {
	total := 0.0
	for s := range f.baseA {
		copy(f.bufA, f.baseA[s])
		copy(f.bufB, f.baseB[s])
		for i, do := range swap {
			if !do {
				continue
			}
			for j, d := range f.delta[i][s] {
				f.bufA[j] += d
				f.bufB[j] -= d
			}
		}
		total += f.bufA.macroF1(f.a.Scored) - f.bufB.macroF1(f.a.Scored)
	}
	return total / float64(len(f.baseA))
}

// String is the test in a sentence.
func (t *Permutation) String() string {
	how := fmt.Sprintf("%s random swaps", thousands(t.Flips))
	if t.Exact {
		how = fmt.Sprintf("all %s", count(t.Flips, "swap"))
	}
	return fmt.Sprintf("%s minus %s: %+.3f in macro F1, paired permutation over %s (%s, %s): %s; these groups can give p = %.2g at the least.",
		t.A, t.B, t.Difference, count(t.Groups, "group"), count(t.Seeds, "seed"), how, pText(t.P), t.SmallestP)
}

// Holm adjusts the p-values of a list of comparisons that was fixed before
// training, so that the chance of a single false rejection among all of them
// stays at the level (Holm, A Simple Sequentially Rejective Multiple Test
// Procedure, 1979). The result stands in the order given; reject where it is
// below the level.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, float64(len(p)-rank)*p[i]))
		out[i] = largest
	}
	return out
}
