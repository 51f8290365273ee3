package models

import (
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
	if err := in.Check(); err != nil {
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
	p.Watch = func(layer string, out *Node) {
		if task, isHead := strings.CutSuffix(layer, "/logits"); isHead {
			tails = append(tails, []Layer{headLayer(task, out, params)})
			return
		}
		trunk = append(trunk, Layer{Name: layer, Text: describe(layer, params),
			Shape: out.Shape().Dimensions[1:], Params: weightsOf(layer, params)})
	}
	m.Forward(p, Parameter(g, "x", shapes.Make(dtypes.Float32, 1, in.Steps*in.Features)))
	return trunk, tails, nil
}

func headLayer(task string, out *Node, params []Param) Layer {
	return Layer{Name: task, Text: task + ": dense, softmax",
		Shape: out.Shape().Dimensions[1:], Params: weightsOf(task, params)}
}

// describe says what a layer does, from its Keras name and its parameters.
func describe(layer string, params []Param) string {
	switch strings.TrimRight(layer, "0123456789") {
	case "conv":
		for _, p := range params {
			if p.Name == layer+"/kernel" {
				return fmt.Sprintf("convolution %d × %d, ReLU", p.Shape[0], p.Shape[1])
			}
		}
	case "pool":
		return "max pooling"
	case "bn":
		return "batch normalisation"
	case "dense":
		return "dense, linear"
	case "gru":
		return "GRU, last state"
	}
	return layer
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
