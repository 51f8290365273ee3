package submission

import (
	"fmt"
	"path/filepath"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
	"flowbook/modellib/controls"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
)

// Report is a submission beside the baselines on the same folds.
type Report struct {
	Task    string  `json:"task"`
	Split   string  `json:"split"`
	Hash    string  `json:"data_hash"`
	Windows int     `json:"windows"`
	Groups  int     `json:"groups"`
	Unit    string  `json:"unit"`
	Entries []Entry `json:"entries"` // the submission first
}

// Entry is a row of the table.
type Entry struct {
	Model    string             `json:"model"`
	Seeds    int                `json:"seeds"`
	MacroF1  float64            `json:"macro_f1"`
	SeedSD   *float64           `json:"seed_sd,omitempty"`
	Interval *evaluate.Interval `json:"interval,omitempty"` // over groups
	P        *float64           `json:"p,omitempty"`        // against the submission, after Holm
}

// Score reads the predictions in a file and scores them on a task of a set.
//
// Predictions of other windows than the test windows of all folds, of another
// truth, with a class that the set does not have, of a set with one group, or
// with rows that are missing or doubled, are errors that say so.
func Score(path string, set *dataset.Set, task Task) (*Report, error) {
	folds, err := task.Folds(set)
	if err != nil {
		return nil, err
	}
	classes, y := set.Labels(task.Label)
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	repetitions, err := t.read(classes, task.Label)
	if err != nil {
		return nil, err
	}
	for _, p := range repetitions {
		if err := adopt(p, folds, classes, y); err != nil {
			return nil, fmt.Errorf("predictions %s: they are not of task %s on data set %s: %w", path, task.Name, set.Dir, err)
		}
	}
	name := filepath.Base(path)
	mine, err := evaluate.NewRepeated(name, classes, folds[0].NotEstimable, repetitions...)
	if err != nil {
		return nil, err
	}
	r := &Report{Task: task.Name, Split: splitName(folds), Hash: set.Hash, Windows: mine.Windows,
		Groups: len(mine.Groups), Unit: folds[0].Unit, Entries: []Entry{entry(mine)}}
	return r, r.addBaselines(set, task, folds, mine, repetitions)
}

// splitName names all folds at once.
func splitName(folds []*dataset.Split) string {
	if len(folds) == 1 {
		return folds[0].Name
	}
	return fmt.Sprintf("by %s, %d folds", folds[0].Unit, len(folds))
}

// adopt checks the windows of a repetition against the folds and gives them
// their groups.
func adopt(p *run.Predictions, folds []*dataset.Split, classes []string, y []int32) error {
	tested := map[int]string{}
	for _, f := range folds {
		for _, w := range f.Test {
			tested[w] = f.Group[w]
		}
	}
	seen := map[int]bool{}
	for i, w := range p.Window {
		group, ok := tested[w]
		switch {
		case !ok:
			return fmt.Errorf("window %d is in no test part", w)
		case seen[w]:
			return fmt.Errorf("window %d is there twice, expected one row a window and seed", w)
		case int32(p.Truth[i]) != y[w]:
			return fmt.Errorf("window %d has the truth %q, in the data set it is %q", w, classes[p.Truth[i]], classes[y[w]])
		}
		seen[w] = true
		p.Group = append(p.Group, group)
	}
	for w := range tested {
		if !seen[w] {
			return fmt.Errorf("%d of %d test windows are missing, such as window %d", len(tested)-len(seen), len(tested), first(tested, seen))
		}
	}
	return nil
}

// first is the smallest window that was not seen.
func first(tested map[int]string, seen map[int]bool) int {
	missing := []int{}
	for w := range tested {
		if !seen[w] {
			missing = append(missing, w)
		}
	}
	return slices.Min(missing)
}

func entry(r *evaluate.Repeated) Entry {
	mean, sd := r.MacroF1()
	e := Entry{Model: r.Name, Seeds: r.Seeds(), MacroF1: mean, Interval: r.Interval()}
	if r.Seeds() > 1 {
		e.SeedSD = &sd
	}
	return e
}

// addBaselines runs majority, 1-NN and a forest on the same folds and tests
// each against the submission. A baseline has one seed; it stands beside each
// repetition.
func (r *Report) addBaselines(set *dataset.Set, task Task, folds []*dataset.Split, mine *evaluate.Repeated, repetitions []*run.Predictions) error {
	var p []float64
	for _, m := range []controls.Model{controls.Majority(), controls.Nearest(baseline.L2, 1), controls.Forest(1)} {
		o, err := controls.Experiment{Set: set, Task: task.Label, Parts: folds, Model: m}.Run()
		if err != nil {
			return err
		}
		same := make([]*run.Predictions, len(repetitions))
		for i := range same {
			same[i] = o.Pooled
		}
		other, err := evaluate.NewRepeated(m.Name, mine.Classes, nil, same...)
		if err != nil {
			return err
		}
		other.Scored = mine.Scored
		test, err := evaluate.SignFlip(mine, other)
		if err != nil {
			return err
		}
		e := entry(o.Repeated)
		r.Entries, p = append(r.Entries, e), append(p, test.P)
	}
	for i, adjusted := range evaluate.Holm(p) {
		r.Entries[i+1].P = &adjusted
	}
	return nil
}

// Table lays the report out.
func (r *Report) Table() *evaluate.Table {
	t := &evaluate.Table{
		Caption: fmt.Sprintf("%s: predictions of %d windows from %d groups (%s), split %s", r.Task, r.Windows, r.Groups, r.Unit, r.Split),
		Header:  []string{"Model", "Macro F1", "95 %", "Seeds", "SD of seeds", "p"},
		Notes: []string{
			"95 %: bootstrap over groups, the spread that other groups would give. p: paired permutation over groups against the first row, after Holm.",
			"Baselines were trained here on the same folds. Macro F1 is over the estimable classes, once a seed on the predictions of all folds.",
		},
	}
	if r.Groups < evaluate.MinGroups {
		t.Notes[0] = fmt.Sprintf("No interval: %d groups, %d needed. p: paired permutation over groups against the first row, after Holm.", r.Groups, evaluate.MinGroups)
	}
	for _, e := range r.Entries {
		row := []string{e.Model, fmt.Sprintf("%.3f", e.MacroF1), "–", fmt.Sprint(e.Seeds), "–", "–"}
		if e.Interval != nil {
			row[2] = e.Interval.String()
		}
		if e.SeedSD != nil {
			row[4] = fmt.Sprintf("%.3f", *e.SeedSD)
		}
		if e.P != nil {
			row[5] = fmt.Sprintf("%.4f", *e.P)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// String is the report as text.
func (r *Report) String() string { return r.Table().String() }
