package models

import (
	"errors"
	"fmt"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// MLP is a multilayer perceptron on the numbers of a window as they are: it
// knows nothing of steps, and the layout makes no difference to it. Miller et
// al. (the paper's [15]) tell VPN from other traffic with a network of this
// kind on statistics of flows; the sizes are ours:
//
//	window [20 × 24]        480
//	 ┌ dense1  ReLU         128
//	 └ dense2  ReLU         128
//	   ├─ type  softmax       7
//	   └─ app   softmax      21
type MLP struct {
	Units      []int  `json:"units"`      // of each hidden layer
	Activation string `json:"activation"` // of the hidden layers
}

// DefaultMLP has the sizes of the drawing.
func DefaultMLP() MLP { return MLP{Units: []int{128, 128}, Activation: "relu"} }

// Check implements Model.
func (m MLP) Check(Input) error {
	errs := []error{keras.CheckActivation(m.Activation), between("number of hidden layers", len(m.Units), 1, 16)}
	for _, units := range m.Units {
		errs = append(errs, between("units", units, 1, maxUnits))
	}
	return errors.Join(errs...)
}

// Params implements Model.
func (m MLP) Params(in Input, heads []Head) []Param {
	return perceptronParams(in.Steps*in.Features, m.Units, heads)
}

// perceptronParams are hidden layers "dense1", "dense2", … on so many inputs,
// and heads.
func perceptronParams(inputs int, units []int, heads []Head) []Param {
	var params []Param
	for i, n := range units {
		params = append(params, denseParams(fmt.Sprintf("dense%d", i+1), inputs, n)...)
		inputs = n
	}
	return append(params, headParams(heads, inputs)...)
}

// Forward implements Model.
func (m MLP) Forward(p *Pass, x *Node) []*Node {
	x.AssertDims(x.Shape().Dim(0), p.Input.Steps*p.Input.Features)
	return p.perceptron(x, m.Units, m.Activation)
}

// perceptron is the network that perceptronParams has the parameters of.
func (p *Pass) perceptron(x *Node, units []int, activation string) []*Node {
	for i, n := range units {
		x = p.dense(fmt.Sprintf("dense%d", i+1), x, n, activation)
	}
	return p.heads(x)
}

// InputDropout implements Model: there is none.
func (MLP) InputDropout() keras.InputDropout { return keras.InputDropout{} }
