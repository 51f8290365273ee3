package paper

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/flowlib/label"
	"flowbook/modellib/evaluate"
)

// Table2 lists traffic types and their applications with what the data hold.
func (a *Arm) Table2() *evaluate.Table {
	t := &evaluate.Table{
		Caption: "Table 2. The classes of the data, with windows, superflows and captures that gave a window.",
		Header:  []string{"Traffic type", "Applications", "Windows", "Superflows", "Captures"},
	}
	counts := a.Counts()
	for _, typ := range counts.Types() {
		var apps []string
		windows, superflows, captures := 0, 0, 0
		for _, p := range a.Data.Pairs {
			if p.Type == typ {
				apps = append(apps, p.App)
				windows, superflows, captures = windows+p.Windows, superflows+p.Superflows, captures+p.Captures
			}
		}
		slices.Sort(apps)
		t.Rows = append(t.Rows, []string{typ, strings.Join(apps, ", "), thousands(windows), thousands(superflows), thousands(captures)})
	}
	if len(a.Data.Vanished) > 0 {
		t.Notes = []string{"Labels without a window (section 3.3): " + strings.Join(a.Data.Vanished, ", ") + "."}
	}
	return t
}

// Counts are the windows of each pair of type and application.
func (a *Arm) Counts() label.Counts {
	c := label.Counts{}
	for _, p := range a.Data.Pairs {
		c[p.Pair] += p.Windows
	}
	return c
}

// Table3 has a row a model and label, in the paper's metrics and with macro F1.
func (a *Arm) Table3() (*evaluate.Table, error) {
	t := &evaluate.Table{
		Caption: fmt.Sprintf("Table 3, %s. MT: multi-task, ST: single-task; P, R and F1 are micro at threshold 0.5, as Keras computes them.", a.Preset),
		Header:  []string{"Model", "Label", "Accuracy", "P", "R", "F1", "Macro F1", "± seeds", "95 %"},
		Notes:   []string{a.Origin()},
	}
	byTask := map[string][]*Score{}
	for _, task := range a.Tasks {
		var err error
		if byTask[task.Name], err = a.scores(task.Name); err != nil {
			return nil, err
		}
	}
	for _, m := range order {
		name := a.title(m)
		for _, task := range a.Tasks {
			for _, s := range byTask[task.Name] {
				if s.Model != m {
					continue
				}
				t.Rows = append(t.Rows, []string{name, short(task.Name), three(s.Accuracy), three(s.Keras.Precision), three(s.Keras.Recall), three(s.Keras.F1),
					three(s.MacroF1), three(s.SeedSD), intervalText(s.Interval)})
				name = ""
			}
		}
	}
	for _, task := range a.Tasks {
		if len(task.NotEstimable) > 0 {
			t.Notes = append(t.Notes, fmt.Sprintf("Not estimable, outside the macro mean: %s.", strings.Join(task.NotEstimable, ", ")))
		}
	}
	return t, nil
}

func short(task string) string {
	if task == "app" {
		return "App."
	}
	return capital(task)
}

// Table4 is the cost of training.
func (a *Arm) Table4() *evaluate.Table {
	t := &evaluate.Table{
		Caption: fmt.Sprintf("Table 4, %s. Cost of training, measured; single-task models are summed.", a.Preset),
		Header:  []string{"Model", "CPU s", "Wall s", "Trainings", "Epochs", "CPU s an epoch", "Parameters", "Rate"},
	}
	all, unended := 0, 0
	for _, m := range order {
		model, ok := a.Model(m)
		if !ok || model.Trainings == 0 {
			continue
		}
		all, unended = all+model.Trainings, unended+model.Unended
		t.Rows = append(t.Rows, []string{model.Title, fmt.Sprintf("%.1f", model.CPU), fmt.Sprintf("%.1f", model.Seconds), fmt.Sprint(model.Trainings),
			fmt.Sprint(model.Epochs), fmt.Sprintf("%.2f", model.CPU/float64(max(1, model.Epochs))), thousands(model.Params), fmt.Sprintf("%g", model.Rate)})
	}
	t.Notes = []string{fmt.Sprintf("In %d of %d trainings the last epoch was the best on validation, so more epochs might raise their scores.", unended, all),
		"The paper's Table 4 is CPU time of the whole program with reading the data: 276.8 s (GRU), 223.0 s (CNN), 242.9 s (two single-task CNNs)."}
	return t
}

// tableNumbers are the paper's numbers of contingency tables.
var tableNumbers = map[string]string{"RQ1 type": "5", "RQ1 app": "6", "RQ2 type": "7", "RQ2 app": "8"}

