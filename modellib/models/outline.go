package models

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"

	. "github.com/gomlx/gomlx/core/graph"
)

// Layer is one layer of a model as a drawing shows it.
type Layer struct {
	Name   string // Keras name: "conv1"
	Text   string // what it does: "convolution 2 × 3, ReLU"
	Shape  []int  // of its output, without the batch
	Params int    // weights that training changes
}

// Outline lists the layers of a model for windows of the given form: the trunk
// that all heads share, then the layers of each head. The shapes are read off
// the model's graph, which is built on the Go backend and not run.
func Outline(m Model, in Input, heads []Head) (trunk []Layer, tails [][]Layer, err error) {
	if err := errors.Join(in.Check(), m.Check(in)); err != nil {
		return nil, nil, err
	}
	backend, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		return nil, nil, fmt.Errorf("outline: %w", err)
	}
	defer backend.Finalize()
	params := m.Params(in, heads)
	g := NewGraph(backend, "outline")
	p := &Pass{Input: in, Heads: heads, Weights: map[string]*Node{}}
	for _, w := range params {
		p.Weights[w.Name] = Parameter(g, w.Name, shapes.Make(dtypes.Float32, w.Shape...))
	}
	rows, cols := in.Dims()
	trunk = append(trunk, Layer{Name: "window", Text: "window", Shape: []int{rows, cols}})
	p.Watch = func(name, text string, out *Node) {
		name, isHead := strings.CutSuffix(name, "/logits")
		layer := Layer{Name: name, Text: text, Shape: out.Shape().Dimensions[1:], Params: weightsOf(name, params)}
		if isHead {
			tails = append(tails, []Layer{layer})
			return
		}
		trunk = append(trunk, layer)
	}
	m.Forward(p, Parameter(g, "x", shapes.Make(dtypes.Float32, 1, in.Steps*in.Features)))
	return trunk, tails, nil
}

// weightsOf counts the trainable values of a layer.
func weightsOf(layer string, params []Param) int {
	n := 0
	for _, p := range params {
		if strings.HasPrefix(p.Name, layer+"/") && !p.Fixed {
			n += p.Size()
		}
	}
	return n
}
