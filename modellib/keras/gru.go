package keras

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// GRUStep is called with the gates and the new state of a step, [B,units]
// each: update gate z, reset gate r, candidate c, state h.
type GRUStep func(step int, z, r, c, h *Node)

// GRUCell says how a GRU computes a step. Its activations are named as Keras
// names them.
type GRUCell struct {
	Activation string // of the candidate state
	Gates      string // of the update and the reset gate ("recurrent_activation")
	// Mask [B,T] is 1 for real steps; a step with 0 leaves the state as it
	// was, as Keras does. nil: all steps are real.
	Mask  *Node
	Watch GRUStep // may be nil
}

// DefaultGRU is Keras' default: tanh and sigmoid.
func DefaultGRU() GRUCell { return GRUCell{Activation: "tanh", Gates: "sigmoid"} }

// LastState is Keras' GRU with reset_after=True: the last state [B,units] of
// x [B,T,F], from a state of zeros. kernel [F,3·units], recurrent
// [units,3·units], bias [2,3·units] (input, recurrent); gates in the order z,
// r, h:
//
//	z = σ(x·Kz + bz + h·Uz + cz)    r = σ(x·Kr + br + h·Ur + cr)
//	c = tanh(x·Kh + bh + r·(h·Uh + ch))
//	h' = z·h + (1-z)·c
//
// The steps are unrolled, as the library's While has no gradient; the input's
// part of all steps is one matrix product.
func (g GRUCell) LastState(x, kernel, recurrent, bias *Node) *Node {
	b, t, f := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2)
	units := recurrent.Shape().Dim(0)
	biasOf := func(i int) *Node { return Reshape(Slice(bias, AxisElem(i)), 3*units) }
	steps := Reshape(TransposeAllAxes(x, 1, 0, 2), t*b, f) // a step is a contiguous slice
	inputs := Dense(steps, kernel, biasOf(0))
	recurrentBias := biasOf(1)
	h := Zeros(x.Graph(), shapes.Make(x.DType(), b, units))
	for step := range t {
		in := Slice(inputs, AxisRange(step*b, (step+1)*b))
		next := g.step(step, in, Dense(h, recurrent, recurrentBias), h)
		if g.Mask != nil {
			next = Add(h, Mul(Slice(g.Mask, AxisRange(), AxisElem(step)), Sub(next, h)))
		}
		h = next
	}
	return h
}

// step is one step from the input's part [B,3·units], the recurrent part
// [B,3·units] and the state before.
func (g GRUCell) step(number int, in, state, h *Node) *Node {
	units := h.Shape().Dim(1)
	part := func(n *Node, from, to int) *Node {
		return Slice(n, AxisRange(), AxisRange(from*units, to*units))
	}
	zr := Activate(g.Gates, Add(part(in, 0, 2), part(state, 0, 2)))
	z, r := part(zr, 0, 1), part(zr, 1, 2)
	c := Activate(g.Activation, Add(part(in, 2, 3), Mul(r, part(state, 2, 3))))
	next := Add(c, Mul(z, Sub(h, c)))
	if g.Watch != nil {
		g.Watch(number, z, r, c, next)
	}
	return next
}
