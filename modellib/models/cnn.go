package models

import (
	"cmp"
	"errors"
	"fmt"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// CNN is the convolutional network of the paper (sections 3.5 and 3.7), with
// one head (single task) or several (multi-task), all on one base:
//
//	window [20 × 24], read as one map          (as released)     (drawn, Figures 1–2)
//	   reshape                                  24 × 20 × 1       20 × 24 × 1
//	 ┌ conv1  32 kernels, same, ReLU    2×3     24 × 20 × 32  3×3  20 × 24 × 32
//	 │ pool1  maximum, same            (2,3)    12 ×  7 × 32 (3,2)  7 × 12 × 32
//	 │ bn1    batch normalisation
//	 │ conv2  64 kernels, same, ReLU    2×3     12 ×  7 × 64  3×3   7 × 12 × 64
//	 │ pool2  maximum, same            (2,3)     6 ×  3 × 64 (3,2)  3 ×  6 × 64
//	 └ bn2    batch normalisation
//	   flatten                                  1152              1152
//	   dense1 linear                             200               200
//	   ├─ type  softmax                            7                 7
//	   └─ app   softmax                           21                21
//
// The released program reshapes the window to 24 × 20 (layout "aspub"), its
// dense layer is linear, and the normalisation comes after the pooling. In
// layout "time" the map is 20 × 24, pool1 gives 10 × 8 and pool2 5 × 3, which
// flattens to 960. Windows of other sizes work too: 'same' pooling never
// gives an empty map.
//
// With Mask, padded steps count nowhere: their rows of the map are zero before
// each convolution, never win a maximum and have no part in the statistics of
// the normalisation; a row of a pooled map is real if one of its steps is. So
// it does not matter what stands in a padded step.
type CNN struct {
	Kernel     [2]int `json:"kernel"`     // rows, columns of both convolutions
	Pool       [2]int `json:"pool"`       // of both poolings; also their strides
	Filters    [2]int `json:"filters"`    // of conv1 and conv2
	Units      int    `json:"units"`      // of dense1
	Activation string `json:"activation"` // of dense1; "": linear
	Mask       bool   `json:"mask"`       // use the padding mask
	Old        bool   `json:"keras27"`    // moving variances as in Keras 2.7
}

// ReleasedCNN is the network of the paper's program.
func ReleasedCNN() CNN {
	return CNN{Kernel: [2]int{2, 3}, Pool: [2]int{2, 3}, Filters: [2]int{32, 64}, Units: 200, Activation: "linear"}
}

// DrawnCNN is the network of the paper's Figures 1 and 2, meant for layout
// "time".
func DrawnCNN() CNN {
	m := ReleasedCNN()
	m.Kernel, m.Pool = [2]int{3, 3}, [2]int{3, 2}
	return m
}

// Check implements Model.
func (m CNN) Check(in Input) error {
	errs := []error{between("units", m.Units, 1, maxUnits), keras.CheckActivation(m.activation()), checkMask(m.Mask, in)}
	for i := range 2 {
		errs = append(errs, between("kernel", m.Kernel[i], 1, 64), between("pool", m.Pool[i], 1, 64),
			between("filters", m.Filters[i], 1, maxUnits))
	}
	return errors.Join(errs...)
}

func (m CNN) activation() string { return cmp.Or(m.Activation, "linear") }

// UsesMask implements Masker.
func (m CNN) UsesMask() bool { return m.Mask }

// Params implements Model.
func (m CNN) Params(in Input, heads []Head) []Param {
	var params []Param
	channels := 1
	for i, filters := range m.Filters {
		params = append(params, convParams(i+1, m.Kernel, channels, filters)...)
		channels = filters
	}
	params = append(params, denseParams("dense1", m.flat(in), m.Units)...)
	return append(params, headParams(heads, m.Units)...)
}

// flat is the number of values after the second block.
func (m CNN) flat(in Input) int {
	rows, cols := in.Dims()
	for range m.Filters {
		rows, cols = keras.Pooled(rows, m.Pool[0]), keras.Pooled(cols, m.Pool[1])
	}
	return rows * cols * m.Filters[1]
}

// Forward implements Model.
func (m CNN) Forward(p *Pass, x *Node) []*Node {
	batch := x.Shape().Dim(0)
	rows, cols := p.Input.Dims()
	x = Reshape(x, batch, rows, cols, 1)
	block := convBlock{Pool: m.Pool, Old: m.Old}
	if m.Mask {
		block.mask = p.Mask
	}
	for i, filters := range m.Filters {
		x = block.forward(p, x, i+1)
		rows, cols = keras.Pooled(rows, m.Pool[0]), keras.Pooled(cols, m.Pool[1])
		x.AssertDims(batch, rows, cols, filters)
	}
	x = Reshape(x, batch, -1)
	x.AssertDims(batch, m.flat(p.Input))
	return p.heads(p.dense("dense1", x, m.Units, m.activation()))
}

// InputDropout implements Model: there is none.
func (CNN) InputDropout() keras.InputDropout { return keras.InputDropout{} }

// convParams are the parameters of one block: convolution and normalisation.
func convParams(i int, kernel [2]int, channels, filters int) []Param {
	conv, bn := fmt.Sprintf("conv%d", i), fmt.Sprintf("bn%d", i)
	return []Param{
		{Name: conv + "/kernel", Shape: []int{kernel[0], kernel[1], channels, filters}, Init: StartGlorot},
		{Name: conv + "/bias", Shape: []int{filters}},
		{Name: bn + "/gamma", Shape: []int{filters}, Init: StartOnes},
		{Name: bn + "/beta", Shape: []int{filters}},
		{Name: bn + "/moving_mean", Shape: []int{filters}, Fixed: true},
		{Name: bn + "/moving_variance", Shape: []int{filters}, Init: StartOnes, Fixed: true},
	}
}
