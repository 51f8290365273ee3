package fit

import (
	"fmt"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/keras"
	"flowbook/modellib/models"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Network is a program with weights and the state of its optimiser (Adam).
type Network struct {
	*Program
	own   bool               // the program is closed with the network
	state [3]*tensors.Tensor // all trainable values in one vector, then Adam's m and v of them
	fixed []*tensors.Tensor  // moving statistics, in the order of params
	steps int                // taken so far
}

// NewNetwork makes a network with the initial weights of a seed.
func (p *Program) NewNetwork(seed int64) *Network {
	n := &Network{Program: p}
	weights := map[string]npz.Tensor{}
	for _, param := range p.params {
		weights[param.Name] = npz.Tensor{Shape: param.Shape, Data: param.Start(seed)}
	}
	if err := n.SetWeights(weights); err != nil {
		panic(fmt.Sprintf("fit: initial weights: %v", err)) // they have the shapes of params
	}
	return n
}

// NewNetwork makes a network with a program of its own.
func NewNetwork(be compute.Backend, m models.Model, in models.Input, heads []models.Head, batch int, seed int64, training bool) (*Network, error) {
	p, err := Compile(be, Spec{Model: m, Input: in, Heads: heads, Batch: batch, Mask: models.UsesMask(m)}, training)
	if err != nil {
		return nil, err
	}
	n := p.NewNetwork(seed)
	n.own = true
	return n, nil
}

// Close frees the weights, and the program if it is the network's own.
func (n *Network) Close() {
	if n.own {
		n.Program.Close()
	}
	for _, t := range append(n.state[:], n.fixed...) {
		_ = t.FinalizeAll()
	}
}

// Step trains on one batch (at most Batch windows) with Adam at a learning
// rate, and returns the logits of each head before the step. limit is the
// largest norm of the gradient, for a program that limits it.
func (n *Network) Step(b *Batch, rate, limit float64) ([][]float32, error) {
	n.prepareStep()
	n.steps++
	args := b.args(n.Program)
	values, moments := append(n.state[:1:1], n.fixed...), n.state[1:]
	for _, t := range append(values, moments...) {
		donated, err := graph.DonateTensorBuffer(t, n.be, 0)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		args = append(args, donated)
	}
	args = append(args, tensors.FromScalar(float32(keras.AdamRate(rate, n.steps))))
	if n.Clip {
		args = append(args, tensors.FromScalar(float32(limit)))
	}
	for h := range n.Heads {
		args = append(args, tensors.FromFlatDataAndDimensions(b.labels[h], n.Batch), tensors.FromFlatDataAndDimensions(b.weights[h], n.Batch))
	}
	out, err := n.step.Call(args...)
	if err != nil {
		return nil, fmt.Errorf("fit: training step: %w", err)
	}
	logits, rest := out[:len(n.Heads)], out[len(n.Heads):]
	n.state, n.fixed = [3]*tensors.Tensor(rest[:3]), rest[3:]
	return b.logits(logits, n.Heads)
}

// Eval gives the logits of each head for one batch in inference mode, and the
// moments of the input of each batch normalisation over the batch.
func (n *Network) Eval(b *Batch) (logits [][]float32, moments []layerMoments, err error) {
	args := append(b.args(n.Program), n.state[0])
	for _, t := range n.fixed {
		args = append(args, t)
	}
	out, err := n.eval.Call(args...)
	if err != nil {
		return nil, nil, fmt.Errorf("fit: evaluation: %w", err)
	}
	if logits, err = b.logits(out[:len(n.Heads)], n.Heads); err != nil {
		return nil, nil, err
	}
	for rest := out[len(n.Heads):]; len(rest) > 0; rest = rest[3:] {
		m := layerMoments{n: float64(tensors.ToScalar[float32](rest[2]))}
		if m.mean, err = tensors.CopyFlatData[float32](rest[0]); err != nil {
			return nil, nil, err
		}
		if m.variance, err = tensors.CopyFlatData[float32](rest[1]); err != nil {
			return nil, nil, err
		}
		moments = append(moments, m)
	}
	for _, t := range out {
		_ = t.FinalizeAll()
	}
	return logits, moments, nil
}
