package models

import (
	"errors"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// Temporal is a network of our own: convolutions along time alone, and a mean
// over all steps instead of a flattened map, so that it has an eleventh of the
// CNN's weights and a pattern counts wherever in the window it is.
//
//	window [20 × 24]                    20 × 24      24 features are 24 channels
//	 ┌ conv1  64 kernels 3, same, ReLU  20 × 64
//	 │ pool1  maximum 2                 10 × 64
//	 │ bn1    batch normalisation
//	 │ conv2  64 kernels 3, same, ReLU  10 × 64
//	 │ pool2  maximum 2                  5 × 64
//	 └ bn2    batch normalisation
//	   mean over steps                  64
//	   ├─ type  softmax
//	   └─ app   softmax
type Temporal struct {
	Kernel  int    `json:"kernel"`  // steps of both convolutions
	Pool    int    `json:"pool"`    // steps of both poolings; also their strides
	Filters [2]int `json:"filters"` // of conv1 and conv2
	Old     bool   `json:"keras27"` // moving variances as in Keras 2.7
}

// DefaultTemporal has the sizes of the drawing.
func DefaultTemporal() Temporal { return Temporal{Kernel: 3, Pool: 2, Filters: [2]int{64, 64}} }

// Check implements Model. Time must be an axis, so the layout is "time".
func (m Temporal) Check(in Input) error {
	return errors.Join(between("kernel", m.Kernel, 1, 64), between("pool", m.Pool, 1, 64),
		between("filters", m.Filters[0], 1, maxUnits), between("filters", m.Filters[1], 1, maxUnits), checkTime(in))
}

// Params implements Model.
func (m Temporal) Params(in Input, heads []Head) []Param {
	kernel := [2]int{m.Kernel, 1}
	params := append(convParams(1, kernel, in.Features, m.Filters[0]), convParams(2, kernel, m.Filters[0], m.Filters[1])...)
	return append(params, headParams(heads, m.Filters[1])...)
}

// Forward implements Model.
func (m Temporal) Forward(p *Pass, x *Node) []*Node {
	batch := x.Shape().Dim(0)
	x = Reshape(x, batch, p.Input.Steps, 1, p.Input.Features)
	block := convBlock{Pool: [2]int{m.Pool, 1}, Old: m.Old}
	for i := range m.Filters {
		x = block.forward(p, x, i+1)
	}
	x = ReduceMean(x, 1, 2)
	x.AssertDims(batch, m.Filters[1])
	p.watch("mean", "mean over steps", x)
	return p.heads(x)
}

// InputDropout implements Model: there is none.
func (Temporal) InputDropout() keras.InputDropout { return keras.InputDropout{} }
