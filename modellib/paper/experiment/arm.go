package experiment

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/models"
	"flowbook/modellib/paper"
	"flowbook/modellib/run"
)

// trained are the runs of one part: [seed][fold].
type trained [][]*run.Run

// arm trains one preset and stores its predictions.
func (e *experiment) arm(ctx context.Context, a *arm) error {
	out := e.describe(a)
	runs := map[string]trained{}
	parts := []part{multi("cnn"), multi("gru")}
	for _, p := range parts {
		if err := e.part(ctx, a, p, runs); err != nil {
			return err
		}
	}
	for _, p := range parts {
		score, err := onValidation(runs[keyOfPart(p)])
		if err != nil {
			return err
		}
		out.Scores = append(out.Scores, paper.WinnerScore{Model: p.name, MacroF1: score})
	}
	out.Winner = "cnn"
	if out.Scores[1].MacroF1 > out.Scores[0].MacroF1 {
		out.Winner = "gru"
	}
	for _, p := range afterWinner(out.Winner) {
		if err := e.part(ctx, a, p, runs); err != nil {
			return err
		}
		parts = append(parts, p)
	}
	if err := e.store(a, out, parts, runs); err != nil {
		return err
	}
	e.m.Arms = append(e.m.Arms, out)
	return nil
}

func keyOfPart(p part) string { return fmt.Sprint(p.name, p.tasks) }

// part trains one model for every seed and fold.
func (e *experiment) part(ctx context.Context, a *arm, p part, runs map[string]trained) error {
	var all trained
	for _, seed := range a.seeds {
		var folds []*run.Run
		for fold := range a.folds {
			r, err := e.train(ctx, a, p, fold+1, seed)
			if err != nil {
				return err
			}
			folds = append(folds, r)
			e.m.Seconds += r.Manifest.Seconds
			e.m.Backend, e.m.Versions = r.Manifest.Backend, r.Manifest.Versions
		}
		all = append(all, folds)
	}
	runs[keyOfPart(p)] = all
	return nil
}

// onValidation is the mean over seeds and tasks of macro F1 on the validation
// parts, pooled over folds.
func onValidation(all trained) (float64, error) {
	sum, n := 0.0, 0
	for _, folds := range all {
		for t, task := range folds[0].Manifest.Tasks {
			var parts []*run.Predictions
			for _, r := range folds {
				if len(r.Validation) > t {
					parts = append(parts, &r.Validation[t])
				}
			}
			pooled, err := evaluate.PoolFolds(parts...)
			if err != nil {
				return 0, fmt.Errorf("validation: %w", err)
			}
			c := evaluate.NewConfusion(task.Classes, pooled.Truth, evaluate.Argmax(pooled.Probs))
			sum += c.Macro(c.Present()).F1
			n++
		}
	}
	return sum / float64(n), nil
}

// describe is what the manifest says of an arm before training.
func (e *experiment) describe(a *arm) *paper.Arm {
	m := a.set.Manifest
	report := dataset.Audit(a.set, a.split)
	captures := map[string]bool{}
	for _, w := range a.set.Windows {
		captures[w.Capture] = true
	}
	s := a.split
	out := &paper.Arm{
		Preset: a.preset, Changes: e.sets.change[a.preset], Folds: a.folds, Of: a.of, Seeds: a.seeds, Leak: report.Test,
		Data: paper.Data{Hash: content(a.set), Recipe: m.Recipe, Windows: len(a.set.Windows), Superflows: m.Superflows, Captures: len(captures),
			Steps: a.set.Steps, Features: a.set.Features, Constant: report.Constant, Pairs: report.Pairs, Vanished: m.Vanished,
			LeftOut: m.LeftOut, Notes: m.Notes, Unit: m.Unit},
		Split: run.Split{Name: s.Name, Unit: s.Unit, Seed: s.Spec.Seed, Train: len(s.Train), Validation: len(s.Validation), Test: len(s.Test),
			TestGroups: s.TestGroups, NotEstimable: s.NotEstimable},
		Drawn: e.drawn(a),
	}
	slices.SortFunc(out.Data.Pairs, func(x, y dataset.PairCount) int {
		return cmp.Or(cmp.Compare(x.Type, y.Type), cmp.Compare(x.App, y.App))
	})
	for _, task := range []string{"type", "app"} {
		classes, _ := a.set.Labels(task)
		t := paper.Task{Name: task, Classes: classes}
		for _, n := range s.NotEstimable {
			if len(n) > len(task) && n[:len(task)+1] == task+" " {
				t.NotEstimable = append(t.NotEstimable, n)
			}
		}
		out.Tasks = append(out.Tasks, t)
	}
	return out
}

// drawn are the multi-task networks as Figures 1 to 3 show them.
func (e *experiment) drawn(a *arm) []paper.Architecture {
	var out []paper.Architecture
	types, apps := len(a.set.Types), len(a.set.Apps)
	for _, n := range []struct{ kind, title, figure string }{{"cnn", "multi-task CNN", "Figures 1 and 2"}, {"gru", "multi-task GRU", "Figure 3"}} {
		r := a.recipe(n.kind, []string{"type", "app"}, 1, a.seeds[0], e.Backend)
		model, err := models.New(r.Model, a.preset != paper.Recommended)
		if err != nil {
			panic("experiment: " + err.Error()) // a name of our own
		}
		in := models.Input{Steps: a.set.Steps, Features: len(a.set.Features), Layout: r.Layout}
		trunk, heads, err := models.Outline(model, in, []models.Head{{Task: "type", Classes: types}, {Task: "app", Classes: apps}})
		if err != nil {
			continue // windows that the model cannot read fail in training, with the reason
		}
		drawing := paper.Architecture{Figure: n.figure, Title: n.title, Trunk: layers(trunk)}
		for _, h := range heads {
			drawing.Heads = append(drawing.Heads, layers(h))
		}
		out = append(out, drawing)
	}
	return out
}

func layers(all []models.Layer) []paper.Layer {
	var out []paper.Layer
	for _, l := range all {
		shape := ""
		for i, n := range l.Shape {
			if i > 0 {
				shape += " × "
			}
			shape += fmt.Sprint(n)
		}
		out = append(out, paper.Layer{Name: l.Text, Shape: shape, Params: l.Params})
	}
	return out
}
