package fit

import (
	"fmt"
	"strings"
	"sync"

	"flowbook/modellib/keras"
	"flowbook/modellib/models"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Spec is what decides a compiled program. Weights, learning rate, class and
// task weights are inputs of the program, so trainings that differ only in
// those, in seeds or in data share one.
type Spec struct {
	Model models.Model
	Input models.Input
	Heads []models.Head
	Batch int  // windows of a batch; shorter ones are padded
	Clip  bool // the step can limit the norm of the gradient
	Mask  bool // windows come with a mask of their real steps
}

// Program is a model compiled for a backend: a training step and an
// evaluation. Several networks may use it, also at the same time.
type Program struct {
	Spec
	be         compute.Backend
	params     []models.Param
	layers     []string // batch normalisations, in the order of eval's moments
	step, eval *graph.Exec
	compiling  sync.WaitGroup
	stepOnce   sync.Once
}

// Compile starts to compile the evaluation of a model in the background, and
// with training the step too; both are compiled once they are needed in any
// case.
func Compile(be compute.Backend, s Spec, training bool) (*Program, error) {
	if err := s.Input.Check(); err != nil {
		return nil, err
	}
	if err := s.Model.Check(s.Input); err != nil {
		return nil, err
	}
	p := &Program{Spec: s, be: be, params: s.Model.Params(s.Input, s.Heads)}
	for _, param := range p.params {
		if layer, ok := strings.CutSuffix(param.Name, "/moving_mean"); ok {
			p.layers = append(p.layers, layer)
		}
	}
	var err error
	if p.eval, err = graph.NewExec(be, p.evalGraph); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	if p.step, err = graph.NewExec(be, p.stepGraph); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	if training {
		p.prepareStep()
	}
	p.compile(p.eval, p.evalShapes())
	return p, nil
}

// prepareStep starts to compile the step, once.
func (p *Program) prepareStep() {
	p.stepOnce.Do(func() { p.compile(p.step, p.stepShapes()) })
}

// compile starts to compile a program. An error comes again when it is called.
func (p *Program) compile(exec *graph.Exec, in []shapes.Shape) {
	p.compiling.Go(func() { _, _ = exec.Compile(in...) })
}

// Close frees the compiled programs; no network may use them any more.
func (p *Program) Close() {
	p.compiling.Wait()
	p.step.Finalize()
	p.eval.Finalize()
}

// Parameters is the number of trainable values.
func (p *Program) Parameters() int { return models.Trainable(p.params) }

// batchShapes are the inputs that hold windows: numbers, rows, and the mask of
// steps if there is one.
func (p *Program) batchShapes() []shapes.Shape {
	in := []shapes.Shape{shapes.Make(dtypes.Float32, p.Batch, p.Input.Steps*p.Input.Features), shapes.Make(dtypes.Float32, p.Batch)}
	if p.Mask {
		in = append(in, shapes.Make(dtypes.Float32, p.Batch, p.Input.Steps))
	}
	return in
}

// evalShapes are the inputs of eval: those of a batch, trainable values,
// moving statistics.
func (p *Program) evalShapes() []shapes.Shape {
	in := append(p.batchShapes(), shapes.Make(dtypes.Float32, p.Parameters()))
	for _, param := range p.params {
		if param.Fixed {
			in = append(in, shapes.Make(dtypes.Float32, param.Shape...))
		}
	}
	return in
}

// stepShapes are the inputs of step: those of eval, Adam's m and v, the rate,
// the largest norm of a gradient if it is limited, then for each head the
// labels and the weight of every row in the loss.
func (p *Program) stepShapes() []shapes.Shape {
	vector, scalar := shapes.Make(dtypes.Float32, p.Parameters()), shapes.Make(dtypes.Float32)
	in := append(p.evalShapes(), vector, vector, scalar)
	if p.Clip {
		in = append(in, scalar)
	}
	for range p.Heads {
		in = append(in, shapes.Make(dtypes.Int32, p.Batch), shapes.Make(dtypes.Float32, p.Batch))
	}
	return in
}

// inputs takes the inputs of a program in their order.
type inputs []*graph.Node

func (in *inputs) next() *graph.Node {
	first := (*in)[0]
	*in = (*in)[1:]
	return first
}

// pass gives the model its batch and its weights, from the first inputs of a
// program; it returns the windows and the vector of trainable values.
func (p *Program) pass(in *inputs) (pass *models.Pass, x, values *graph.Node) {
	x = in.next()
	pass = &models.Pass{Input: p.Input, Heads: p.Heads, Rows: in.next(), Weights: map[string]*graph.Node{}}
	if p.Mask {
		pass.Mask = in.next()
	}
	values = in.next()
	at := 0
	for _, param := range p.params {
		if param.Fixed {
			pass.Weights[param.Name] = in.next()
			continue
		}
		part := graph.Slice(values, graph.AxisRange(at, at+param.Size()))
		pass.Weights[param.Name] = graph.Reshape(part, param.Shape...)
		at += param.Size()
	}
	return pass, x, values
}

// evalGraph gives the logits of each head, then mean and variance of the
// input of each batch normalisation and the number of values they are over.
func (p *Program) evalGraph(nodes []*graph.Node) []*graph.Node {
	in := inputs(nodes)
	pass, x, _ := p.pass(&in)
	out := p.Model.Forward(pass, x)
	for _, b := range pass.Batch {
		out = append(out, b.Mean, b.Variance, b.N)
	}
	return out
}

// stepGraph gives the logits of each head (before the step, in training mode),
// then the new trainable values, m, v and moving statistics.
func (p *Program) stepGraph(nodes []*graph.Node) []*graph.Node {
	in := inputs(nodes)
	pass, x, values := p.pass(&in)
	pass.Training = true
	m, v, rate := in.next(), in.next(), in.next()
	var limit *graph.Node
	if p.Clip {
		limit = in.next()
	}
	logits := p.Model.Forward(pass, x)
	var loss *graph.Node
	for i := range p.Heads {
		labels, weights := in.next(), in.next()
		part := keras.WeightedMean(keras.CrossEntropy(logits[i], labels), weights, pass.Rows)
		if loss == nil {
			loss = part
		} else {
			loss = graph.Add(loss, part)
		}
	}
	gradient := p.gradient(pass, loss)
	if limit != nil {
		gradient = keras.ClipNorm(gradient, limit)
	}
	newValues, newM, newV := keras.Adam(values, gradient, m, v, rate)
	out := append(logits, newValues, newM, newV)
	for _, param := range p.params {
		if param.Fixed {
			out = append(out, pass.Moved[param.Name])
		}
	}
	return out
}

// gradient of the loss with respect to all trainable values, as one vector:
// one optimiser step on it compiles far faster than one a parameter.
func (p *Program) gradient(pass *models.Pass, loss *graph.Node) *graph.Node {
	var trained []*graph.Node
	for _, param := range p.params {
		if !param.Fixed {
			trained = append(trained, pass.Weights[param.Name])
		}
	}
	parts := graph.Gradient(loss, trained...)
	for i, g := range parts {
		parts[i] = graph.Reshape(g, -1)
	}
	return graph.Concatenate(parts, 0)
}
