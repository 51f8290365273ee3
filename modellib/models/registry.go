package models

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// registry names the models. keras27 asks for the behaviour of Keras 2.7, the
// paper's, where Keras 3 differs.
var registry = map[string]func(keras27 bool) Model{
	"cnn":       func(old bool) Model { m := ReleasedCNN(); m.Old = old; return m },
	"cnn-drawn": func(old bool) Model { m := DrawnCNN(); m.Old = old; return m },
	"gru":       func(old bool) Model { m := ReleasedGRU(); m.Old = old; return m },
}

// New returns the model of that name.
func New(name string, keras27 bool) (Model, error) {
	f, ok := registry[name]
	if !ok {
		return nil, fmt.Errorf("model is %q, expected one of %s", name, strings.Join(Names(), ", "))
	}
	return f(keras27), nil
}

// Names are the names of all models, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }
