package keras

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// GRUStep is called with the gates and the new state of a step, [B,units]
// each: update gate z, reset gate r, candidate c, state h.
type GRUStep func(step int, z, r, c, h *Node)

// GRU is Keras' GRU with reset_after=True and returns the last state
// [B,units] of x [B,T,F], from a state of zeros. kernel [F,3·units],
// recurrent [units,3·units], bias [2,3·units] (input, recurrent); gates in
// the order z, r, h:
//
//	z = σ(x·Kz + bz + h·Uz + cz)    r = σ(x·Kr + br + h·Ur + cr)
//	c = tanh(x·Kh + bh + r·(h·Uh + ch))
//	h' = z·h + (1-z)·c
//
// The steps are unrolled, as the library's While has no gradient; the input's
// part of all steps is one matrix product. watch may be nil.
func GRU(x, kernel, recurrent, bias *Node, watch GRUStep) *Node {
	b, t, f := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2)
	units := recurrent.Shape().Dim(0)
	part := func(n *Node, from, to int) *Node {
		return Slice(n, AxisRange(), AxisRange(from*units, to*units))
	}
	biasOf := func(i int) *Node { return Reshape(Slice(bias, AxisElem(i)), 3*units) }
	steps := Reshape(TransposeAllAxes(x, 1, 0, 2), t*b, f) // a step is a contiguous slice
	inputs := Dense(steps, kernel, biasOf(0))
	recurrentBias := biasOf(1)
	h := FillScalar(x.Graph(), Slice(inputs, AxisRange(0, b), AxisRange(0, units)).Shape(), 0)
	for step := range t {
		in := Slice(inputs, AxisRange(step*b, (step+1)*b))
		state := Dense(h, recurrent, recurrentBias)
		zr := Sigmoid(Add(part(in, 0, 2), part(state, 0, 2)))
		z, r := part(zr, 0, 1), part(zr, 1, 2)
		c := Tanh(Add(part(in, 2, 3), Mul(r, part(state, 2, 3))))
		h = Add(c, Mul(z, Sub(h, c)))
		if watch != nil {
			watch(step, z, r, c, h)
		}
	}
	return h
}
