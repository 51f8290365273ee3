package models_test

import (
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/internal/goldenmodels"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// onXLA are the cases that are compared on XLA in every test, one of each
// network: there each costs seconds to compile. All are with make test-golden.
var onXLA = []string{"cnn_multi_aspub", "gru_multi_time"}

// layers runs a case's network on windows x in the given modes and returns
// every layer's output as MODE/LAYER, the new moving statistics as
// MODE/NAME_after and the gates of a GRU as steps/GATE.
func layers(t *testing.T, b *backend.Choice, c *goldenmodels.Case, x []float32, modes ...string) map[string][]float32 {
	t.Helper()
	var names []string
	per := c.Input.Steps * c.Input.Features
	exec, err := graph.NewExec(b.Backend, func(x *graph.Node) []*graph.Node {
		names = nil
		var out []*graph.Node
		keep := func(name string, n *graph.Node) { names, out = append(names, name), append(out, n) }
		for _, mode := range modes {
			p := &models.Pass{Input: c.Input, Heads: c.Heads, Weights: constants(x.Graph(), c), Training: mode == "train",
				Watch: func(layer, _ string, n *graph.Node) { keep(mode+"/"+layer, n) }}
			gates := map[string][]*graph.Node{}
			watchSteps(c.Model, gates).Forward(p, x)
			for name, n := range p.Moved {
				keep(mode+"/"+name+"_after", n)
			}
			for _, m := range p.Batch {
				keep(mode+"/"+m.Layer+"/batch_mean", m.Mean)
			}
			for gate, steps := range gates {
				keep("steps/"+gate, graph.Stack(steps, 1))
			}
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, len(x)/per, per))
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

// watchSteps makes a GRU keep its gates at every step, under z, r, c and h.
func watchSteps(m models.Model, gates map[string][]*graph.Node) models.Model {
	gru, ok := m.(models.GRU)
	if !ok {
		return m
	}
	gru.WatchSteps = func(_ int, z, r, cand, h *graph.Node) {
		for i, n := range []*graph.Node{z, r, cand, h} {
			gates["zrch"[i:i+1]] = append(gates["zrch"[i:i+1]], n)
		}
	}
	return gru
}

// TestGoldenLayers compares every layer's output, the moving statistics and
// the gates at every step with Keras, for eight windows in inference and in
// training. The tolerances are those of the golden README.
func TestGoldenLayers(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b *backend.Choice) {
		for _, name := range goldenmodels.Names(t) {
			if b.Name != "go" && !testbackend.All() && !slices.Contains(onXLA, name) {
				continue
			}
			c := goldenmodels.Load(t, name, false)
			tol := 1e-5
			if strings.HasPrefix(name, "gru") {
				tol = 2e-6
			}
			got := layers(t, b, c, c.X[:8*c.Input.Steps*c.Input.Features], "infer", "train")
			worst, compared := 0.0, 0
			for key, want := range c.Want {
				layer, ok := strings.CutPrefix(key, "act8/")
				if !ok {
					continue
				}
				_, rel := goldenmodels.Differs(got[layer], want)
				worst, compared = max(worst, rel), compared+1
				if rel > tol {
					t.Errorf("%s %s: differs by %.2g of its maximum, want %.2g", name, layer, rel, tol)
				}
			}
			if compared < 6 {
				t.Errorf("%s: only %d tensors compared", name, compared)
			}
			t.Logf("%s: %d tensors, worst %.2g", name, compared, worst)
		}
	})
}

// TestGoldenKeras27: the moving variances after a batch of 64 are those of
// Keras 2.7, which feeds the unbiased variance; Keras 3's differ from them by
// more than the tolerance.
func TestGoldenKeras27(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b *backend.Choice) {
		for _, name := range goldenmodels.Names(t) {
			if b.Name != "go" && !testbackend.All() && name != onXLA[0] || strings.HasPrefix(name, "gru") {
				continue
			}
			old, now := goldenmodels.Load(t, name, true), goldenmodels.Load(t, name, false)
			x := old.X[:64*old.Input.Steps*old.Input.Features]
			want := map[string]npz.Array{}
			for key, a := range old.Want {
				if layer, ok := strings.CutPrefix(key, "bn_keras27_64/"); ok && !strings.HasSuffix(key, "unbiased") {
					want[layer] = a
				}
			}
			if len(want) == 0 {
				continue // a single-task case, whose base is that of the multi-task one
			}
			got27 := layers(t, b, old, x, "train")
			for layer, a := range want {
				if _, rel := goldenmodels.Differs(got27["train/"+layer], a); rel > 5e-6 {
					t.Errorf("%s %s: differs by %.2g of its maximum, want 5e-6", name, layer, rel)
				}
			}
			if b.Name != "go" {
				continue
			}
			got3 := layers(t, b, now, x, "train")
			if _, rel := goldenmodels.Differs(got3["train/bn2/moving_variance_after"], want["bn2/moving_variance_after"]); rel < 5e-6 {
				t.Errorf("%s: Keras 3's moving variance is that of Keras 2.7", name)
			}
		}
	})
}

// TestGoldenInputDropout: a mask on the input gives Keras' outputs under the
// same mask, for a mask per element and per sequence.
func TestGoldenInputDropout(t *testing.T) {
	b := testbackend.Go(t)
	for _, name := range goldenmodels.Names(t) {
		c := goldenmodels.Load(t, name, false)
		for _, kind := range []string{"per_element", "per_sequence"} {
			mask, ok := c.Want["dropout/"+kind+"/mask"]
			if !ok {
				continue
			}
			windowSize := c.Input.Steps * c.Input.Features
			x := append([]float32{}, c.X[:8*windowSize]...)
			per := mask.Shape[1] * mask.Shape[2]
			for i := range x {
				w, at := i/windowSize, i%windowSize
				x[i] *= float32(mask.Data[w*per+at%per]) / 0.75
			}
			got := layers(t, b, c, x, "infer")
			for _, h := range c.Heads {
				probs := softmax(got["infer/"+h.Task+"/logits"], h.Classes)
				if abs, _ := goldenmodels.Differs(probs, c.Want["dropout/"+kind+"/"+h.Task+"/probs"]); abs > 1e-6 {
					t.Errorf("%s %s %s: differs by %.2g", name, kind, h.Task, abs)
				}
			}
		}
	}
}
