package models

import (
	"cmp"
	"errors"
	"fmt"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// GRU is the recurrent network of the paper (section 3.6, Figure 3), with one
// head or several:
//
//	window [20 × 24]
//	   │  x1  x2  …  x20            20 steps of 24 features
//	   │  ↓   ↓       ↓             (layout "aspub": 24 steps of 20 numbers)
//	   └ GRU → GRU → … → GRU        24 units, tanh and sigmoid, reset after the
//	                      │         recurrent product, input dropout 0.01
//	   last state [24] ───┘
//	   dense1 linear [24]           in the released program, not in the figure
//	   ├─ type  softmax  7
//	   └─ app   softmax 21
//
// With Mask a padded step leaves the state as it was, as in Keras, so the last
// state is that of the last real step.
type GRU struct {
	Units      int     `json:"units"`                // of the GRU
	Activation string  `json:"activation"`           // of the candidate state; "": tanh
	Gates      string  `json:"recurrent_activation"` // of update and reset gate; "": sigmoid
	Dense      int     `json:"dense"`                // units of dense1, linear; 0: heads on the last state, as in Figure 3
	Dropout    float64 `json:"dropout"`              // on the input, in training
	Mask       bool    `json:"mask"`                 // use the padding mask
	Old        bool    `json:"keras27"`              // a dropout mask for each number, as in Keras 2.7; else one a window
	// WatchSteps, if set, is called with the gates of every step.
	WatchSteps keras.GRUStep `json:"-"`
}

// ReleasedGRU is the network of the paper's program.
func ReleasedGRU() GRU {
	return GRU{Units: 24, Activation: "tanh", Gates: "sigmoid", Dense: 24, Dropout: 0.01}
}

// DrawnGRU is the network of the paper's Figure 3: without the dense layer.
func DrawnGRU() GRU {
	m := ReleasedGRU()
	m.Dense = 0
	return m
}

// Check implements Model.
func (m GRU) Check(in Input) error {
	return errors.Join(between("units", m.Units, 1, maxUnits), between("dense", m.Dense, 0, maxUnits),
		keras.CheckActivation(m.cell().Activation), keras.CheckActivation(m.cell().Gates), checkRate("dropout", m.Dropout), checkMask(m.Mask, in))
}

// checkRate wants a share of numbers to drop.
func checkRate(name string, rate float64) error {
	if !(rate >= 0 && rate < 1) {
		return fmt.Errorf("%s is %g, expected 0 or more and less than 1", name, rate)
	}
	return nil
}

// cell is how a step is computed.
func (m GRU) cell() keras.GRUCell {
	usual := keras.DefaultGRU()
	return keras.GRUCell{Activation: cmp.Or(m.Activation, usual.Activation), Gates: cmp.Or(m.Gates, usual.Gates), Watch: m.WatchSteps}
}

// UsesMask implements Masker.
func (m GRU) UsesMask() bool { return m.Mask }

// gruParams are those of a GRU on steps of so many features.
func gruParams(features, units int) []Param {
	return []Param{
		{Name: "gru/kernel", Shape: []int{features, 3 * units}, Init: StartGlorot},
		{Name: "gru/recurrent_kernel", Shape: []int{units, 3 * units}, Init: StartOrthogonal},
		{Name: "gru/bias", Shape: []int{2, 3 * units}},
	}
}

// Params implements Model.
func (m GRU) Params(in Input, heads []Head) []Param {
	_, features := in.Dims()
	params, last := gruParams(features, m.Units), m.Units
	if m.Dense > 0 {
		params = append(params, denseParams("dense1", m.Units, m.Dense)...)
		last = m.Dense
	}
	return append(params, headParams(heads, last)...)
}

// Forward implements Model.
func (m GRU) Forward(p *Pass, x *Node) []*Node {
	batch := x.Shape().Dim(0)
	steps, features := p.Input.Dims()
	cell := m.cell()
	if m.Mask {
		cell.Mask = p.Mask
	}
	x = p.gru(cell, Reshape(x, batch, steps, features), m.Units)
	if m.Dense > 0 {
		x = p.dense("dense1", x, m.Dense, "linear")
	}
	return p.heads(x)
}

// gru is the layer "gru": the last state [B, units] of x [B, steps, features].
func (p *Pass) gru(cell keras.GRUCell, x *Node, units int) *Node {
	x = cell.LastState(x, p.weight("gru/kernel"), p.weight("gru/recurrent_kernel"), p.weight("gru/bias"))
	x.AssertDims(x.Shape().Dim(0), units)
	p.watch("gru", "GRU, last state", x)
	return x
}

// InputDropout implements Model.
func (m GRU) InputDropout() keras.InputDropout {
	return keras.InputDropout{Rate: m.Dropout, PerSequence: !m.Old}
}
