package models

import (
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
type GRU struct {
	Units   int     `json:"units"`   // of the GRU
	Dense   int     `json:"dense"`   // units of dense1; 0: heads on the last state, as in Figure 3
	Dropout float64 `json:"dropout"` // on the input, in training
	Old     bool    `json:"keras27"` // a mask for each number, as in Keras 2.7; else one a window
	// WatchSteps, if set, is called with the gates of every step.
	WatchSteps keras.GRUStep `json:"-"`
}

// ReleasedGRU is the network of the paper's program.
func ReleasedGRU() GRU { return GRU{Units: 24, Dense: 24, Dropout: 0.01} }

// Params implements Model.
func (m GRU) Params(in Input, heads []Head) []Param {
	_, features := in.Dims()
	params := []Param{
		{Name: "gru/kernel", Shape: []int{features, 3 * m.Units}, Init: StartGlorot},
		{Name: "gru/recurrent_kernel", Shape: []int{m.Units, 3 * m.Units}, Init: StartOrthogonal},
		{Name: "gru/bias", Shape: []int{2, 3 * m.Units}},
	}
	last := m.Units
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
	x = keras.GRU(Reshape(x, batch, steps, features),
		p.weight("gru/kernel"), p.weight("gru/recurrent_kernel"), p.weight("gru/bias"), m.WatchSteps)
	x.AssertDims(batch, m.Units)
	p.watch("gru", x)
	if m.Dense > 0 {
		x = p.dense("dense1", x)
		x.AssertDims(batch, m.Dense)
		p.watch("dense1", x)
	}
	return p.heads(x)
}

// InputDropout implements Model.
func (m GRU) InputDropout() keras.InputDropout {
	return keras.InputDropout{Rate: m.Dropout, PerSequence: !m.Old}
}
