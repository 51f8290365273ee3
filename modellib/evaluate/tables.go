package evaluate

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/modellib/run"
)

// Table3 lays out runs as Table 3 of the paper: a row a model and label with
// the metrics as Keras computes them, then the baselines on the same test
// windows and, below, split, groups and interval. Single-task runs of one
// model stand under one name, as "the single-task model".
//
// All runs must have the same test windows for a task; otherwise the error
// names the first difference.
func Table3(runs ...*run.Run) (*Table, error) {
	reports, err := together(runs)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Caption: "Performance metrics (Table 3). MT: multi-task, ST: single-task.",
		Header:  []string{"Model", "Label", "Accuracy", "95 %", "Precision", "Recall", "F1", "Macro F1"},
	}
	for _, m := range group(runs) {
		var heads []*Head
		for _, i := range m.runs {
			for j := range reports[i].Heads {
				heads = append(heads, &reports[i].Heads[j])
			}
		}
		t.addModel(m.name, heads, func(h *Head) *Score { return &h.Network })
	}
	for _, name := range baselineNames(reports) {
		t.addModel(name, everyHead(reports), func(h *Head) *Score {
			i := slices.IndexFunc(h.Baselines, func(s Score) bool { return s.Model == name })
			if i < 0 {
				return nil
			}
			return &h.Baselines[i]
		})
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Split: %s.", reports[0].Split.Name))
	for _, h := range everyHead(reports) {
		t.Notes = append(t.Notes, fmt.Sprintf("%s: %s from %s. %s", taskTitle(h.Task), count(h.Windows, "test window"), h.Origin(), strings.Join(h.notes()[:2], " ")))
	}
	t.Notes = append(t.Notes, "Precision, recall and F1 are Keras' micro at threshold 0.5, as published. All scores are from one training with one seed.")
	return t, nil
}

// addModel adds a row a head under one name.
func (t *Table) addModel(name string, heads []*Head, score func(*Head) *Score) {
	for _, h := range heads {
		s := score(h)
		if s == nil {
			continue
		}
		k := s.KerasAtHalf
		t.Rows = append(t.Rows, []string{name, shortTask(h.Task), three(k.Accuracy), interval(s.AccuracyCI),
			three(k.Precision), three(k.Recall), three(k.F1), three(s.MacroF1)})
		name = ""
	}
}

// shortTask is the label column of Table 3.
func shortTask(task string) string {
	switch task {
	case "type":
		return "Type"
	case "app":
		return "App."
	}
	return task
}

// together evaluates runs that stand in one table, after checking that they
// were tested on the same windows.
func together(runs []*run.Run) ([]*Report, error) {
	if len(runs) == 0 {
		return nil, fmt.Errorf("no runs to put into a table")
	}
	first := map[string]*run.Run{}
	var reports []*Report
	for _, r := range runs {
		for _, task := range r.Manifest.Tasks {
			if first[task.Name] == nil {
				first[task.Name] = r
			} else if _, _, err := pair(first[task.Name], r, task.Name); err != nil {
				return nil, err
			}
		}
		if a, b := runs[0].Manifest.Split.Name, r.Manifest.Split.Name; a != b {
			return nil, fmt.Errorf("%s and %s cannot stand in one table: split %q in one and %q in the other", runs[0].Dir, r.Dir, a, b)
		}
		rep, err := Run(r)
		if err != nil {
			return nil, err
		}
		reports = append(reports, rep)
	}
	return reports, nil
}

// model is one row group of a table: a multi-task run, or the single-task
// runs that together do all tasks.
type model struct {
	name string
	runs []int // indices
}

// group joins single-task runs of one model as long as each has a task of its
// own. A further run of the same kind is a model of its own, "CNN MT (2)".
func group(runs []*run.Run) []model {
	var models []model
	taken := map[string][]string{} // tasks of the model that was last of its name
	last, times := map[string]int{}, map[string]int{}
	for i, r := range runs {
		name, tasks := modelName(&r.Manifest), r.Manifest.Tasks
		if k, ok := last[name]; ok && len(tasks) == 1 && !slices.Contains(taken[name], tasks[0].Name) {
			models[k].runs = append(models[k].runs, i)
			taken[name] = append(taken[name], tasks[0].Name)
			continue
		}
		last[name], taken[name] = len(models), nil
		for _, t := range tasks {
			taken[name] = append(taken[name], t.Name)
		}
		times[name]++
		shown := name
		if n := times[name]; n > 1 {
			shown = fmt.Sprintf("%s (%d)", name, n)
		}
		models = append(models, model{shown, []int{i}})
	}
	return models
}

// baselineNames lists the baselines of reports in order of first appearance.
func baselineNames(reports []*Report) []string {
	var names []string
	for _, h := range everyHead(reports) {
		for _, s := range h.Baselines {
			if !slices.Contains(names, s.Model) {
				names = append(names, s.Model)
			}
		}
	}
	return names
}

// everyHead returns the first head of each task.
func everyHead(reports []*Report) []*Head {
	var heads []*Head
	for _, rep := range reports {
		for i := range rep.Heads {
			h := &rep.Heads[i]
			if !slices.ContainsFunc(heads, func(o *Head) bool { return o.Task == h.Task }) {
				heads = append(heads, h)
			}
		}
	}
	return heads
}

// Table4 lays out the run times as Table 4 of the paper: CPU seconds of
// training, with the runs of a single-task model summed, and beside them the
// wall time and the size of the models. The times are measured and differ
// from one training to the next.
func Table4(runs ...*run.Run) (*Table, error) {
	if len(runs) == 0 {
		return nil, fmt.Errorf("no runs to put into a table")
	}
	t := &Table{
		Caption: "Run time of training in seconds (Table 4), measured. Single-task runs are summed.",
		Header:  []string{"Model", "CPU s", "Wall s", "Runs", "Epochs", "Parameters"},
	}
	for _, m := range group(runs) {
		var cpu, wall float64
		var epochs, params int
		for _, i := range m.runs {
			r := runs[i]
			cpu += r.Manifest.CPU
			wall += r.Manifest.Seconds
			epochs += len(r.History)
			params += r.Manifest.Params
		}
		t.Rows = append(t.Rows, []string{m.name, fmt.Sprintf("%.1f", cpu), fmt.Sprintf("%.1f", wall),
			fmt.Sprint(len(m.runs)), fmt.Sprint(epochs), thousands(params)})
	}
	b := runs[0].Manifest.Backend
	t.Notes = []string{fmt.Sprintf("Computed by %s with %s. The paper's Table 4 is CPU time too (276.8, 223.0 and 242.9 s), of the whole program with reading the data.", b.Name, count(b.Threads, "thread"))}
	return t, nil
}
