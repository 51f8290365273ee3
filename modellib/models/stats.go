package models

import (
	"errors"

	"flowbook/modellib/keras"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Stats is a network of our own that forgets the order of the steps: a
// perceptron on four statistics of each feature over the window.
//
//	window [20 × 24]
//	   mean, deviation, minimum, maximum over the steps    4 × 24 = 96
//	 ┌ dense1  ReLU    64
//	 └ dense2  ReLU    64
//	   ├─ type  softmax
//	   └─ app   softmax
//
// Two windows of one superflow that differ by a shift have nearly the same
// statistics, so it has less to learn by heart than a network that sees each
// step. With Mask the statistics are those of the real steps.
type Stats struct {
	Units      []int  `json:"units"`      // of each hidden layer
	Activation string `json:"activation"` // of the hidden layers
	Mask       bool   `json:"mask"`       // use the padding mask
}

// DefaultStats has the sizes of the drawing.
func DefaultStats() Stats { return Stats{Units: []int{64, 64}, Activation: "relu"} }

// Check implements Model. The statistics want steps, so the layout is "time".
func (m Stats) Check(in Input) error {
	return errors.Join(MLP{Units: m.Units, Activation: m.Activation}.Check(in), checkTime(in))
}

// UsesMask implements Masker.
func (m Stats) UsesMask() bool { return m.Mask }

// Params implements Model.
func (m Stats) Params(in Input, heads []Head) []Param {
	return perceptronParams(4*in.Features, m.Units, heads)
}

// Forward implements Model.
func (m Stats) Forward(p *Pass, x *Node) []*Node {
	batch, steps, features := x.Shape().Dim(0), p.Input.Steps, p.Input.Features
	x = Reshape(x, batch, steps, features)
	real := Ones(x.Graph(), shapes.Make(x.DType(), batch, steps, 1))
	if m.Mask && p.Mask != nil {
		real = Reshape(p.Mask, batch, steps, 1)
	}
	n := MaxScalar(ReduceSum(real, 1), 1.0) // [B,1]
	mean := Div(ReduceSum(Mul(x, real), 1), n)
	off := Mul(Sub(x, ExpandAxes(mean, 1)), real)
	deviation := Sqrt(Div(ReduceSum(Square(off), 1), n))
	far := MulScalar(AddScalar(Neg(real), 1.0), 1e30) // 0 for real steps
	low, high := ReduceMin(Add(x, far), 1), ReduceMax(Sub(x, far), 1)
	some := MinScalar(ReduceSum(real, 1), 1.0) // a window of padding alone has zeros
	x = Concatenate([]*Node{mean, deviation, Mul(low, some), Mul(high, some)}, -1)
	x.AssertDims(batch, 4*features)
	p.watch("stats", "mean, deviation, minimum, maximum", x)
	return p.perceptron(x, m.Units, m.Activation)
}

// InputDropout implements Model: there is none.
func (Stats) InputDropout() keras.InputDropout { return keras.InputDropout{} }
