package modellib

import (
	"fmt"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// Predict lets the network of a run directory classify windows of a set, of
// any data set with the run's steps and features; the numbers are scaled as in
// training. Groups are captures. Truth is the class that the set names, in the
// run's class numbers, and -1 where the run knows no such class.
//
// A directory without a run, a run without weights, weights of another shape
// and a set of another form are errors that say what was found and expected.
func Predict(runDir string, set *dataset.Set, windows []int) ([]run.Predictions, error) {
	c, err := OpenClassifier(runDir, "")
	if err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	defer c.Close()
	found, err := c.Classify(set, windows)
	if err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	var out []run.Predictions
	for i, task := range c.Run.Manifest.Tasks {
		out = append(out, named(c.Run.Manifest.Model, task, set, windows, found.Probs[i]))
	}
	return out, nil
}

// sameForm checks that a set's windows are what the run's network reads.
func sameForm(r *run.Run, set *dataset.Set) error {
	d := r.Manifest.Data
	if set.Steps != d.Steps {
		return fmt.Errorf("%s has windows of %d steps, the run %s expects %d", set.Dir, set.Steps, r.Dir, d.Steps)
	}
	if !slices.Equal(set.Features, d.Features) {
		return fmt.Errorf("%s has the features %q, the run %s expects %q", set.Dir, set.Features, r.Dir, d.Features)
	}
	return nil
}

// openNetwork makes the network of a run with its trained weights, and the
// scaler that lies with them.
func openNetwork(choice *backend.Choice, r *run.Run, recipe Recipe) (*fit.Network, *dataset.Scaler, error) {
	path, err := r.WeightsFile()
	if err != nil {
		return nil, nil, err
	}
	arrays, err := npz.Read(path)
	if err != nil {
		return nil, nil, err
	}
	features := len(r.Manifest.Data.Features)
	scaler := &dataset.Scaler{Mean: arrays["scaler/mean"].Data, Std: arrays["scaler/std"].Data}
	if len(scaler.Mean) != features || len(scaler.Std) != features {
		return nil, nil, fmt.Errorf("%s has a scaler of %d means and %d deviations, expected %d of each", path, len(scaler.Mean), len(scaler.Std), features)
	}
	in := models.Input{Steps: r.Manifest.Data.Steps, Features: features, Layout: recipe.Layout}
	model, err := recipe.model(in)
	if err != nil {
		return nil, nil, err
	}
	network, err := fit.NewNetwork(choice.Backend, model, in, heads(r.Manifest.Tasks), recipe.Batch, recipe.Seed, false)
	if err != nil {
		return nil, nil, err
	}
	if err := network.Load(arrays); err != nil {
		network.Close()
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return network, scaler, nil
}

// named puts the outputs of one head with what the set says of the windows.
func named(model string, task run.Task, set *dataset.Set, windows []int, probs [][]float64) run.Predictions {
	classes, y := set.Labels(task.Name)
	p := run.Predictions{Model: model, Task: task.Name, Window: windows, Probs: probs}
	for _, w := range windows {
		p.Group = append(p.Group, set.Windows[w].Capture)
		p.Truth = append(p.Truth, slices.Index(task.Classes, classes[y[w]]))
	}
	return p
}
