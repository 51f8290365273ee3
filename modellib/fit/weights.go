package fit

import (
	"fmt"
	"maps"
	"slices"

	"flowbook/modellib/internal/npz"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/renameio/v2"
)

// Weights are copies of all parameters by name, in Keras' layout.
func (n *Network) Weights() (map[string]npz.Tensor, error) {
	out := map[string]npz.Tensor{}
	for i, p := range n.params {
		flat, err := tensors.CopyFlatData[float32](n.values[i])
		if err != nil {
			return nil, fmt.Errorf("fit: weight %s: %w", p.Name, err)
		}
		out[p.Name] = npz.Tensor{Shape: p.Shape, Data: flat}
	}
	return out, nil
}

// SetWeights replaces all parameters and forgets the optimiser's state. A
// missing weight and one of another shape are errors.
func (n *Network) SetWeights(weights map[string]npz.Tensor) error {
	for i, p := range n.params {
		w, ok := weights[p.Name]
		if !ok {
			return fmt.Errorf("found no weight %q, expected one of shape %v", p.Name, p.Shape)
		}
		if !slices.Equal(w.Shape, p.Shape) || len(w.Data) != p.Size() {
			return fmt.Errorf("weight %q has shape %v, expected %v", p.Name, w.Shape, p.Shape)
		}
		_ = n.values[i].FinalizeAll()
		n.values[i] = tensors.FromFlatDataAndDimensions(w.Data, p.Shape...)
	}
	if n.moments != nil {
		n.resetMoments()
	}
	return nil
}

// Save writes the weights, and extra arrays of the caller's, to an .npz that
// NumPy reads; beside it first, so that a crash leaves the old file or the new.
func (n *Network) Save(path string, extra map[string]npz.Tensor) error {
	weights, err := n.Weights()
	if err != nil {
		return err
	}
	maps.Copy(weights, extra)
	data, err := npz.Encode(weights)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}

// Load takes the weights out of what npz.Read gave for a file of Save.
func (n *Network) Load(arrays map[string]npz.Array) error {
	weights := map[string]npz.Tensor{}
	for name, a := range arrays {
		weights[name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
	}
	return n.SetWeights(weights)
}
