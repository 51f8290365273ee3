package experiment

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
	"flowbook/modellib/paper"
	"flowbook/modellib/reach"
	"flowbook/modellib/run"
)

// store writes the predictions of an arm, with those that follow from others
// and the baselines, and says in the manifest what was trained.
func (e *experiment) store(a *arm, out *paper.Arm, parts []part, runs map[string]trained) error {
	tests := map[string][]paper.Test{} // by task
	for _, p := range parts {
		all := runs[keyOfPart(p)]
		for s, folds := range all {
			for f, r := range folds {
				for _, found := range e.outputs(a, p, f+1, r) {
					add(tests, a, found, a.seeds[s], f+1)
				}
			}
		}
		out.Models = addModel(out.Models, p, out.Winner, all)
	}
	for f := range a.folds {
		for _, b := range runs[keyOfPart(parts[0])][0][f].Baselines {
			add(tests, a, b, 0, f+1)
		}
		for _, b := range a.forests(f + 1) {
			add(tests, a, b, 0, f+1)
		}
	}
	out.Models = append(out.Models,
		paper.Model{Name: paper.ReadOff, Title: "type of " + strings.ToUpper(out.Winner) + " ST app.", Tasks: []string{"type"}},
		paper.Model{Name: paper.Forest, Title: "forest", Tasks: []string{"type", "app"}},
		paper.Model{Name: paper.Nearest, Title: "1-NN", Tasks: []string{"type", "app"}},
		paper.Model{Name: paper.Majority, Title: "majority", Tasks: []string{"type", "app"}})
	groups := map[string]bool{}
	for _, t := range tests["type"] {
		for _, g := range t.Group {
			groups[g] = true
		}
	}
	out.Groups = len(groups)
	for _, task := range out.Tasks {
		f, err := paper.WritePredictions(e.Out, a.preset, task.Name, task.Classes, tests[task.Name])
		if err != nil {
			return err
		}
		e.m.Files = append(e.m.Files, f)
	}
	return nil
}

// add appends what a model said of one fold.
func add(tests map[string][]paper.Test, a *arm, p run.Predictions, seed int64, fold int) {
	t := paper.Test{Model: p.Model, Seed: seed, Fold: fold, Predictions: p}
	for _, w := range p.Window {
		t.Superflow = append(t.Superflow, a.set.Windows[w].Superflow)
	}
	tests[p.Task] = append(tests[p.Task], t)
}

// addModel says what was trained; the two single-task networks are one model.
func addModel(all []paper.Model, p part, winner string, runs trained) []paper.Model {
	at := slices.IndexFunc(all, func(m paper.Model) bool { return m.Name == p.name })
	if at < 0 {
		kind := strings.ToUpper(p.kind)
		title := map[string]string{paper.CNN: "CNN MT", paper.GRU: "GRU MT", paper.Single: kind + " ST", paper.Pair: kind + " pairs"}[p.name]
		all = append(all, paper.Model{Name: p.name, Title: title})
		at = len(all) - 1
	}
	m := &all[at]
	m.Tasks = append(m.Tasks, p.tasks...)
	m.Params += runs[0][0].Manifest.Params
	var r struct {
		Rate float64 `json:"learning-rate"`
	}
	if runs[0][0].Manifest.DecodeRecipe(&r) == nil {
		m.Rate = r.Rate
	}
	for _, folds := range runs {
		for _, r := range folds {
			m.Trainings++
			if r.Manifest.Best == len(r.History) && r.Manifest.Stopped == "epochs" {
				m.Unended++
			}
			m.Epochs += len(r.History)
			m.CPU += r.Manifest.CPU
			m.Seconds += r.Manifest.Seconds
		}
	}
	return all
}

// outputs are what one trained network says of the two tasks, and what follows
// from it: the type that applications imply, the marginals of pairs.
func (e *experiment) outputs(a *arm, p part, fold int, r *run.Run) []run.Predictions {
	var out []run.Predictions
	for _, found := range r.Predictions {
		found.Model = p.name
		switch {
		case p.name == paper.Pair:
			out = append(out, a.marginals(found)...)
			continue
		case p.name == paper.Single && found.Task == "app":
			out = append(out, a.readOff(found, fold))
		}
		out = append(out, found)
	}
	return out
}

// mapped gives predictions of another task: with the probability p of a class
// k it gives p·share[k][c] to the class c. truth is that of each window.
func mapped(from run.Predictions, model, task string, truth []int32, share [][]float64) run.Predictions {
	out := run.Predictions{Model: model, Task: task, Window: from.Window, Group: from.Group}
	for i, w := range from.Window {
		row := make([]float64, len(share[0]))
		for k, p := range from.Probs[i] {
			for c, s := range share[k] {
				row[c] += p * s
			}
		}
		for c := range row {
			row[c] = min(1, row[c])
		}
		out.Probs = append(out.Probs, row)
		out.Truth = append(out.Truth, int(truth[w]))
	}
	return out
}

// marginals are type and application of a softmax over pairs.
func (a *arm) marginals(pairs run.Predictions) []run.Predictions {
	classes, y := a.set.Labels("pair")
	var out []run.Predictions
	for _, task := range []string{"type", "app"} {
		names, truth := a.set.Labels(task)
		share := matrix(len(classes), len(names))
		for w, pair := range y { // a pair has one type and one application
			share[pair][truth[w]] = 1
		}
		out = append(out, mapped(pairs, paper.Pair, task, truth, share))
	}
	return out
}

// readOff is the type that an application implies, by the shares of types
// among the training windows of each application.
func (a *arm) readOff(apps run.Predictions, fold int) run.Predictions {
	split := a.splitOf(fold)
	names, app := a.set.Labels("app")
	types, typ := a.set.Labels("type")
	share := matrix(len(names), len(types))
	total := make([]float64, len(names))
	for _, w := range split.Train {
		share[app[w]][typ[w]]++
		total[app[w]]++
	}
	for k, row := range share {
		for c := range row {
			row[c] /= max(1, total[k])
		}
	}
	return mapped(apps, paper.ReadOff, "type", typ, share)
}

// splitOf is the split of a fold, which was tried when the arm was planned.
func (a *arm) splitOf(fold int) *dataset.Split {
	s, err := a.set.Split(a.spec(fold))
	if err != nil {
		panic(fmt.Sprintf("experiment: %v", err))
	}
	return s
}

// forests are random forests on mean and spread of each feature over the
// steps of a window (package reach), one a task.
func (a *arm) forests(fold int) []run.Predictions {
	s := a.splitOf(fold)
	scaler := dataset.FitScaler(a.set, s.Train)
	rows := func(windows []int) [][]float32 {
		x := make([]float32, a.set.Size(1))
		out := make([][]float32, len(windows))
		for i, w := range windows {
			a.set.Fill(x, []int{w}, scaler)
			out[i] = reach.Describe(x, len(a.set.Features))
		}
		return out
	}
	train, test := rows(s.Train), rows(s.Test)
	var out []run.Predictions
	for _, task := range []string{"type", "app"} {
		classes, y := a.set.Labels(task)
		known := make([]int32, len(s.Train))
		for i, w := range s.Train {
			known[i] = y[w]
		}
		forest := baseline.NewForest(train, known, len(classes), baseline.ForestOptions{Seed: 42})
		p := run.Predictions{Model: paper.Forest, Task: task, Window: s.Test, Probs: forest.Predict(test)}
		for _, w := range s.Test {
			p.Group, p.Truth = append(p.Group, s.Group[w]), append(p.Truth, int(y[w]))
		}
		out = append(out, p)
	}
	return out
}

func matrix(rows, columns int) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, columns)
	}
	return m
}
