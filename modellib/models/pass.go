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
	// Mask [B, steps] is 1 for real steps of a window and 0 for padded ones;
	// nil: all are real. Models that are no Masker leave it alone.
	Mask *Node
	// Watch, if set, is called with every layer's output, its Keras name
	// ("conv1"; "type/logits" for a head) and what it does in words.
	Watch func(layer, text string, out *Node)

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

func (p *Pass) watch(layer, text string, out *Node) {
	if p.Watch != nil {
		p.Watch(layer, text, out)
	}
}

// linear is x·kernel + bias with the parameters NAME/kernel, NAME/bias.
func (p *Pass) linear(name string, x *Node) *Node {
	return keras.Dense(x, p.weight(name+"/kernel"), p.weight(name+"/bias"))
}

// dense is a dense layer of the given size with an activation.
func (p *Pass) dense(name string, x *Node, units int, activation string) *Node {
	x = keras.Activate(activation, p.linear(name, x))
	x.AssertDims(x.Shape().Dim(0), units)
	p.watch(name, "dense, "+keras.ActivationLabel(activation), x)
	return x
}

// heads are the logits of all heads from x [B, units].
func (p *Pass) heads(x *Node) []*Node {
	var out []*Node
	for _, h := range p.Heads {
		logits := p.linear(h.Task, x)
		logits.AssertDims(x.Shape().Dim(0), h.Classes)
		p.watch(h.Task+"/logits", h.Task+": dense, softmax", logits)
		out = append(out, logits)
	}
	return out
}

// batchNorm normalises by the batch's statistics in training and by the moving
// ones otherwise; it records the batch's in any case. real [B] or [B,rows of
// the map] is 1 for what counts; nil: all does.
func (p *Pass) batchNorm(name string, x, real *Node, keras27 bool) *Node {
	batch := keras.BatchMoments(x, real)
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
	p.watch(name, "batch normalisation", y)
	return y
}
