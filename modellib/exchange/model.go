package exchange

import (
	"encoding/json"
	"fmt"
	"slices"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// Format names the version of the card that this code reads and writes.
const Format = "flowbook-model/1"

// Card says what network a file holds and what goes in and comes out.
type Card struct {
	Format   string          `json:"format"`
	Model    string          `json:"model"`    // name of the architecture: "cnn"
	Hyper    json.RawMessage `json:"hyper"`    // all its hyperparameters
	Layout   string          `json:"layout"`   // how a window's numbers are read: "time" or "aspub"
	Steps    int             `json:"steps"`    // of a window
	Features []string        `json:"features"` // of a step, in order
	Mask     bool            `json:"mask"`     // whether the network also reads which steps are padded
	Tasks    []run.Task      `json:"tasks"`    // the heads with their classes
	Batch    int             `json:"batch"`    // windows at a time, where the file fixes that; else 0
}

// Model is a trained network that stands by itself.
type Model struct {
	Card
	Mean, Std []float64             // of each feature, as the network was trained
	Weights   map[string]npz.Tensor // by Keras' names, in Keras' layout
}

// New makes a model of a network's parts. Wrong parts are errors that say what
// was found and expected.
func New(name string, network models.Model, in models.Input, features []string, tasks []run.Task,
	mean, std []float64, weights map[string]npz.Tensor) (*Model, error) {
	hyper, err := json.Marshal(network)
	if err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	m := &Model{Mean: mean, Std: std, Weights: weights, Card: Card{Format: Format, Model: name, Hyper: hyper,
		Layout: in.Layout, Steps: in.Steps, Features: features, Mask: models.UsesMask(network), Tasks: tasks}}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	return m, nil
}

// Input is the form of a window.
func (c Card) Input() models.Input {
	return models.Input{Steps: c.Steps, Features: len(c.Features), Layout: c.Layout}
}

// Heads are the network's outputs.
func (c Card) Heads() []models.Head {
	var heads []models.Head
	for _, t := range c.Tasks {
		heads = append(heads, models.Head{Task: t.Name, Classes: len(t.Classes)})
	}
	return heads
}

// Network is the architecture with its hyperparameters.
func (c Card) Network() (models.Model, error) {
	if c.Format != Format {
		return nil, fmt.Errorf("card has format %q, expected %q", c.Format, Format)
	}
	m, err := models.New(c.Model, false)
	if err != nil {
		return nil, err
	}
	if err := c.Input().Check(); err != nil {
		return nil, err
	}
	return models.With(m, c.Input(), c.Hyper)
}

// check compares the parts with each other.
func (m *Model) check() error {
	network, err := m.Network()
	if err != nil {
		return err
	}
	if models.UsesMask(network) != m.Mask {
		return fmt.Errorf("card says mask %v, the network %v", m.Mask, !m.Mask)
	}
	if len(m.Tasks) == 0 {
		return fmt.Errorf("card has no tasks, expected at least one")
	}
	if n := len(m.Features); len(m.Mean) != n || len(m.Std) != n {
		return fmt.Errorf("scaler has %d means and %d deviations, expected %d of each", len(m.Mean), len(m.Std), n)
	}
	for i, s := range m.Std {
		if !(s > 0) {
			return fmt.Errorf("deviation of %s is %g, expected more than 0", m.Features[i], s)
		}
	}
	for _, p := range network.Params(m.Input(), m.Heads()) {
		w, ok := m.Weights[p.Name]
		if !ok {
			return fmt.Errorf("found no weight %q, expected one of shape %v", p.Name, p.Shape)
		}
		if !slices.Equal(w.Shape, p.Shape) || len(w.Data) != p.Size() {
			return fmt.Errorf("weight %q has shape %v, expected %v", p.Name, w.Shape, p.Shape)
		}
	}
	return nil
}
