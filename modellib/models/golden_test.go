package models_test

import (
	"strings"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/internal/goldenmodels"
	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// layers runs a case's first eight windows in inference ("infer/…") and
// training ("train/…") and returns every layer's output.
func layers(t *testing.T, b *backend.Choice, c *goldenmodels.Case, x []float32) map[string][]float32 {
	t.Helper()
	var names []string
	exec, err := graph.NewExec(b.Backend, func(x *graph.Node) []*graph.Node {
		names = nil
		var out []*graph.Node
		for _, mode := range []string{"infer", "train"} {
			keep := func(layer string, n *graph.Node) {
				names, out = append(names, mode+"/"+layer), append(out, n)
			}
			p := &models.Pass{Input: c.Input, Heads: c.Heads, Weights: constants(x.Graph(), c),
				Training: mode == "train",
				Watch:    func(layer, _ string, n *graph.Node) { keep(layer, n) }}
			watchSteps(c, mode, keep).Forward(p, x)
			for name, n := range p.Moved {
				keep(name+"_after", n)
			}
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, len(x)/480, 480))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]float32{}
	for i, name := range names {
		got[name] = tensors.MustCopyFlatData[float32](out[i])
	}
	return got
}

func constants(g *graph.Graph, c *goldenmodels.Case) map[string]*graph.Node {
	w := map[string]*graph.Node{}
	for name, a := range c.Weights {
		w[name] = graph.Const(g, tensors.FromFlatDataAndDimensions(a.Float32(), a.Shape...))
	}
	return w
}

// watchSteps makes a GRU report its gates at the last step as steps/….
func watchSteps(c *goldenmodels.Case, mode string, keep func(string, *graph.Node)) models.Model {
	gru, ok := c.Model.(models.GRU)
	if !ok || mode != "infer" {
		return c.Model
	}
	rows, _ := c.Input.Dims()
	gru.WatchSteps = func(step int, z, r, cand, h *graph.Node) {
		if step == rows-1 {
			for i, n := range []*graph.Node{z, r, cand, h} {
				keep("last/"+"zrch"[i:i+1], n)
			}
		}
	}
	return gru
}

// TestGoldenLayers compares every layer's output and the moving statistics
// with Keras. The tolerances are those of the golden README.
func TestGoldenLayers(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b *backend.Choice) {
		for _, name := range goldenmodels.MultiTask() {
			c := goldenmodels.Load(t, name, false)
			tol := 1e-5
			if strings.HasPrefix(name, "gru") {
				tol = 2e-6
			}
			got := layers(t, b, c, c.X[:8*480])
			worst, compared := 0.0, 0
			for key, want := range c.Want {
				layer, ok := strings.CutPrefix(key, "act8/")
				if !ok || strings.HasPrefix(layer, "steps/") {
					continue
				}
				_, rel := goldenmodels.Differs(got[layer], want)
				worst, compared = max(worst, rel), compared+1
				if rel > tol {
					t.Errorf("%s %s: differs by %.2g of its maximum, want %.2g", name, layer, rel, tol)
				}
			}
			compared += compareLastStep(t, c, got, tol)
			if compared < 2 {
				t.Errorf("%s: only %d tensors compared", name, compared)
			}
			t.Logf("%s: %d tensors, worst %.2g", name, compared, worst)
		}
	})
}

// compareLastStep compares the gates of the last step of a GRU.
func compareLastStep(t *testing.T, c *goldenmodels.Case, got map[string][]float32, tol float64) int {
	compared := 0
	for _, gate := range []string{"z", "r", "c", "h"} {
		want, ok := c.Want["act8/steps/"+gate]
		if !ok {
			continue
		}
		steps, units := want.Shape[1], want.Shape[2]
		last := want
		last.Data = nil
		for w := range want.Shape[0] {
			at := (w*steps + steps - 1) * units
			last.Data = append(last.Data, want.Data[at:at+units]...)
		}
		compared++
		if _, rel := goldenmodels.Differs(got["infer/last/"+gate], last); rel > tol {
			t.Errorf("%s gate %s: differs by %.2g", c.Name, gate, rel)
		}
	}
	return compared
}

// TestGoldenInputDropout: a mask on the input gives Keras' outputs under the
// same mask, for a mask per element and per sequence.
func TestGoldenInputDropout(t *testing.T) {
	b := testbackend.Fast(t)
	for _, name := range []string{"gru_multi_aspub", "gru_multi_time"} {
		c := goldenmodels.Load(t, name, false)
		for _, kind := range []string{"per_element", "per_sequence"} {
			mask := c.Want["dropout/"+kind+"/mask"]
			x := append([]float32{}, c.X[:8*480]...)
			per := mask.Shape[1] * mask.Shape[2]
			for i := range x {
				w, at := i/480, i%480
				x[i] *= float32(mask.Data[w*per+at%per]) / 0.75
			}
			got := layers(t, b, c, x)
			for _, h := range c.Heads {
				probs := softmax(got["infer/"+h.Task+"/logits"], h.Classes)
				if abs, _ := goldenmodels.Differs(probs, c.Want["dropout/"+kind+"/"+h.Task+"/probs"]); abs > 1e-6 {
					t.Errorf("%s %s %s: differs by %.2g", name, kind, h.Task, abs)
				}
			}
		}
	}
}
