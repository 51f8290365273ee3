package controls

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
)

// Family is a group of features that are measured together.
type Family struct {
	Name     string
	Features []int // columns of the set
}

// Families sorts the features of a set by what they measure: everything in a
// name before its statistic, "Flow IAT" of "Flow IAT Mean".
func Families(features []string) []Family {
	var out []Family
	for j, name := range features {
		family := name
		for _, statistic := range []string{" Mean", " Std", " Max", " Min"} {
			family = strings.TrimSuffix(family, statistic)
		}
		i := slices.IndexFunc(out, func(f Family) bool { return f.Name == family })
		if i < 0 {
			i = len(out)
			out = append(out, Family{Name: family})
		}
		out[i].Features = append(out[i].Features, j)
	}
	return out
}

// Drop is what a model loses when it cannot read some features.
type Drop struct {
	Name    string  `json:"name"`
	MacroF1 float64 `json:"macro_f1"` // without them
	Loss    float64 `json:"loss"`     // what that is less than with all
	SD      float64 `json:"sd"`       // of the loss, over repetitions of a permutation
}

// permutations is how often each feature is permuted.
const permutations = 3

// Importance permutes one feature at a time over the test windows, all steps
// of a window together, and reports the loss of a forest that was trained with
// it (Breiman, 2001). The most important feature stands first. Features that
// say the same cover for each other: a small loss does not mean that a feature
// says nothing, for which see SingleFeature.
func Importance(set *dataset.Set, task string, split dataset.SplitSpec) (all *Outcome, drops []Drop, err error) {
	return lost(set, task, split, singles(set.Features), permutations, func(test [][]float32, columns []int, seed uint64) {
		order := rand.New(rand.NewPCG(seed, 5)).Perm(len(test))
		before := make([][]float32, len(test))
		for i := range test {
			before[i] = slices.Clone(test[i])
		}
		for i, row := range test {
			for _, j := range columns {
				row[j] = before[order[i]][j]
			}
		}
	})
}

// Occlusion hides the features of one family at a time behind their training
// mean, 0 after scaling, and reports the loss of a forest.
func Occlusion(set *dataset.Set, task string, split dataset.SplitSpec) (all *Outcome, drops []Drop, err error) {
	return lost(set, task, split, Families(set.Features), 1, func(test [][]float32, columns []int, _ uint64) {
		for _, row := range test {
			for _, j := range columns {
				row[j] = 0
			}
		}
	})
}

// singles are families of one feature.
func singles(features []string) []Family {
	var out []Family
	for j, name := range features {
		out = append(out, Family{name, []int{j}})
	}
	return out
}

// lost trains a forest on the means of the windows once a fold and predicts
// the test part as it is and with each family disturbed.
func lost(set *dataset.Set, task string, split dataset.SplitSpec, families []Family, times int, disturb func(test [][]float32, columns []int, seed uint64)) (*Outcome, []Drop, error) {
	variants := 1 + len(families)*times
	outcomes := make([]*Outcome, variants)
	parts, err := Experiment{Set: set, Split: split}.splits()
	if err != nil {
		return nil, nil, err
	}
	model := &remembering{families: families, times: times, disturb: disturb}
	for v := range outcomes {
		model.variant, model.fold = v, 0
		if outcomes[v], err = (Experiment{Name: "forest on means", Set: set, Task: task, Parts: parts, View: Means, Model: Model{"forest", model.predict}}).Run(); err != nil {
			return nil, nil, err
		}
	}
	with := outcomes[0].MacroF1()
	var drops []Drop
	for f, family := range families {
		var scores []float64
		for i := range times {
			scores = append(scores, outcomes[1+f*times+i].MacroF1())
		}
		mean, sd := meanSD(scores)
		drops = append(drops, Drop{Name: family.Name, MacroF1: mean, Loss: with - mean, SD: sd})
	}
	slices.SortStableFunc(drops, func(a, b Drop) int {
		switch {
		case a.Loss > b.Loss:
			return -1
		case a.Loss < b.Loss:
			return 1
		}
		return 0
	})
	return outcomes[0], drops, nil
}

// remembering is a forest a fold that is trained in the first experiment and
// used again, on disturbed rows, in the others.
type remembering struct {
	families      []Family
	times         int
	disturb       func(test [][]float32, columns []int, seed uint64)
	variant, fold int
	forests       []*baseline.Forest
}

func (m *remembering) predict(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
	if m.variant == 0 {
		m.forests = append(m.forests, baseline.NewForest(x, y, classes, baseline.ForestOptions{Trees: 60, Seed: 1}))
	} else {
		v := m.variant - 1
		m.disturb(test, m.families[v/m.times].Features, uint64(m.variant*1000+m.fold))
	}
	m.fold++
	return m.forests[m.fold-1].Predict(test)
}

// meanSD are mean and standard deviation; 0 for one value.
func meanSD(v []float64) (mean, sd float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		sd += (x - mean) * (x - mean)
	}
	if len(v) > 1 {
		sd = math.Sqrt(sd / float64(len(v)-1))
	}
	return mean, sd
}

// SingleFeature trains a decision tree on the mean of each feature alone. A
// feature that scores high by itself is a finding, or an artefact.
func SingleFeature(set *dataset.Set, task string, split dataset.SplitSpec) (*Report, error) {
	r := &Report{Title: "One feature alone: a tree on its mean over the steps", Task: task}
	for j, name := range set.Features {
		o, err := Experiment{Name: name, Set: set, Task: task, Split: split, View: Only(j), Model: Tree("tree", baseline.TreeOptions{MinLeaf: 5})}.Run()
		if err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, o.row())
	}
	slices.SortStableFunc(r.Rows, func(a, b Row) int {
		switch {
		case a.MacroF1 > b.MacroF1:
			return -1
		case a.MacroF1 < b.MacroF1:
			return 1
		}
		return 0
	})
	return r, r.baseline(set, task, split)
}

// DropReport lays losses out as a table.
func DropReport(title string, all *Outcome, drops []Drop) *Report {
	r := &Report{Title: title, Task: all.Pooled.Task, Rows: []Row{all.row()}, Notes: []string{
		"What is lost without a feature is read against the interval of the first row; the losses themselves have none.",
	}}
	for _, d := range drops {
		row := Row{Name: "without " + d.Name, Split: all.Split, MacroF1: d.MacroF1, Windows: all.Repeated.Windows, Groups: len(all.Repeated.Groups),
			Verdict: fmt.Sprintf("%+.3f", -d.Loss)}
		r.Rows = append(r.Rows, row)
	}
	return r
}
