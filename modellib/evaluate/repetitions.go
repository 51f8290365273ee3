package evaluate

import (
	"fmt"
	"slices"

	"flowbook/modellib/run"
)

// Repetitions scores runs of one model that were trained with several seeds,
// on several folds: the folds of each seed are pooled, and each seed is scored
// once. The runs must share data set, classes, and the unit of the split; a
// fold that is missing for one seed shows as a difference of the windows.
func Repetitions(name, task string, runs ...*run.Run) (*Repeated, error) {
	return repetitions(name, task, networkFor, runs)
}

// BaselineRepetitions is Repetitions of a baseline that was stored with every
// one of the runs.
func BaselineRepetitions(baseline, task string, runs ...*run.Run) (*Repeated, error) {
	return repetitions(baseline, task, func(r *run.Run, task string) (*run.Predictions, error) {
		for i := range r.Baselines {
			if b := &r.Baselines[i]; b.Task == task && b.Model == baseline {
				return b, nil
			}
		}
		return nil, fmt.Errorf("run %s: found no baseline %q for task %s", r.Dir, baseline, task)
	}, runs)
}

// repetitions pools what pick takes from each run.
func repetitions(name, task string, pick func(*run.Run, string) (*run.Predictions, error), runs []*run.Run) (*Repeated, error) {
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s: no runs", name)
	}
	first, ok := runs[0].Manifest.Task(task)
	if !ok {
		return nil, fmt.Errorf("run %s has no task %q", runs[0].Dir, task)
	}
	var seeds []int64
	folds := map[int64][]*run.Predictions{}
	var notEstimable []string
	for _, r := range runs {
		if err := sameExperiment(runs[0], r, first, task); err != nil {
			return nil, err
		}
		p, err := pick(r, task)
		if err != nil {
			return nil, err
		}
		var recipe struct{ Seed int64 }
		if err := r.Manifest.DecodeRecipe(&recipe); err != nil {
			return nil, fmt.Errorf("run %s: %w", r.Dir, err)
		}
		if !slices.Contains(seeds, recipe.Seed) {
			seeds = append(seeds, recipe.Seed)
		}
		folds[recipe.Seed] = append(folds[recipe.Seed], p)
		notEstimable = append(notEstimable, r.Manifest.Split.NotEstimable...)
	}
	slices.Sort(seeds)
	var pooled []*run.Predictions
	for _, s := range seeds {
		p, err := PoolFolds(folds[s]...)
		if err != nil {
			return nil, fmt.Errorf("%s, seed %d: %w", name, s, err)
		}
		pooled = append(pooled, p)
	}
	return NewRepeated(name, first.Classes, notEstimable, pooled...)
}

// sameExperiment says why two runs cannot be scored together.
func sameExperiment(a, b *run.Run, want run.Task, task string) error {
	got, ok := b.Manifest.Task(task)
	differ := fmt.Sprintf("%s and %s cannot be scored together", a.Dir, b.Dir)
	switch ma, mb := a.Manifest, b.Manifest; {
	case !ok:
		return fmt.Errorf("run %s has no task %q", b.Dir, task)
	case ma.Data.Hash != mb.Data.Hash:
		return fmt.Errorf("%s: data set %s in one and %s in the other", differ, abbreviate(ma.Data.Hash), abbreviate(mb.Data.Hash))
	case !slices.Equal(want.Classes, got.Classes):
		return fmt.Errorf("%s: classes %q in one and %q in the other", differ, want.Classes, got.Classes)
	case ma.Split.Unit != mb.Split.Unit:
		return fmt.Errorf("%s: split by %s in one and by %s in the other", differ, ma.Split.Unit, mb.Split.Unit)
	case ma.Split.Unit == "window":
		return fmt.Errorf("%s: the split divides windows, which overlap and are not independent", differ)
	}
	return nil
}
