package models

import (
	"fmt"
	"slices"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// Model is one architecture: a small value of hyperparameters, which its JSON
// names.
type Model interface {
	// Check says which hyperparameter is out of range, or that the network
	// cannot read windows of the given form.
	Check(in Input) error
	// Params lists the parameters for windows of the given form and for the
	// given heads, in the order of Keras.
	Params(in Input, heads []Head) []Param
	// Forward builds the graph from x [B, steps·features], time-major, and
	// returns the logits [B, classes] of each head.
	Forward(p *Pass, x *Node) []*Node
	// InputDropout is the dropout on the input in training; the host applies
	// it to the windows in the layout's form (Input.Dims).
	InputDropout() keras.InputDropout
}

// Masker is a model that can tell padded steps of a window from real ones.
type Masker interface {
	// UsesMask says whether it reads Pass.Mask.
	UsesMask() bool
}

// UsesMask says whether a model reads Pass.Mask.
func UsesMask(m Model) bool {
	masker, ok := m.(Masker)
	return ok && masker.UsesMask()
}

// checkTime wants steps that are still in order, for networks that need them:
// the layout "aspub" scrambles them.
func checkTime(in Input) error {
	if in.Layout != Time {
		return fmt.Errorf("layout is %q, and this network reads %q only", in.Layout, Time)
	}
	return nil
}

// checkMask is checkTime for a network that uses the padding mask.
func checkMask(uses bool, in Input) error {
	if !uses {
		return nil
	}
	return checkTime(in)
}

// Layouts of a window.
const (
	Time        = "time"  // steps × features
	AsPublished = "aspub" // the same numbers read as features × steps, which scrambles both
)

// Input is the form of a window.
type Input struct {
	Steps, Features int
	Layout          string // Time or AsPublished
}

// Dims is the form in which the network reads a window's numbers.
func (in Input) Dims() (rows, cols int) {
	if in.Layout == AsPublished {
		return in.Features, in.Steps
	}
	return in.Steps, in.Features
}

// Check says what is wrong with the form.
func (in Input) Check() error {
	if in.Layout != Time && in.Layout != AsPublished {
		return fmt.Errorf("layout is %q, expected %q or %q", in.Layout, Time, AsPublished)
	}
	if in.Steps < 1 || in.Features < 1 {
		return fmt.Errorf("a window has %d steps of %d features, expected at least 1 of each", in.Steps, in.Features)
	}
	return nil
}

// Head is one task: an output of the network.
type Head struct {
	Task    string // "type" or "app"; names its parameters
	Classes int
}

// Init says how a parameter starts.
type Init int

// The initialisers of Keras that the models use.
const (
	StartZeros Init = iota
	StartOnes
	StartGlorot     // uniform
	StartOrthogonal // recurrent kernels
)

// Param is one tensor of a model.
type Param struct {
	Name  string // "conv1/kernel"
	Shape []int
	Init  Init
	Fixed bool // moved by batch statistics, not by the optimiser
}

// Size is the number of values.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// Start makes the initial values from a seed, on the host, so that they are
// the same on every backend. They depend on the seed and the parameter's name
// only, so two models share what they have in common.
func (p Param) Start(seed int64) []float32 {
	r := keras.Rand(seed, p.Name)
	switch p.Init {
	case StartGlorot:
		return keras.GlorotUniform(r, p.Shape...)
	case StartOrthogonal:
		return keras.Orthogonal(r, p.Shape[0], p.Shape[1])
	case StartOnes:
		return slices.Repeat([]float32{1}, p.Size())
	}
	return make([]float32, p.Size())
}

// Trainable is the number of values that training fits.
func Trainable(params []Param) int {
	n := 0
	for _, p := range params {
		if !p.Fixed {
			n += p.Size()
		}
	}
	return n
}

// between is the error of a hyperparameter that is out of range.
func between(name string, value, low, high int) error {
	if value < low || value > high {
		return fmt.Errorf("%s is %d, expected %d to %d", name, value, low, high)
	}
	return nil
}

// maxUnits bounds the size of a layer, against slips of the keyboard.
const maxUnits = 1 << 14

// denseParams are the kernel and bias of a dense layer.
func denseParams(name string, in, out int) []Param {
	return []Param{
		{Name: name + "/kernel", Shape: []int{in, out}, Init: StartGlorot},
		{Name: name + "/bias", Shape: []int{out}},
	}
}

// headParams are those of the softmax heads.
func headParams(heads []Head, in int) []Param {
	var params []Param
	for _, h := range heads {
		params = append(params, denseParams(h.Task, in, h.Classes)...)
	}
	return params
}
