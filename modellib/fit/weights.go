package fit

import (
	"fmt"
	"maps"
	"slices"

	"flowbook/modellib/internal/npz"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Weights are copies of all parameters by name, in Keras' layout.
func (n *Network) Weights() (map[string]npz.Tensor, error) {
	values, err := n.named(n.state[0])
	if err != nil {
		return nil, err
	}
	out, fixed := map[string]npz.Tensor{}, n.fixed
	for _, p := range n.params {
		data := values[p.Name]
		if p.Fixed {
			if data, err = tensors.CopyFlatData[float32](fixed[0]); err != nil {
				return nil, fmt.Errorf("fit: weight %s: %w", p.Name, err)
			}
			fixed = fixed[1:]
		}
		out[p.Name] = npz.Tensor{Shape: p.Shape, Data: data}
	}
	return out, nil
}

// named splits a vector of all trainable values by parameter.
func (n *Network) named(vector *tensors.Tensor) (map[string][]float32, error) {
	flat, err := tensors.CopyFlatData[float32](vector)
	if err != nil {
		return nil, fmt.Errorf("fit: weights: %w", err)
	}
	out := map[string][]float32{}
	for _, p := range n.params {
		if !p.Fixed {
			out[p.Name], flat = flat[:p.Size()], flat[p.Size():]
		}
	}
	return out, nil
}

// SetWeights replaces all parameters and forgets the optimiser's state. A
// missing weight and one of another shape are errors, and change nothing.
func (n *Network) SetWeights(weights map[string]npz.Tensor) error {
	var trained []float32
	var fixed []*tensors.Tensor
	for _, p := range n.params {
		w, ok := weights[p.Name]
		if !ok {
			return fmt.Errorf("found no weight %q, expected one of shape %v", p.Name, p.Shape)
		}
		if !slices.Equal(w.Shape, p.Shape) || len(w.Data) != p.Size() {
			return fmt.Errorf("weight %q has shape %v, expected %v", p.Name, w.Shape, p.Shape)
		}
		if p.Fixed {
			fixed = append(fixed, tensors.FromFlatDataAndDimensions(w.Data, p.Shape...))
		} else {
			trained = append(trained, w.Data...)
		}
	}
	for _, t := range append(n.state[:], n.fixed...) {
		if t != nil {
			_ = t.FinalizeAll()
		}
	}
	size := shapes.Make(dtypes.Float32, len(trained))
	n.fixed, n.steps = fixed, 0
	n.state = [3]*tensors.Tensor{tensors.FromFlatDataAndDimensions(trained, len(trained)), tensors.FromShape(size), tensors.FromShape(size)}
	return nil
}

// Encode gives the weights, and extra arrays of the caller's, as an .npz that
// NumPy reads.
func (n *Network) Encode(extra map[string]npz.Tensor) ([]byte, error) {
	weights, err := n.Weights()
	if err != nil {
		return nil, err
	}
	maps.Copy(weights, extra)
	return npz.Encode(weights)
}

// Load takes the weights out of what npz.Read gave for what Encode gave.
func (n *Network) Load(arrays map[string]npz.Array) error {
	weights := map[string]npz.Tensor{}
	for name, a := range arrays {
		weights[name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
	}
	return n.SetWeights(weights)
}
