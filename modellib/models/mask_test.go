package models_test

import (
	"fmt"
	"slices"
	"testing"

	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/keras"
	"flowbook/modellib/models"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
)

var maskedForm = models.Input{Steps: 7, Features: 5, Layout: models.Time}

// maskedModels are the models that use the mask.
func maskedModels(t *testing.T) map[string]models.Model {
	all := map[string]models.Model{}
	for _, name := range models.Names() {
		m, err := models.New(name, false)
		if err != nil {
			t.Fatal(err)
		}
		if models.UsesMask(m) {
			all[name] = m
		}
	}
	stats := models.DefaultStats()
	stats.Mask = true
	all["stats"] = stats
	return all
}

// outputs are the logits of both heads for windows x, the new moving
// statistics and the gradient of the summed logits with respect to x.
func outputs(t *testing.T, m models.Model, training bool, x, mask, rows []float32) [][]float32 {
	t.Helper()
	b := testbackend.Go(t)
	heads := []models.Head{{Task: "type", Classes: 3}, {Task: "app", Classes: 4}}
	n := len(x) / (maskedForm.Steps * maskedForm.Features)
	out, err := graph.CallOnceN(b.Backend, func(in []*graph.Node) []*graph.Node {
		g := in[0].Graph()
		p := &models.Pass{Input: maskedForm, Heads: heads, Weights: map[string]*graph.Node{}, Training: training}
		for _, w := range m.Params(maskedForm, heads) {
			start := w.Start(3)
			for i := range start {
				start[i] += 0.05 // biases too
			}
			p.Weights[w.Name] = graph.Const(g, tensors.FromFlatDataAndDimensions(start, w.Shape...))
		}
		if mask != nil {
			p.Mask = in[1]
		}
		p.Rows = in[2]
		out := m.Forward(p, in[0])
		sum := graph.ReduceAllSum(graph.Mul(out[0], graph.ExpandAxes(in[2], 1)))
		for _, name := range slices.Sorted(mapKeys(p.Moved)) {
			out = append(out, p.Moved[name])
		}
		if _, ok := m.(models.Stats); !ok { // its statistics are inputs, not layers: nothing trains through them
			out = append(out, graph.Gradient(sum, in[0])[0])
		}
		return out
	}, tensors.FromFlatDataAndDimensions(x, n, len(x)/n), maskOrOnes(mask, n), rows)
	if err != nil {
		t.Fatal(err)
	}
	var flat [][]float32
	for _, o := range out {
		flat = append(flat, tensors.MustCopyFlatData[float32](o))
	}
	return flat
}

func maskOrOnes(mask []float32, n int) *tensors.Tensor {
	if mask == nil {
		mask = slices.Repeat([]float32{1}, n*maskedForm.Steps)
	}
	return tensors.FromFlatDataAndDimensions(mask, n, maskedForm.Steps)
}

func mapKeys(m map[string]*graph.Node) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

// TestPaddedStepsCountNowhere: whatever stands in padded steps, the outputs,
// statistics and gradients are the same, and no gradient reaches them; a mask
// of ones is no mask.
func TestPaddedStepsCountNowhere(t *testing.T) {
	const windows = 3
	per := maskedForm.Steps * maskedForm.Features
	r := keras.Rand(1, "x")
	x := make([]float32, windows*per)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	rows := []float32{1, 1, 0}
	mask := slices.Repeat([]float32{1}, windows*maskedForm.Steps)
	for _, padded := range []int{4, 5, 6, 7, 13} { // the end of the first window, both ends of the second
		mask[padded] = 0
	}
	other := slices.Clone(x)
	for i := range other {
		if mask[i/maskedForm.Features] == 0 {
			other[i] = float32(100 * r.NormFloat64())
		}
	}
	for name, m := range maskedModels(t) {
		for _, training := range []bool{false, true} {
			label := fmt.Sprintf("%s, training %v", name, training)
			want := outputs(t, m, training, x, mask, rows)
			if diff := cmp.Diff(want, outputs(t, m, training, other, mask, rows)); diff != "" {
				t.Errorf("%s: padding shows: %s", label, diff)
			}
			if all, none := outputs(t, m, training, x, slices.Repeat([]float32{1}, len(mask)), rows), outputs(t, m, training, x, nil, rows); worst(all, none) > 1e-5 { // sums run in another order
				t.Errorf("%s: a mask of ones changes the output by %g", label, worst(all, none))
			} else if worst(all, want) < 1e-3 {
				t.Errorf("%s: the mask changes nothing", label)
			}
		}
	}
}

func worst(a, b [][]float32) float64 {
	w := 0.0
	for i := range a {
		for j := range a[i] {
			w = max(w, float64(a[i][j]-b[i][j]), float64(b[i][j]-a[i][j]))
		}
	}
	return w
}

// TestGRUStopsAtTheLastRealStep: a window of 4 real steps padded to 7 gives
// what a network for 4 steps gives.
func TestGRUStopsAtTheLastRealStep(t *testing.T) {
	b := testbackend.Go(t)
	m, _ := models.New("gru-mask", false)
	run := func(steps int, x, mask []float32) []float32 {
		in := models.Input{Steps: steps, Features: 5, Layout: models.Time}
		heads := []models.Head{{Task: "app", Classes: 4}}
		out, err := graph.CallOnce(b.Backend, func(x, mask *graph.Node) *graph.Node {
			p := &models.Pass{Input: in, Heads: heads, Weights: map[string]*graph.Node{}, Mask: mask}
			for _, w := range m.Params(in, heads) {
				p.Weights[w.Name] = graph.Const(x.Graph(), tensors.FromFlatDataAndDimensions(w.Start(3), w.Shape...))
			}
			return m.Forward(p, x)[0]
		}, tensors.FromFlatDataAndDimensions(x, 1, steps*5), tensors.FromFlatDataAndDimensions(mask, 1, steps))
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float32](out)
	}
	x := make([]float32, 7*5)
	for i := range x {
		x[i] = float32(i%9)/4 - 1
	}
	long := run(7, x, []float32{1, 1, 1, 1, 0, 0, 0})
	if diff := cmp.Diff(run(4, x[:20], []float32{1, 1, 1, 1}), long); diff != "" {
		t.Error(diff)
	}
}

// The shape of a mask is checked where the graph is built.
func TestMaskOfAnotherShapePanics(t *testing.T) {
	b := testbackend.Go(t)
	m, _ := models.New("cnn-mask", false)
	_, err := graph.CallOnce(b.Backend, func(x *graph.Node) *graph.Node {
		p := &models.Pass{Input: maskedForm, Weights: map[string]*graph.Node{}, Heads: []models.Head{{Task: "app", Classes: 2}},
			Mask: graph.Ones(x.Graph(), shapes.Make(dtypes.Float32, 1, 3))}
		for _, w := range m.Params(maskedForm, p.Heads) {
			p.Weights[w.Name] = graph.Const(x.Graph(), tensors.FromFlatDataAndDimensions(w.Start(1), w.Shape...))
		}
		return m.Forward(p, x)[0]
	}, tensors.FromFlatDataAndDimensions(make([]float32, 35), 1, 35))
	if err == nil {
		t.Error("a mask of 3 steps for windows of 7 is no error")
	}
}
