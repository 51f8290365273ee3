package modellib

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// Train trains a network on the train part of the set, watches the validation
// part, predicts the test part and stores everything in the run directory out:
// history, weights, predictions of the network and of majority and 1-NN on the
// same split, and the manifest. progress may be nil; it is called after every
// epoch. While it runs, out/history.csv holds the epochs so far.
//
// What cannot work is an error before any time is spent: a recipe that does
// not check, a split that leaves no windows to train on or to test, a
// directory that holds something else, a backend that is not there.
func Train(set *dataset.Set, r Recipe, out string, progress func(run.Epoch)) (*run.Run, error) {
	return TrainContext(context.Background(), set, r, out, progress)
}

// TrainContext is Train that a context can end between two training steps;
// then out keeps its history and gets no manifest.
func TrainContext(ctx context.Context, set *dataset.Set, r Recipe, out string, progress func(run.Epoch)) (*run.Run, error) {
	j, err := newJob(set, r)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := checkOut(out); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	choice, err := backend.Open(r.Backend)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	defer choice.Close()
	trained, err := j.train(ctx, choice, out, progress)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := run.Write(out, trained); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return trained, nil
}

// job is what Train works on.
type job struct {
	set    *dataset.Set
	recipe Recipe
	model  models.Model
	input  models.Input
	tasks  []run.Task
	split  *dataset.Split
	scaler *dataset.Scaler
	data   fit.Data
}

func newJob(set *dataset.Set, r Recipe) (*job, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	m, err := r.model()
	if err != nil {
		return nil, err
	}
	split, err := set.Split(r.Split)
	if err != nil {
		return nil, err
	}
	if len(split.Train) == 0 || len(split.Test) == 0 {
		return nil, fmt.Errorf("split %q of %s leaves %d windows to train on and %d to test, expected some of both",
			split.Name, set.Dir, len(split.Train), len(split.Test))
	}
	j := &job{set: set, recipe: r, model: m, split: split, scaler: dataset.FitScaler(set, split.Train),
		input: models.Input{Steps: set.Steps, Features: len(set.Features), Layout: r.Layout}}
	j.data.Fill = func(dst []float32, windows []int) { set.Fill(dst, windows, j.scaler) }
	for _, task := range r.Tasks {
		classes, y := set.Labels(task)
		if len(classes) < 2 {
			return nil, fmt.Errorf("task %s of %s has %d class, expected at least 2", task, set.Dir, len(classes))
		}
		j.tasks = append(j.tasks, run.Task{Name: task, Classes: classes})
		j.data.Labels = append(j.data.Labels, y)
	}
	return j, nil
}

// checkOut refuses a directory whose manifest is not that of a run.
func checkOut(dir string) error {
	path := filepath.Join(dir, run.ManifestName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("run directory: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	family, _, _ := strings.Cut(run.Format, "/")
	var head struct{ Format string }
	if json.Unmarshal(raw, &head) != nil || !strings.HasPrefix(head.Format, family+"/") {
		return fmt.Errorf("%s has format %q, expected a run (%q) or no such file; write the run to another directory", path, head.Format, run.Format)
	}
	return nil
}

func heads(tasks []run.Task) []models.Head {
	var out []models.Head
	for _, t := range tasks {
		out = append(out, models.Head{Task: t.Name, Classes: len(t.Classes)})
	}
	return out
}

// train does the work and returns the run that is to be written.
func (j *job) train(ctx context.Context, choice *backend.Choice, out string, progress func(run.Epoch)) (*run.Run, error) {
	start, cpu := time.Now(), fit.CPUTime()
	r := j.recipe
	network, err := fit.NewNetwork(choice.Backend, j.model, j.input, heads(j.tasks), r.Batch, r.Seed, true)
	if err != nil {
		return nil, err
	}
	defer network.Close()
	result, err := fit.Train(ctx, network, j.data, j.split.Train, j.split.Validation, fit.Config{
		Epochs: r.Epochs, Rate: r.LearningRate, Seed: r.Seed, Patience: r.Patience,
		Recompute: r.Preset == PresetRecommended,
		Each: func(history []run.Epoch) error {
			if progress != nil {
				progress(history[len(history)-1])
			}
			return run.WriteHistory(out, history)
		},
	})
	if err != nil {
		return nil, err
	}
	seconds, cpuSeconds := time.Since(start).Seconds(), (fit.CPUTime() - cpu).Seconds()
	probs, err := network.Predict(j.data, j.split.Test)
	if err != nil {
		return nil, err
	}
	seen, err := network.Predict(j.data, j.split.Validation)
	if err != nil {
		return nil, err
	}
	trained := &run.Run{History: result.History}
	for i, task := range j.tasks {
		trained.Predictions = append(trained.Predictions, j.predictions(r.Model, task.Name, i, j.split.Test, probs[i]))
		if len(j.split.Validation) > 0 {
			trained.Validation = append(trained.Validation, j.predictions(r.Model, task.Name, i, j.split.Validation, seen[i]))
		}
	}
	trained.Baselines = j.baselines()
	if trained.Manifest, err = j.manifest(choice); err != nil {
		return nil, err
	}
	m := &trained.Manifest
	m.Params, m.Stopped, m.Best, m.Seconds, m.CPU = network.Parameters(), result.Stopped, result.Best, seconds, cpuSeconds
	// Last, since the manifest of a run that was here before names its weights.
	return trained, network.Save(filepath.Join(out, run.WeightsName), j.besideWeights())
}

// predictions puts the outputs for windows of one head with their truth and group.
func (j *job) predictions(model, task string, head int, windows []int, probs [][]float64) run.Predictions {
	p := run.Predictions{Model: model, Task: task, Window: windows, Probs: probs}
	for _, w := range windows {
		p.Group = append(p.Group, j.split.Group[w])
		p.Truth = append(p.Truth, int(j.data.Labels[head][w]))
	}
	return p
}

// scalerTensors is the scaler as it lies with the weights, in full precision.
func scalerTensors(s *dataset.Scaler) map[string]npz.Tensor {
	return map[string]npz.Tensor{
		"scaler/mean": {Shape: []int{len(s.Mean)}, Wide: s.Mean},
		"scaler/std":  {Shape: []int{len(s.Std)}, Wide: s.Std},
	}
}