// Contingency are Tables 5 to 8: windows that two models get right or wrong.
func (a *Arm) Contingency(all []Verdict) []*evaluate.Table {
	var out []*evaluate.Table
	for _, v := range all {
		number := tableNumbers[v.Question+" "+v.Task]
		if number == "" || v.Question == "RQ2" && v.B != Single {
			continue
		}
		d, s := v.Windows, v.Superflows
		t := &evaluate.Table{
			Caption: fmt.Sprintf("Table %s, %s. Contingency of %s and %s for %s; windows.", number, a.Preset, v.TitleA, v.TitleB, taskTitle(v.Task)),
			Header:  []string{v.TitleA + ` \ ` + v.TitleB, "Correct", "Incorrect"},
			Rows: [][]string{
				{"Correct", thousands(d.Both), thousands(d.OnlyA)},
				{"Incorrect", thousands(d.OnlyB), thousands(d.Neither)},
			},
			Notes: []string{
				fmt.Sprintf("McNemar, exact, by window as published: %s; by superflow (%d and %d right alone): %s. Neither unit is independent here; seed %d.",
					pText(d.P), s.OnlyA, s.OnlyB, pText(s.P), a.Seeds[0]),
			},
		}
		out = append(out, t)
	}
	return out
}

// Table9 is the proportions of applications within types.
func (a *Arm) Table9() *evaluate.Table {
	counts := a.Counts()
	types := counts.Types()
	t := &evaluate.Table{
		Caption: "Table 9. Proportions of applications within traffic types; the last column is their share of all windows.",
		Header:  append(append([]string{"Application"}, types...), "All"),
	}
	for _, app := range counts.Apps() {
		row := []string{app}
		for _, typ := range types {
			row = append(row, three(counts.Within(label.Pair{Type: typ, App: app})))
		}
		t.Rows = append(t.Rows, append(row, three(counts.Marginal(app))))
	}
	total := []string{"windows"}
	for _, typ := range types {
		total = append(total, thousands(counts.OfType(typ)))
	}
	t.Rows = append(t.Rows, append(total, thousands(counts.Total())))
	largest, at := counts.Dependence()
	t.Notes = []string{fmt.Sprintf("The tasks depend on each other (section 3.3): the largest difference between a proportion within a type and the overall one is %.3f, for %s in %s.", largest, at.App, at.Type)}
	return t
}

// SideBySide puts published beside fair, and the paper beside both.
func (r *Results) SideBySide() (*evaluate.Table, error) {
	t := &evaluate.Table{
		Caption: "Published and fair side by side: accuracy as the paper scores it, and macro F1 over groups that were not trained on.",
		Header:  []string{"Model", "Label", "Paper: accuracy", "Published: accuracy", "Published: macro F1", "Fair: accuracy", "Fair: macro F1", "95 %"},
	}
	for _, m := range order {
		for _, task := range []string{"type", "app"} {
			row := []string{"", short(task), "–"}
			if v, ok := table3[m+" "+task]; ok {
				row[2] = three(v)
			}
			some := false
			for _, preset := range []string{Published, Recommended} {
				a := r.Arm(preset)
				cells, ok, err := a.cells(m, task, preset == Recommended)
				if err != nil {
					return nil, err
				}
				if ok {
					some = true
					if title := a.title(m); row[0] == "" {
						row[0] = title
					} else if row[0] != title { // the winner is another one there
						row[0] += " / " + title
					}
				}
				row = append(row, cells...)
			}
			if some {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	for _, preset := range []string{Published, Recommended} {
		if a := r.Arm(preset); a != nil {
			t.Notes = append(t.Notes, capital(preset)+": "+a.Origin())
		}
	}
	t.Notes = append(t.Notes, "The paper's numbers (Table 3) are for its own windows of ISCX-VPN-NonVPN and its own split, so they compare with no other column.")
	return t, nil
}

// cells are a model's scores in the table side by side.
func (a *Arm) cells(model, task string, interval bool) (cells []string, ok bool, err error) {
	cells = []string{"–", "–"}
	if interval {
		cells = append(cells, "–")
	}
	if a == nil {
		return cells, false, nil
	}
	s, err := a.Score(model, task)
	if err != nil || s == nil {
		return cells, false, err
	}
	cells[0], cells[1] = three(s.Accuracy), three(s.MacroF1)
	if interval {
		cells[2] = intervalText(s.Interval)
	}
	return cells, true, nil
}

// Verdicts is the list of comparisons with their tests.
func (a *Arm) Verdicts(all []Verdict) *evaluate.Table {
	t := &evaluate.Table{
		Caption: "The comparisons that were fixed before training: sign-flip test over groups, all seeds pooled, Holm over the list; McNemar beside it, not independent.",
		Header:  []string{"For", "Label", "A", "B", "Macro F1, A − B", "p", "Holm", "McNemar, windows", "McNemar, superflows"},
		Notes:   []string{a.Origin()},
	}
	for _, v := range all {
		row := []string{v.Question, short(v.Task), v.TitleA, v.TitleB, "–", "–", "–", fmt.Sprintf("%.4f", v.Windows.P), fmt.Sprintf("%.4f", v.Superflows.P)}
		if v.Test != nil {
			row[4], row[5], row[6] = fmt.Sprintf("%+.3f", v.Test.Difference), fmt.Sprintf("%.4f", v.Test.P), fmt.Sprintf("%.4f", v.Holm)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
