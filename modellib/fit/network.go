package fit

import (
	"fmt"
	"strings"
	"sync"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/keras"
	"flowbook/modellib/models"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Network is a model with weights and the state of its optimiser (Adam) on a
// backend.
type Network struct {
	Model models.Model
	Input models.Input
	Heads []models.Head
	Batch int // windows of a batch; shorter ones are padded

	be     compute.Backend
	params []models.Param
	state  [3]*tensors.Tensor // all trainable values in one vector, then Adam's m and v of them
	fixed  []*tensors.Tensor  // moving statistics, in the order of params
	steps  int                // taken so far

	step, eval *graph.Exec
	layers     []string // batch normalisations, in the order of eval's moments
	compiling  sync.WaitGroup
}

// NewNetwork makes a network with the initial weights of a seed. It starts to
// compile the evaluation, and with training also the step, in the background.
func NewNetwork(be compute.Backend, m models.Model, in models.Input, heads []models.Head, batch int, seed int64, training bool) (*Network, error) {
	if err := in.Check(); err != nil {
		return nil, err
	}
	n := &Network{Model: m, Input: in, Heads: heads, Batch: batch, be: be, params: m.Params(in, heads)}
	weights := map[string]npz.Tensor{}
	for _, p := range n.params {
		weights[p.Name] = npz.Tensor{Shape: p.Shape, Data: p.Start(seed)}
		if layer, ok := strings.CutSuffix(p.Name, "/moving_mean"); ok {
			n.layers = append(n.layers, layer)
		}
	}
	if err := n.SetWeights(weights); err != nil {
		return nil, err
	}
	var err error
	if n.eval, err = graph.NewExec(be, n.evalGraph); err != nil {
		return nil, err
	}
	if n.step, err = graph.NewExec(be, n.stepGraph); err != nil {
		return nil, err
	}
	if training {
		n.compile(n.step, n.stepShapes())
	}
	n.compile(n.eval, n.evalShapes())
	return n, nil
}

// compile starts to compile a program. An error comes again when it is called.
func (n *Network) compile(exec *graph.Exec, in []shapes.Shape) {
	n.compiling.Go(func() { _, _ = exec.Compile(in...) })
}

// Close frees the programs and the weights.
func (n *Network) Close() {
	n.compiling.Wait()
	n.step.Finalize()
	n.eval.Finalize()
	for _, t := range append(n.state[:], n.fixed...) {
		_ = t.FinalizeAll()
	}
}

// Parameters is the number of trainable values.
func (n *Network) Parameters() int { return models.Trainable(n.params) }

func (n *Network) batchShapes() []shapes.Shape {
	return []shapes.Shape{shapes.Make(dtypes.Float32, n.Batch, n.Input.Steps*n.Input.Features), shapes.Make(dtypes.Float32, n.Batch)}
}

// evalShapes are the inputs of eval: windows, rows, trainable values, moving
// statistics.
func (n *Network) evalShapes() []shapes.Shape {
	in := append(n.batchShapes(), n.state[0].Shape())
	for _, t := range n.fixed {
		in = append(in, t.Shape())
	}
	return in
}

// stepShapes are the inputs of step: those of eval, Adam's m and v, the rate,
// the labels of each head.
func (n *Network) stepShapes() []shapes.Shape {
	in := append(n.evalShapes(), n.state[1].Shape(), n.state[2].Shape(), shapes.Make(dtypes.Float32))
	for range n.Heads {
		in = append(in, shapes.Make(dtypes.Int32, n.Batch))
	}
	return in
}

// pass gives the model its weights, from the first inputs of a program.
func (n *Network) pass(in []*graph.Node) *models.Pass {
	p := &models.Pass{Input: n.Input, Heads: n.Heads, Rows: in[1], Weights: map[string]*graph.Node{}}
	at, fixed := 0, in[3:]
	for _, param := range n.params {
		if param.Fixed {
			p.Weights[param.Name], fixed = fixed[0], fixed[1:]
			continue
		}
		part := graph.Slice(in[2], graph.AxisRange(at, at+param.Size()))
		p.Weights[param.Name] = graph.Reshape(part, param.Shape...)
		at += param.Size()
	}
	return p
}

// evalGraph gives the logits of each head, then mean and variance of the
// input of each batch normalisation.
func (n *Network) evalGraph(in []*graph.Node) []*graph.Node {
	p := n.pass(in)
	out := n.Model.Forward(p, in[0])
	for _, b := range p.Batch {
		out = append(out, b.Mean, b.Variance)
	}
	return out
}

// stepGraph gives the logits of each head (before the step, in training mode),
// then the new trainable values, m, v and moving statistics.
func (n *Network) stepGraph(in []*graph.Node) []*graph.Node {
	p := n.pass(in)
	p.Training = true
	m, v, rate, labels := n.stepInputs(in)
	logits := n.Model.Forward(p, in[0])
	var loss *graph.Node
	for i := range n.Heads {
		part := keras.MeanOverRows(keras.CrossEntropy(logits[i], labels[i]), p.Rows)
		if loss == nil {
			loss = part
		} else {
			loss = graph.Add(loss, part)
		}
	}
	newValues, newM, newV := keras.Adam(in[2], n.gradient(p, loss), m, v, rate)
	out := append(logits, newValues, newM, newV)
	for _, param := range n.params {
		if param.Fixed {
			out = append(out, p.Moved[param.Name])
		}
	}
	return out
}

// stepInputs are what step has beyond eval.
func (n *Network) stepInputs(in []*graph.Node) (m, v, rate *graph.Node, labels []*graph.Node) {
	rest := in[3+len(n.fixed):]
	return rest[0], rest[1], rest[2], rest[3:]
}

// gradient of the loss with respect to all trainable values, as one vector:
// one optimiser step on it compiles far faster than one a parameter.
func (n *Network) gradient(p *models.Pass, loss *graph.Node) *graph.Node {
	var trained []*graph.Node
	for _, param := range n.params {
		if !param.Fixed {
			trained = append(trained, p.Weights[param.Name])
		}
	}
	parts := graph.Gradient(loss, trained...)
	for i, g := range parts {
		parts[i] = graph.Reshape(g, -1)
	}
	return graph.Concatenate(parts, 0)
}

// Step trains on one batch (at most Batch windows) with Adam at a learning
// rate, and returns the logits of each head before the step. labels holds the
// classes of the windows for each head.
func (n *Network) Step(b *Batch, rate float64) ([][]float32, error) {
	n.steps++
	args := b.args(n)
	values, moments := append(n.state[:1:1], n.fixed...), n.state[1:]
	for _, t := range append(values, moments...) {
		donated, err := graph.DonateTensorBuffer(t, n.be, 0)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		args = append(args, donated)
	}
	args = append(args, tensors.FromScalar(float32(keras.AdamRate(rate, n.steps))))
	for _, y := range b.labels {
		args = append(args, tensors.FromFlatDataAndDimensions(y, n.Batch))
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
	args := append(b.args(n), n.state[0])
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
	for rest := out[len(n.Heads):]; len(rest) > 0; rest = rest[2:] {
		var m layerMoments
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
