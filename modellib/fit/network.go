package fit

import (
	"fmt"
	"sync"

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

	be      compute.Backend
	params  []models.Param
	values  []*tensors.Tensor // of params
	moments []*tensors.Tensor // Adam's m, then v, of the trainable ones
	steps   int               // taken so far

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
	for _, p := range n.params {
		n.values = append(n.values, tensors.FromFlatDataAndDimensions(p.Start(seed), p.Shape...))
	}
	n.layers = n.normLayers()
	var err error
	if n.eval, err = graph.NewExec(be, n.evalGraph); err != nil {
		return nil, err
	}
	if n.step, err = graph.NewExec(be, n.stepGraph); err != nil {
		return nil, err
	}
	if training {
		n.resetMoments()
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
	for _, t := range append(n.values, n.moments...) {
		_ = t.FinalizeAll()
	}
}

// Parameters is the number of trainable values.
func (n *Network) Parameters() int { return models.Trainable(n.params) }

func (n *Network) resetMoments() {
	n.moments, n.steps = nil, 0
	for range 2 {
		for _, p := range n.params {
			if !p.Fixed {
				n.moments = append(n.moments, tensors.FromShape(paramShape(p)))
			}
		}
	}
}

func paramShape(p models.Param) shapes.Shape { return shapes.Make(dtypes.Float32, p.Shape...) }

// normLayers are the layers with moving statistics.
func (n *Network) normLayers() []string {
	var names []string
	for _, p := range n.params {
		if layer, ok := cutSuffix(p.Name, "/moving_mean"); ok {
			names = append(names, layer)
		}
	}
	return names
}

func (n *Network) batchShapes() []shapes.Shape {
	return []shapes.Shape{shapes.Make(dtypes.Float32, n.Batch, n.Input.Steps*n.Input.Features), shapes.Make(dtypes.Float32, n.Batch)}
}

// evalShapes are the inputs of eval: windows, rows, parameters.
func (n *Network) evalShapes() []shapes.Shape {
	in := n.batchShapes()
	for _, p := range n.params {
		in = append(in, paramShape(p))
	}
	return in
}

// stepShapes are the inputs of step: windows, rows, rate, labels of each head,
// parameters, moments m, moments v.
func (n *Network) stepShapes() []shapes.Shape {
	in := append(n.batchShapes(), shapes.Make(dtypes.Float32))
	for range n.Heads {
		in = append(in, shapes.Make(dtypes.Int32, n.Batch))
	}
	for _, p := range n.params {
		in = append(in, paramShape(p))
	}
	for _, t := range n.moments {
		in = append(in, t.Shape())
	}
	return in
}

func (n *Network) pass(rows *graph.Node, values []*graph.Node) *models.Pass {
	p := &models.Pass{Input: n.Input, Heads: n.Heads, Rows: rows, Weights: map[string]*graph.Node{}}
	for i, v := range values {
		p.Weights[n.params[i].Name] = v
	}
	return p
}

// evalGraph gives the logits of each head, then mean and variance of the
// input of each batch normalisation.
func (n *Network) evalGraph(in []*graph.Node) []*graph.Node {
	p := n.pass(in[1], in[2:])
	out := n.Model.Forward(p, in[0])
	for _, b := range p.Batch {
		out = append(out, b.Mean, b.Variance)
	}
	return out
}

// stepGraph gives the logits of each head (before the step, in training mode),
// then the new parameters and moments.
func (n *Network) stepGraph(in []*graph.Node) []*graph.Node {
	rows, rate := in[1], in[2]
	labels, in := in[3:3+len(n.Heads)], append(in[:1:1], in[3+len(n.Heads):]...)
	values, moments := in[1:1+len(n.params)], in[1+len(n.params):]
	p := n.pass(rows, values)
	p.Training = true
	logits := n.Model.Forward(p, in[0])
	var loss *graph.Node
	var trained []*graph.Node
	for i := range n.Heads {
		part := keras.MeanOverRows(keras.CrossEntropy(logits[i], labels[i]), rows)
		if loss == nil {
			loss = part
		} else {
			loss = graph.Add(loss, part)
		}
	}
	for i, param := range n.params {
		if !param.Fixed {
			trained = append(trained, values[i])
		}
	}
	return append(logits, n.update(p, values, moments, graph.Gradient(loss, trained...), rate)...)
}

// update gives the new parameters, moments m and moments v.
func (n *Network) update(p *models.Pass, values, moments, gradients []*graph.Node, rate *graph.Node) []*graph.Node {
	var params, m, v []*graph.Node
	for i, param := range n.params {
		if param.Fixed {
			params = append(params, p.Moved[param.Name])
			continue
		}
		k := len(m)
		newP, newM, newV := keras.Adam(values[i], gradients[k], moments[k], moments[len(gradients)+k], rate)
		params, m, v = append(params, newP), append(m, newM), append(v, newV)
	}
	return append(append(params, m...), v...)
}

// Step trains on one batch (at most Batch windows) with Adam at a learning
// rate, and returns the logits of each head before the step. labels holds the
// classes of the windows for each head.
func (n *Network) Step(b *Batch, rate float64) ([][]float32, error) {
	n.steps++
	args := append(b.args(n), tensors.FromScalar(float32(keras.AdamRate(rate, n.steps))))
	for _, y := range b.labels {
		args = append(args, tensors.FromFlatDataAndDimensions(y, n.Batch))
	}
	for _, t := range append(n.values, n.moments...) {
		donated, err := graph.DonateTensorBuffer(t, n.be, 0)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		args = append(args, donated)
	}
	out, err := n.step.Call(args...)
	if err != nil {
		return nil, fmt.Errorf("fit: training step: %w", err)
	}
	heads, params := len(n.Heads), len(n.params)
	n.values, n.moments = out[heads:heads+params], out[heads+params:]
	return b.logits(out[:heads], n.Heads)
}

// Eval gives the logits of each head for one batch in inference mode, and the
// moments of the input of each batch normalisation over the batch.
func (n *Network) Eval(b *Batch) (logits [][]float32, moments []layerMoments, err error) {
	args := b.args(n)
	for _, t := range n.values {
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
