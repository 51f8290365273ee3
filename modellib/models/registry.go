package models

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// registry names the models. keras27 asks for the behaviour of Keras 2.7, the
// paper's, where Keras 3 differs.
var registry = map[string]func(keras27 bool) Model{
	"cnn":       func(old bool) Model { m := ReleasedCNN(); m.Old = old; return m },
	"cnn-drawn": func(old bool) Model { m := DrawnCNN(); m.Old = old; return m },
	"cnn-mask":  func(old bool) Model { m := DrawnCNN(); m.Old, m.Mask = old, true; return m },
	"cnn-gru":   func(old bool) Model { m := DefaultCNNGRU(); m.Old = old; return m },
	"gru":       func(old bool) Model { m := ReleasedGRU(); m.Old = old; return m },
	"gru-drawn": func(old bool) Model { m := DrawnGRU(); m.Old = old; return m },
	"gru-mask":  func(old bool) Model { m := ReleasedGRU(); m.Old, m.Mask = old, true; return m },
	"mlp":       func(bool) Model { return DefaultMLP() },
	"stats":     func(bool) Model { return DefaultStats() },
	"temporal":  func(old bool) Model { m := DefaultTemporal(); m.Old = old; return m },
}

// New returns the model of that name with its usual hyperparameters.
func New(name string, keras27 bool) (Model, error) {
	f, ok := registry[name]
	if !ok {
		return nil, fmt.Errorf("model is %q, expected one of %s", name, strings.Join(Names(), ", "))
	}
	return f(keras27), nil
}

// Names are the names of all models, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }

// With returns the model with the hyperparameters of a JSON object in the
// place of its own: {"units":48}. json.Marshal of a model writes all of them.
// A name that the model does not have is an error, and so is a value that its
// Check refuses for windows of the form in.
func With(m Model, in Input, hyper []byte) (Model, error) {
	changed := reflect.New(reflect.TypeOf(m))
	changed.Elem().Set(reflect.ValueOf(m))
	dec := json.NewDecoder(bytes.NewReader(hyper))
	dec.DisallowUnknownFields()
	if err := dec.Decode(changed.Interface()); err != nil {
		return nil, fmt.Errorf("hyperparameters %s: %w", hyper, err)
	}
	m = changed.Elem().Interface().(Model)
	if err := m.Check(in); err != nil {
		return nil, fmt.Errorf("hyperparameters %s: %w", hyper, err)
	}
	return m, nil
}
