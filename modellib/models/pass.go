package models

import (
	"fmt"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// Pass is one building of a model's graph.
type Pass struct {
	Input   Input
	Heads   []Head
	Weights map[string]*Node // by parameter name
	// Training normalises by batch statistics and fills Moved.
	Training bool
	// Rows [B] is 1 for real windows and 0 for padding; nil: all are real.
	Rows *Node
	// Watch, if set, is called with every layer's output by its Keras name.
	Watch func(layer string, out *Node)

	// Batch has the moments of the input of each batch normalisation, in the
	// order of the layers.
	Batch []LayerMoments
	// Moved has the new values of the Fixed parameters, in training.
	Moved map[string]*Node
}

// LayerMoments are the batch statistics that one layer saw.
type LayerMoments struct {
	Layer string
	keras.Moments
}

// weight is the parameter of that name.
func (p *Pass) weight(name string) *Node {
	w := p.Weights[name]
	if w == nil {
		panic(fmt.Sprintf("models: no weight %q", name))
	}
	return w
}

func (p *Pass) watch(layer string, out *Node) {
	if p.Watch != nil {
		p.Watch(layer, out)
	}
}

// dense is a linear dense layer with the parameters NAME/kernel, NAME/bias.
func (p *Pass) dense(name string, x *Node) *Node {
	return keras.Dense(x, p.weight(name+"/kernel"), p.weight(name+"/bias"))
}

// heads are the logits of all heads from x [B, units].
func (p *Pass) heads(x *Node) []*Node {
	var out []*Node
	for _, h := range p.Heads {
		logits := p.dense(h.Task, x)
		logits.AssertDims(x.Shape().Dim(0), h.Classes)
		p.watch(h.Task+"/logits", logits)
		out = append(out, logits)
	}
	return out
}

// batchNorm normalises by the batch's statistics in training and by the moving
// ones otherwise; it records the batch's in any case.
func (p *Pass) batchNorm(name string, x *Node, keras27 bool) *Node {
	batch := keras.BatchMoments(x, p.Rows)
	p.Batch = append(p.Batch, LayerMoments{name, batch})
	mean, variance := p.weight(name+"/moving_mean"), p.weight(name+"/moving_variance")
	used := keras.Moments{Mean: mean, Variance: variance}
	if p.Training {
		used = batch
		if p.Moved == nil {
			p.Moved = map[string]*Node{}
		}
		p.Moved[name+"/moving_mean"], p.Moved[name+"/moving_variance"] = keras.Moved(mean, variance, batch, keras27)
	}
	y := keras.Normalize(x, p.weight(name+"/gamma"), p.weight(name+"/beta"), used)
	p.watch(name, y)
	return y
}
