package modellib

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/models"
)

// Recipe says how a network is trained. Its JSON names are the flags of
// flowbook train.
type Recipe struct {
	Model        string            `json:"model"`         // a name of models.Names
	Tasks        []string          `json:"task"`          // the heads: "type", "app", "pair" (dataset.Set.Labels)
	Layout       string            `json:"layout"`        // models.Time or models.AsPublished
	Preset       string            `json:"preset"`        // PresetRecommended or PresetPublished; decides what follows Keras 2.7 and how averages are kept
	Epochs       int               `json:"epochs"`        // at most
	Batch        int               `json:"batch"`         // windows of a training step
	LearningRate float64           `json:"learning-rate"` // of Adam
	Seed         int64             `json:"seed"`          // of initial weights, order and dropout
	Schedule     string            `json:"schedule"`      // of the learning rate, as fit.ParseSchedule takes it
	Warmup       float64           `json:"warmup"`        // epochs over which the rate grows from 0
	Patience     int               `json:"patience"`      // stop after so many epochs without a better validation score, and keep the best weights; 0: never
	Watch        string            `json:"watch"`         // that score: fit.WatchLoss or fit.WatchF1
	ClipNorm     float64           `json:"clip-norm"`     // largest norm of the gradient; 0: any
	ClassWeights string            `json:"class-weights"` // ClassWeightsNone, ClassWeightsBalanced or ClassWeightsSqrt
	TaskWeights  []float64         `json:"task-weights"`  // c1, c2 of section 3.7, one a task; none: 1 each
	Hyper        map[string]any    `json:"hyper"`         // hyperparameters of the model in the place of its own, by the names of its JSON
	Backend      string            `json:"backend"`       // as backend.Open takes it
	Split        dataset.SplitSpec `json:"split"`
}

// Presets. "published" trains as the paper's program does: Keras 2.7's batch
// normalisation with its slow averages, and its dropout. "recommended" follows
// Keras 3 and takes the averages of batch normalisation exactly over the
// training part before each evaluation, since the slow ones make a short
// training evaluate near chance.
const (
	PresetRecommended = "recommended"
	PresetPublished   = "published"
)

// Defaults is the recommended recipe for a model and its tasks, for data sets
// of hundreds to some thousand windows split by group. Rates and patience were
// chosen by validation loss on two folds of the course set: higher rates fit
// the training hosts in two epochs, lower ones reach no better loss later.
func Defaults(model string, tasks []string) Recipe {
	r := Recipe{Model: model, Tasks: tasks, Layout: models.Time, Preset: PresetRecommended,
		Epochs: 20, Batch: 64, LearningRate: 3e-4, Seed: 42, Patience: 4, Backend: "auto",
		Schedule: "constant", Watch: fit.WatchLoss, ClassWeights: ClassWeightsNone,
		Split: dataset.SplitSpec{Kind: "group", Seed: 42}}
	if isGRU(model) {
		r.LearningRate, r.Epochs, r.Patience = 5e-3, 30, 6
	}
	return r
}

// Published is the recipe of the paper's program (sections 3.5–3.8): 100
// epochs of batches of 64, rates of 4e-5 (multi-task CNN), 2e-5 (single-task
// CNN) and 8e-4 (GRU), no early stop, the reshaped layout, a random split.
func Published(model string, tasks []string) Recipe {
	r := Recipe{Model: model, Tasks: tasks, Layout: models.AsPublished, Preset: PresetPublished,
		Epochs: 100, Batch: 64, LearningRate: 4e-5, Seed: 42, Backend: "auto",
		Schedule: "constant", Watch: fit.WatchLoss, ClassWeights: ClassWeightsNone,
		Split: dataset.SplitSpec{Kind: "published", Seed: 42}}
	switch {
	case isGRU(model):
		r.LearningRate = 8e-4
	case model == "cnn-drawn":
		r.Layout = models.Time
	case len(tasks) == 1:
		r.LearningRate = 2e-5
	}
	return r
}

// isGRU says whether a model is a GRU alone, which takes higher rates.
func isGRU(model string) bool { return model == "gru" || strings.HasPrefix(model, "gru-") }

// Check says what is wrong with the recipe, by the name of the flag.
func (r Recipe) Check() error {
	if _, err := models.New(r.Model, false); err != nil {
		return err
	}
	if len(r.Tasks) == 0 {
		return fmt.Errorf("task is empty, expected type, app or both, or pair")
	}
	for i, task := range r.Tasks {
		if task != "type" && task != "app" && task != "pair" {
			return fmt.Errorf("task is %q, expected type, app or pair (one softmax over both)", task)
		}
		if slices.Contains(r.Tasks[:i], task) {
			return fmt.Errorf("task %s is named twice", task)
		}
	}
	if err := (models.Input{Steps: 1, Features: 1, Layout: r.Layout}).Check(); err != nil {
		return err
	}
	if err := backend.Valid(r.Backend); err != nil {
		return err
	}
	if err := r.Split.Check(); err != nil {
		return err
	}
	if err := r.checkOptions(); err != nil {
		return err
	}
	return r.checkNumbers()
}

// checkOptions checks what has a few possible values.
func (r Recipe) checkOptions() error {
	if _, err := fit.ParseSchedule(r.Schedule); err != nil {
		return err
	}
	for _, o := range []struct {
		name, value string
		known       []string
	}{
		{"preset", r.Preset, []string{PresetRecommended, PresetPublished}},
		{"watch", r.Watch, []string{fit.WatchLoss, fit.WatchF1}},
		{"class-weights", r.ClassWeights, []string{ClassWeightsNone, ClassWeightsBalanced, ClassWeightsSqrt}},
	} {
		if !slices.Contains(o.known, o.value) {
			return fmt.Errorf("%s is %q, expected one of %q", o.name, o.value, o.known)
		}
	}
	if n := len(r.TaskWeights); n != 0 && n != len(r.Tasks) {
		return fmt.Errorf("task-weights has %d numbers, expected one for each of the %d tasks", n, len(r.Tasks))
	}
	return nil
}

func (r Recipe) checkNumbers() error {
	type number struct {
		name     string
		value    float64
		min, max float64
	}
	all := []number{
		{"epochs", float64(r.Epochs), 1, 1e6},
		{"batch", float64(r.Batch), 1, 1 << 16},
		{"learning-rate", r.LearningRate, 1e-12, 10},
		{"patience", float64(r.Patience), 0, 1e6},
		{"warmup", r.Warmup, 0, 1e6},
		{"clip-norm", r.ClipNorm, 0, 1e9},
	}
	for _, w := range r.TaskWeights {
		all = append(all, number{"task-weights", w, 0, 1e6})
	}
	for _, n := range all {
		if !(n.value >= n.min && n.value <= n.max) {
			return fmt.Errorf("%s is %g, expected %g to %g", n.name, n.value, n.min, n.max)
		}
	}
	return nil
}

// model is the network that the recipe names, with its hyperparameters, for
// windows of a form.
func (r Recipe) model(in models.Input) (models.Model, error) {
	m, err := models.New(r.Model, r.Preset == PresetPublished)
	if err != nil {
		return nil, err
	}
	if len(r.Hyper) == 0 {
		return m, m.Check(in)
	}
	raw, err := json.Marshal(r.Hyper)
	if err != nil {
		return nil, fmt.Errorf("hyper: %w", err)
	}
	return models.With(m, in, raw)
}
