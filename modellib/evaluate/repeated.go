package evaluate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"flowbook/modellib/run"

	"gonum.org/v1/gonum/stat"
)

// Repeated holds what a model said in several repetitions (seeds) of one
// experiment. Each repetition is scored once, on all its out-of-fold
// predictions together: the mean of the F1 of folds would depend on how
// classes happened to fall into folds, and has no value where a fold lacks one.
type Repeated struct {
	Name    string
	Task    string
	Classes []string
	Scored  []int    // class numbers of the macro mean: estimable, and with windows
	Groups  []string // names of the independent groups, sorted
	Windows int      // of one repetition
	seeds   [][]sums // [repetition][group]
}

// NewRepeated takes the predictions of each repetition, joined by PoolFolds
// where an experiment has folds. notEstimable lists classes that stay out of
// the macro mean as a split does ("type p2p"). Repetitions must be about the
// same windows, truths and groups, in any order; fewer than two groups, or no
// scored class, are errors too.
func NewRepeated(name string, classes, notEstimable []string, repetitions ...*run.Predictions) (*Repeated, error) {
	if len(repetitions) == 0 || len(repetitions[0].Window) == 0 {
		return nil, fmt.Errorf("%s: no repetitions with windows", name)
	}
	first := byWindow(repetitions[0])
	r := &Repeated{Name: name, Task: first.Task, Classes: classes, Windows: len(first.Window)}
	r.Groups = slices.Compact(slices.Sorted(slices.Values(first.Group)))
	if len(r.Groups) < 2 {
		return nil, fmt.Errorf("%s, task %s: found one group (%s), expected at least 2 independent ones", name, r.Task, r.Groups[0])
	}
	for i, p := range repetitions {
		p = byWindow(p)
		if err := fits(p, len(classes)); err != nil {
			return nil, fmt.Errorf("%s, repetition %d: %w", name, i+1, err)
		}
		if err := sameWindows(first, p); err != nil {
			return nil, fmt.Errorf("%s: repetitions 1 and %d differ: %w", name, i+1, err)
		}
		members := make([][]int, len(r.Groups))
		for row, g := range p.Group {
			k, _ := slices.BinarySearch(r.Groups, g)
			members[k] = append(members[k], row)
		}
		r.seeds = append(r.seeds, groupSums(members, p.Truth, Argmax(p.Probs), len(classes)))
	}
	for k, class := range classes {
		if slices.Contains(first.Truth, k) && !slices.Contains(notEstimable, r.Task+" "+class) {
			r.Scored = append(r.Scored, k)
		}
	}
	if len(r.Scored) == 0 {
		return nil, fmt.Errorf("%s, task %s: none of %s is both estimable and among the windows", name, r.Task, count(len(classes), "class"))
	}
	return r, nil
}

// fits checks that truths and rows are those of k classes.
func fits(p *run.Predictions, k int) error {
	for i, row := range p.Probs {
		if len(row) != k || p.Truth[i] < 0 || p.Truth[i] >= k {
			return fmt.Errorf("window %d has truth %d and %d probabilities, expected a truth below %d and %d probabilities", p.Window[i], p.Truth[i], len(row), k, k)
		}
	}
	return nil
}

// byWindow is a copy with the rows in the order of their window numbers.
func byWindow(p *run.Predictions) *run.Predictions {
	order := make([]int, len(p.Window))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return p.Window[a] - p.Window[b] })
	out := &run.Predictions{Model: p.Model, Task: p.Task}
	for _, i := range order {
		out.Window, out.Group = append(out.Window, p.Window[i]), append(out.Group, p.Group[i])
		out.Truth, out.Probs = append(out.Truth, p.Truth[i]), append(out.Probs, p.Probs[i])
	}
	return out
}

// Seeds is the number of repetitions.
func (r *Repeated) Seeds() int { return len(r.seeds) }

// PerSeed is the macro F1 of each repetition.
func (r *Repeated) PerSeed() []float64 {
	out := make([]float64, len(r.seeds))
	for s, groups := range r.seeds {
		all := newSums(len(r.Classes))
		for _, g := range groups {
			all.add(g)
		}
		out[s] = all.macroF1(r.Scored)
	}
	return out
}

// MacroF1 is the mean over repetitions, with their standard deviation: how far
// the luck of a seed goes (NaN with one). That is not the uncertainty of the
// score, which Interval says.
func (r *Repeated) MacroF1() (mean, seedSD float64) {
	per := r.PerSeed()
	if len(per) == 1 {
		return per[0], math.NaN()
	}
	return stat.MeanStdDev(per, nil)
}

// Interval is the 95 % interval of MacroF1 from a bootstrap over groups, the
// same draw of groups for all repetitions: groups are what another data set
// would have others of. It is nil below MinGroups groups.
func (r *Repeated) Interval() *Interval {
	if len(r.Groups) < MinGroups {
		return nil
	}
	all := newSums(len(r.Classes))
	i := bootstrapOf(len(r.Groups), func(draw []int) float64 {
		total := 0.0
		for _, groups := range r.seeds {
			clear(all)
			for _, g := range draw {
				all.add(groups[g])
			}
			total += all.macroF1(r.Scored)
		}
		return total / float64(len(r.seeds))
	})
	return &i
}

// String is the score with what it must not stand without.
func (r *Repeated) String() string {
	mean, sd := r.MacroF1()
	out := fmt.Sprintf("%s, %s: macro F1 %.3f", r.Name, strings.ToLower(taskTitle(r.Task)), mean)
	if i := r.Interval(); i != nil {
		out += fmt.Sprintf(" (95 %% %s, bootstrap over groups)", i)
	} else {
		out += fmt.Sprintf(" (no interval: %s, %d needed)", count(len(r.Groups), "group"), MinGroups)
	}
	if !math.IsNaN(sd) {
		out += fmt.Sprintf(", standard deviation %.3f over %s", sd, count(r.Seeds(), "seed"))
	}
	return out + fmt.Sprintf("; %s from %s, %d of %s scored", count(r.Windows, "window"), count(len(r.Groups), "group"), len(r.Scored), count(len(r.Classes), "class"))
}
