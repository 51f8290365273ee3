package modellib

import (
	"errors"
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/fit"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// job is a recipe applied to a data set: all that a training needs but a
// backend and a directory.
type job struct {
	set    *dataset.Set
	recipe Recipe
	input  models.Input
	model  models.Model
	tasks  []run.Task
	split  *dataset.Split
	scaler *dataset.Scaler
	data   fit.Data
	config fit.Config
}

// newJob checks all that can be checked before any time is spent.
func newJob(set *dataset.Set, r Recipe) (*job, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	j := &job{set: set, recipe: r, input: models.Input{Steps: set.Steps, Features: len(set.Features), Layout: r.Layout}}
	var err error
	if j.model, err = r.model(j.input); err != nil {
		return nil, err
	}
	if j.split, err = set.Split(r.Split); err != nil {
		return nil, err
	}
	if len(j.split.Train) == 0 || len(j.split.Test) == 0 {
		return nil, fmt.Errorf("split %q of %s leaves %d windows to train on and %d to test, expected some of both",
			j.split.Name, set.Dir, len(j.split.Train), len(j.split.Test))
	}
	if err := r.checkValidation(j.split); err != nil {
		return nil, fmt.Errorf("%s: %w", set.Dir, err)
	}
	for _, task := range r.Tasks {
		classes, y := set.Labels(task)
		if len(classes) < 2 {
			return nil, fmt.Errorf("task %s of %s has %d class, expected at least 2", task, set.Dir, len(classes))
		}
		j.tasks = append(j.tasks, run.Task{Name: task, Classes: classes})
		j.data.Labels = append(j.data.Labels, y)
	}
	if err := j.checkLabels(); err != nil {
		return nil, err
	}
	j.scaler = dataset.FitScaler(set, j.split.Train)
	j.data.Fill = func(dst []float32, windows []int) { set.Fill(dst, windows, j.scaler) }
	j.data.Mask = maskOf(set)
	j.config, err = j.newConfig()
	return j, err
}

// checkValidation wants a validation part where the recipe looks at one.
func (r Recipe) checkValidation(split *dataset.Split) error {
	if len(split.Validation) > 0 {
		return nil
	}
	schedule, err := fit.ParseSchedule(r.Schedule)
	switch {
	case err != nil:
		return err
	case r.Patience > 0:
		return fmt.Errorf("split %q has an empty validation part, and patience %d stops by its loss: use patience 0 or another split", split.Name, r.Patience)
	case schedule.NeedsValidation():
		return fmt.Errorf("split %q has an empty validation part, and the schedule %q goes by its loss: use another schedule or split", split.Name, r.Schedule)
	}
	return nil
}

// checkLabels wants classes that the heads have, and more than one to learn.
func (j *job) checkLabels() error {
	for i, task := range j.tasks {
		seen := map[int32]bool{}
		for w, y := range j.data.Labels[i] {
			if y < 0 || int(y) >= len(task.Classes) {
				return fmt.Errorf("%s: window %d (%s) has %s class %d, expected 0 to %d",
					j.set.Dir, w, j.set.Windows[w].Capture, task.Name, y, len(task.Classes)-1)
			}
		}
		for _, w := range j.split.Train {
			seen[j.data.Labels[i][w]] = true
		}
		if len(seen) < 2 {
			return fmt.Errorf("split %q of %s leaves one class of task %s to train on, expected at least 2", j.split.Name, j.set.Dir, task.Name)
		}
	}
	return nil
}

// maskOf tells padded steps from real ones; nil for a set without padding.
func maskOf(set *dataset.Set) func(dst []float32, windows []int) {
	padded := false
	for _, w := range set.Windows {
		for _, row := range w.Rows {
			padded = padded || row < 0
		}
	}
	if !padded {
		return nil
	}
	return func(dst []float32, windows []int) {
		for i, w := range windows {
			for step, row := range set.Windows[w].Rows {
				dst[i*set.Steps+step] = 1
				if row < 0 {
					dst[i*set.Steps+step] = 0
				}
			}
		}
	}
}

// spec is the network that is to be compiled.
func (j *job) spec() fit.Spec {
	return fit.Spec{Model: j.model, Input: j.input, Heads: heads(j.tasks), Batch: j.recipe.Batch,
		Clip: j.recipe.ClipNorm > 0, Mask: models.UsesMask(j.model)}
}

func heads(tasks []run.Task) []models.Head {
	var out []models.Head
	for _, t := range tasks {
		out = append(out, models.Head{Task: t.Name, Classes: len(t.Classes)})
	}
	return out
}

// newConfig is the part of the recipe that concerns the loop.
func (j *job) newConfig() (fit.Config, error) {
	r := j.recipe
	schedule, err := fit.ParseSchedule(r.Schedule)
	if err != nil {
		return fit.Config{}, err
	}
	schedule.Warmup = r.Warmup
	return fit.Config{
		Epochs: r.Epochs, Rate: r.LearningRate, Schedule: schedule, Seed: r.Seed,
		Patience: r.Patience, Watch: r.Watch, Clip: r.ClipNorm,
		Recompute:   r.Preset == PresetRecommended,
		TaskWeights: r.TaskWeights, ClassWeights: j.classWeights(),
	}, nil
}

// explain names the captures of the windows that spoiled a loss.
func (j *job) explain(err error) error {
	var bad *fit.NotFinite
	if !errors.As(err, &bad) {
		return err
	}
	text := ""
	for _, w := range bad.Windows[:min(5, len(bad.Windows))] {
		window := j.set.Windows[w]
		text += fmt.Sprintf("\n  window %d: capture %s, superflow %s", w, window.Capture, window.Superflow)
	}
	return fmt.Errorf("%w%s", err, text)
}
