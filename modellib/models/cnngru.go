package models

import (
	"errors"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// CNNGRU is a CNN followed by a GRU, multi-task, on flows: what section 6 of
// the paper asks for, since Lopez-Martin et al. (the paper's [11]) found such
// a network better than either part on packets:
//
//	window [20 × 24]                       20 × 24 × 1
//	 ┌ conv1  32 kernels 2×3, same, ReLU   20 × 24 × 32
//	 │ pool1  maximum (1,3)                20 ×  8 × 32    over features alone:
//	 │ bn1    batch normalisation                          all steps stay
//	 │ conv2  64 kernels 2×3, same, ReLU   20 ×  8 × 64
//	 │ pool2  maximum (1,3)                20 ×  3 × 64
//	 └ bn2    batch normalisation
//	   a step is its 3 × 64 maps           20 × 192
//	   GRU    24 units, last state         24
//	   ├─ type  softmax  7
//	   └─ app   softmax 21
//
// Numbers of kernels are those of the paper's CNN, units those of its GRU;
// that no step is pooled away follows Lopez-Martin et al., who have no pooling
// at all. In layout "aspub" the "steps" are the 24 rows of the scrambled map.
type CNNGRU struct {
	Kernel  [2]int `json:"kernel"`  // rows, columns of both convolutions
	Pool    int    `json:"pool"`    // columns of both poolings; also their strides
	Filters [2]int `json:"filters"` // of conv1 and conv2
	Units   int    `json:"units"`   // of the GRU
	Old     bool   `json:"keras27"` // moving variances as in Keras 2.7
}

// DefaultCNNGRU has the sizes of the drawing.
func DefaultCNNGRU() CNNGRU {
	return CNNGRU{Kernel: [2]int{2, 3}, Pool: 3, Filters: [2]int{32, 64}, Units: 24}
}

// Check implements Model.
func (m CNNGRU) Check(Input) error {
	errs := []error{between("units", m.Units, 1, maxUnits), between("pool", m.Pool, 1, 64)}
	for i := range 2 {
		errs = append(errs, between("kernel", m.Kernel[i], 1, 64), between("filters", m.Filters[i], 1, maxUnits))
	}
	return errors.Join(errs...)
}

// Params implements Model.
func (m CNNGRU) Params(in Input, heads []Head) []Param {
	params := append(convParams(1, m.Kernel, 1, m.Filters[0]), convParams(2, m.Kernel, m.Filters[0], m.Filters[1])...)
	params = append(params, gruParams(m.perStep(in), m.Units)...)
	return append(params, headParams(heads, m.Units)...)
}

// perStep is the number of values of a step that the GRU reads.
func (m CNNGRU) perStep(in Input) int {
	_, cols := in.Dims()
	return keras.Pooled(keras.Pooled(cols, m.Pool), m.Pool) * m.Filters[1]
}

// Forward implements Model.
func (m CNNGRU) Forward(p *Pass, x *Node) []*Node {
	batch := x.Shape().Dim(0)
	rows, cols := p.Input.Dims()
	x = Reshape(x, batch, rows, cols, 1)
	block := convBlock{Pool: [2]int{1, m.Pool}, Old: m.Old}
	for i := range m.Filters {
		x = block.forward(p, x, i+1)
	}
	x = Reshape(x, batch, rows, -1)
	x.AssertDims(batch, rows, m.perStep(p.Input))
	return p.heads(p.gru(keras.DefaultGRU(), x, m.Units))
}

// InputDropout implements Model: there is none.
func (CNNGRU) InputDropout() keras.InputDropout { return keras.InputDropout{} }
