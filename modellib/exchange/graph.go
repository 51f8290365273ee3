package exchange

import (
	"fmt"

	"flowbook/modellib/models"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// forward builds the whole way: windows [n, steps, features] of raw numbers in
// float64, and mask [n, steps] where the network reads one, to probabilities
// [n, classes] of each head. The weights are constants of the graph. It panics
// where parts do not fit, which check has told before.
func (m *Model) forward(windows, mask *graph.Node) []*graph.Node {
	network, err := m.Network()
	if err != nil {
		panic(fmt.Sprintf("exchange: %v", err))
	}
	g, n := windows.Graph(), windows.Shape().Dim(0)
	p := &models.Pass{Input: m.Input(), Heads: m.Heads(), Mask: mask, Weights: map[string]*graph.Node{}}
	for _, param := range network.Params(p.Input, p.Heads) {
		p.Weights[param.Name] = graph.Const(g, tensors.FromFlatDataAndDimensions(m.Weights[param.Name].Data, param.Shape...))
	}
	x := graph.Div(graph.Sub(windows, m.perFeature(g, m.Mean)), m.perFeature(g, m.Std))
	x = graph.Reshape(graph.ConvertDType(x, dtypes.Float32), n, -1)
	var out []*graph.Node
	for _, logits := range network.Forward(p, x) {
		out = append(out, graph.Softmax(logits))
	}
	return out
}

// perFeature is a value a feature, [1, 1, features].
func (m *Model) perFeature(g *graph.Graph, values []float64) *graph.Node {
	return graph.Const(g, tensors.FromFlatDataAndDimensions(values, 1, 1, len(values)))
}

// Predict gives the probabilities of each head, [head][window·class], for n
// windows of raw numbers, window after window, step after step. mask is 1 for
// real steps and 0 for padded ones, nil where all are real. The program is
// compiled anew on each call.
func (m *Model) Predict(be compute.Backend, x []float64, mask []float32) ([][]float32, error) {
	per := m.Steps * len(m.Features)
	if per == 0 || len(x)%per != 0 {
		return nil, fmt.Errorf("exchange: %d numbers, expected a multiple of %d", len(x), per)
	}
	n := len(x) / per
	if mask == nil {
		mask = ones(n * m.Steps)
	}
	if len(mask) != n*m.Steps {
		return nil, fmt.Errorf("exchange: a mask of %d steps, expected %d", len(mask), n*m.Steps)
	}
	in := []any{tensors.FromFlatDataAndDimensions(x, n, m.Steps, len(m.Features))}
	if m.Mask {
		in = append(in, tensors.FromFlatDataAndDimensions(mask, n, m.Steps))
	}
	out, err := graph.CallOnceN(be, func(in []*graph.Node) []*graph.Node { return m.forward(in[0], maskOf(in)) }, in...)
	if err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	var probs [][]float32
	for _, t := range out {
		flat, err := tensors.CopyFlatData[float32](t)
		if err != nil {
			return nil, fmt.Errorf("exchange: %w", err)
		}
		probs = append(probs, flat)
		_ = t.FinalizeAll()
	}
	return probs, nil
}

// maskOf is the second input, where there is one.
func maskOf(in []*graph.Node) *graph.Node {
	if len(in) < 2 {
		return nil
	}
	return in[1]
}

func ones(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
