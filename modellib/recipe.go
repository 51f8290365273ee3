package modellib

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/backend"
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
	Patience     int               `json:"patience"`      // stop after so many epochs without a lower validation loss; 0: never
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
	if r.Preset != PresetRecommended && r.Preset != PresetPublished {
		return fmt.Errorf("preset is %q, expected %q or %q", r.Preset, PresetRecommended, PresetPublished)
	}
	if err := backend.Valid(r.Backend); err != nil {
		return err
	}
	if err := r.Split.Check(); err != nil {
		return err
	}
	return r.checkNumbers()
}

func (r Recipe) checkNumbers() error {
	for _, n := range []struct {
		name     string
		value    float64
		min, max float64
	}{
		{"epochs", float64(r.Epochs), 1, 1e6},
		{"batch", float64(r.Batch), 1, 1 << 16},
		{"learning-rate", r.LearningRate, 1e-12, 10},
		{"patience", float64(r.Patience), 0, 1e6},
	} {
		if !(n.value >= n.min && n.value <= n.max) {
			return fmt.Errorf("%s is %g, expected %g to %g", n.name, n.value, n.min, n.max)
		}
	}
	return nil
}

// model is the network that the recipe names.
func (r Recipe) model() (models.Model, error) {
	return models.New(r.Model, r.Preset == PresetPublished)
}
