package modellib

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/run"
)

// Plan is one recipe that is trained for every fold of a grouped split and
// every seed, so that each window of a fold is predicted by networks that have
// seen nothing of its group.
type Plan struct {
	Recipe Recipe  // its Split says the unit; Fold and Of, and Seed, are the plan's
	Folds  int     // of the split; 1: the recipe's own split as it is
	Seeds  []int64 // of initial weights, order and dropout; the split stays the same
}

// Check says what is wrong with the plan.
func (p Plan) Check() error {
	if len(p.Seeds) == 0 {
		return fmt.Errorf("seeds is empty, expected at least one")
	}
	for i, seed := range p.Seeds {
		if slices.Contains(p.Seeds[:i], seed) {
			return fmt.Errorf("seed %d is named twice", seed)
		}
	}
	if p.Folds < 1 {
		return fmt.Errorf("folds is %d, expected at least 1", p.Folds)
	}
	if kind := p.Recipe.Split.Kind; p.Folds != 1 && (kind == "published" || kind == "time") {
		return fmt.Errorf("folds is %d, and the %s split has none: use a grouped one", p.Folds, kind)
	}
	for fold := range p.Folds {
		if err := p.recipe(fold+1, p.Seeds[0]).Check(); err != nil {
			return err
		}
	}
	return nil
}

// recipe is the one for a fold, from 1, and a seed.
func (p Plan) recipe(fold int, seed int64) Recipe {
	r := p.Recipe
	r.Seed = seed
	if p.Folds != 1 {
		r.Split.Fold, r.Split.Of = fold, p.Folds
	}
	return r
}

// Dir is where the run of a fold, from 1, and a seed lies below the plan's
// directory.
func (p Plan) Dir(fold int, seed int64) string {
	if p.Folds == 1 {
		return fmt.Sprintf("seed-%d", seed)
	}
	return filepath.Join(fmt.Sprintf("seed-%d", seed), fmt.Sprintf("fold-%d-of-%d", fold, p.Folds))
}

// OutOfFold are the runs of a plan.
type OutOfFold struct {
	Plan Plan
	Runs [][]*run.Run // a row a seed, a run a fold
}

// OutOfFold trains a plan below the directory out, one run after the other.
// The network is compiled once, the baselines are computed once a fold; runs
// that are there already are opened, one that was stopped is resumed. begin,
// if not nil, is told before each run which of how many it is.
//
//	s, _ := modellib.OpenSession("auto")
//	defer s.Close()
//	pooled, _ := s.OutOfFold(ctx, set, modellib.Plan{Recipe: r, Folds: 5, Seeds: []int64{1, 2, 3}}, "runs", modellib.Watch{}, nil)
//	predictions := pooled.Predictions(0) // of the first seed, one a head: every window once
func (s *Session) OutOfFold(ctx context.Context, set *dataset.Set, p Plan, out string, w Watch, begin func(n, of int, dir string)) (*OutOfFold, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	for fold := range p.Folds { // before any time is spent
		if _, err := newJob(set, p.recipe(fold+1, p.Seeds[0])); err != nil {
			return nil, fmt.Errorf("train: fold %d of %d: %w", fold+1, p.Folds, err)
		}
	}
	result, n := &OutOfFold{Plan: p}, 0
	for _, seed := range p.Seeds {
		var runs []*run.Run
		for fold := range p.Folds {
			dir := filepath.Join(out, p.Dir(fold+1, seed))
			if n++; begin != nil {
				begin(n, len(p.Seeds)*p.Folds, dir)
			}
			r, err := s.Ensure(ctx, set, p.recipe(fold+1, seed), dir, w)
			if err != nil {
				return nil, err
			}
			runs = append(runs, r)
		}
		result.Runs = append(result.Runs, runs)
	}
	return result, nil
}

// Predictions are the network's of a seed (its place in the plan), pooled over
// the folds, one a head, in the order of the windows.
func (o *OutOfFold) Predictions(seed int) []run.Predictions {
	return pool(o.Runs[seed], func(r *run.Run) []run.Predictions { return r.Predictions })
}

// Baselines are those of majority and 1-NN, pooled over the folds; they do not
// depend on the seed.
func (o *OutOfFold) Baselines() []run.Predictions {
	return pool(o.Runs[0], func(r *run.Run) []run.Predictions { return r.Baselines })
}

// Cost is the wall and processor time of all trainings, in seconds.
func (o *OutOfFold) Cost() (seconds, cpu float64) {
	for _, runs := range o.Runs {
		for _, r := range runs {
			seconds, cpu = seconds+r.Manifest.Seconds, cpu+r.Manifest.CPU
		}
	}
	return seconds, cpu
}

// pool joins the predictions of the folds. A window is in the test part of one
// fold at most.
func pool(runs []*run.Run, of func(*run.Run) []run.Predictions) []run.Predictions {
	var pooled []run.Predictions
	for i, first := range of(runs[0]) {
		type row struct {
			window, truth int
			group         string
			probs         []float64
		}
		var rows []row
		for _, r := range runs {
			p := of(r)[i]
			for k := range p.Window {
				rows = append(rows, row{p.Window[k], p.Truth[k], p.Group[k], p.Probs[k]})
			}
		}
		slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.window, b.window) })
		joined := run.Predictions{Model: first.Model, Task: first.Task}
		for _, r := range rows {
			joined.Window, joined.Truth = append(joined.Window, r.window), append(joined.Truth, r.truth)
			joined.Group, joined.Probs = append(joined.Group, r.group), append(joined.Probs, r.probs)
		}
		pooled = append(pooled, joined)
	}
	return pooled
}
