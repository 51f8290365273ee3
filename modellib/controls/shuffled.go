package controls

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
)

// Shuffled trains on labels that mean nothing. Shuffled between captures they
// keep the structure of the set: a model that scores knows captures, not
// classes, and a split that scores lets it. At random they are new for every
// window. By the split of the study both must give chance; the random split
// over windows is shown beside it.
func Shuffled(set *dataset.Set, task string, split dataset.SplitSpec) (*Report, error) {
	r := &Report{Title: "Labels without meaning: 1-NN on means", Task: task, Notes: []string{
		"Shuffled between captures: all windows of a capture get the label of another capture. What the random split scores then is what it pays to know the superflow.",
	}}
	labels := []struct {
		name string
		of   func(y []int32) []int32
	}{
		{"labels shuffled between captures", func(y []int32) []int32 { return byCapture(set, y, 1) }},
		{"labels at random", func(y []int32) []int32 { return atRandom(y, 1) }},
	}
	chance, err := chanceOf(set, task, split)
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		for _, spec := range []dataset.SplitSpec{split, {Kind: "published", Seed: split.Seed}} {
			o, err := Experiment{Name: l.name, Set: set, Task: task, Split: spec, Label: l.of, View: Means, Model: Nearest(baseline.L2, 1)}.Run()
			if err != nil {
				return nil, err
			}
			row := o.row()
			switch {
			case spec.Kind != "published" || l.name == "labels at random":
				row.expectChance(chance)
			default:
				row.Verdict = "the worth of the leak"
			}
			r.Rows = append(r.Rows, row)
		}
	}
	return r, nil
}

// chanceOf is the score of guessing by class shares, mean of twenty draws.
func chanceOf(set *dataset.Set, task string, split dataset.SplitSpec) (float64, error) {
	const draws = 20
	sum := 0.0
	parts, err := Experiment{Set: set, Split: split}.splits()
	if err != nil {
		return 0, err
	}
	for seed := range uint64(draws) {
		o, err := Experiment{Set: set, Task: task, Parts: parts, Model: Chance(seed), View: Columns(func(int) []float32 { return nil })}.Run()
		if err != nil {
			return 0, err
		}
		sum += o.MacroF1()
	}
	return sum / draws, nil
}

// baseline notes what guessing scores by the split of the study, without which
// no score of a table says anything.
func (r *Report) baseline(set *dataset.Set, task string, split dataset.SplitSpec) error {
	chance, err := chanceOf(set, task, split)
	if err != nil {
		return err
	}
	r.Notes = append(r.Notes, fmt.Sprintf("Guessing by class shares scores %.3f (%s, by the split of the study).", chance, task))
	return nil
}

// byCapture gives all windows of each capture the first label of another one.
func byCapture(set *dataset.Set, y []int32, seed uint64) []int32 {
	first := map[string]int32{}
	var names []string
	for w := range set.Windows {
		c := set.Windows[w].Group("capture")
		if _, ok := first[c]; !ok {
			first[c] = y[w]
			names = append(names, c)
		}
	}
	slices.Sort(names)
	rng := rand.New(rand.NewPCG(seed, 3))
	given := map[string]int32{}
	for i, from := range rng.Perm(len(names)) {
		given[names[i]] = first[names[from]]
	}
	out := make([]int32, len(y))
	for w := range out {
		out[w] = given[set.Windows[w].Group("capture")]
	}
	return out
}

// atRandom permutes the labels of all windows.
func atRandom(y []int32, seed uint64) []int32 {
	out := slices.Clone(y)
	rand.New(rand.NewPCG(seed, 4)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
