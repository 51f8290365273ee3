package modellib

import (
	"fmt"
	"path/filepath"
	"strings"

	"flowbook/modellib/backend"
	"flowbook/modellib/exchange"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// Export takes the network of a run out of it: architecture, weights, scaler
// and classes, which package exchange writes for NumPy, Keras and ONNX Runtime.
func Export(runDir string) (*exchange.Model, error) {
	r, err := run.Open(runDir)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	m, err := export(r)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return m, nil
}

func export(r *run.Run) (*exchange.Model, error) {
	var recipe Recipe
	if err := r.Manifest.DecodeRecipe(&recipe); err != nil {
		return nil, err
	}
	path, err := r.WeightsFile()
	if err != nil {
		return nil, err
	}
	arrays, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	d := r.Manifest.Data
	in := models.Input{Steps: d.Steps, Features: len(d.Features), Layout: recipe.Layout}
	network, err := recipe.model(in)
	if err != nil {
		return nil, err
	}
	weights := map[string]npz.Tensor{}
	for _, p := range network.Params(in, heads(r.Manifest.Tasks)) {
		if a, ok := arrays[p.Name]; ok {
			weights[p.Name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
		}
	}
	return exchange.New(recipe.Model, network, in, d.Features, r.Manifest.Tasks, arrays["scaler/mean"].Data, arrays["scaler/std"].Data, weights)
}

// ExportFile writes the network of a run to a file whose name ends in .npz (for
// NumPy and Keras) or .onnx; only that one has a fixed batch. The examples in
// an .npz are computed on the backend that the spec asks for, as backend.Open
// takes it.
func ExportFile(runDir, path string, batch int, spec string) error {
	m, err := Export(runDir)
	if err != nil {
		return err
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".onnx":
		err = m.WriteONNX(path, batch)
	case ".npz":
		var choice *backend.Choice
		if choice, err = backend.Open(spec); err != nil {
			break
		}
		defer choice.Close()
		err = m.WriteNumPy(path, choice.Backend)
	default:
		err = fmt.Errorf("%s ends in %q, expected .npz or .onnx", path, ext)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
