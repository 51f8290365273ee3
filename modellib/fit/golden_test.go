package fit

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/internal/goldenmodels"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/internal/testbackend"
)

// tolerances of the golden README: what a right implementation in float32 may
// differ by.
type tolerances struct {
	infer, train, loss, gradient, moved, after float64
	// step is for parameters after Adam, in multiples of the rate; at most a
	// share of the values may be off by more than a hundredth of the rate,
	// since Adam normalises gradients that are zero but for rounding.
	step, share float64
}

var (
	cnnTolerances = tolerances{5e-6, 3e-5, 2e-4, 5e-5, 5e-6, 5e-5, 2, 2e-4}
	gruTolerances = tolerances{1e-6, 1e-6, 1e-5, 3e-6, 0, 2e-6, 2e-6 / 8e-4, 0}
)

// golden is one case on one backend.
type golden struct {
	*testing.T
	*goldenmodels.Case
	*Network
	tol         tolerances
	data        Data
	worst       map[string]float64
	values, off int // parameters compared after steps, and those off by more than rate/100
}

func newGolden(t *testing.T, b *backend.Choice, name string) *golden {
	t.Helper()
	c := goldenmodels.Load(t, name, false)
	n, err := NewNetwork(b.Backend, c.Model, c.Input, c.Heads, 64, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{T: t, Case: c, Network: n, tol: cnnTolerances, worst: map[string]float64{},
		data: Data{Labels: c.Labels, Fill: fillFrom(c.X)}}
	if strings.HasPrefix(name, "gru") {
		g.tol = gruTolerances
	}
	return g
}

// fillFrom gives windows of 480 numbers.
func fillFrom(x []float32) func([]float32, []int) {
	return func(dst []float32, windows []int) {
		for i, w := range windows {
			copy(dst[i*480:(i+1)*480], x[w*480:])
		}
	}
}

func (g *golden) restart() {
	weights := map[string]npz.Tensor{}
	for name, a := range g.Case.Weights {
		weights[name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
	}
	if err := g.SetWeights(weights); err != nil {
		g.Fatal(err)
	}
}

// near checks a tensor and remembers the worst difference of its group.
func (g *golden) near(group, key string, got []float32, tol float64, relative bool) {
	g.Helper()
	want, ok := g.Want[key]
	if !ok {
		g.Errorf("%s: no golden tensor %s", g.Name, key)
		return
	}
	d, rel := goldenmodels.Differs(got, want)
	if relative {
		d = rel
	}
	g.worst[group] = max(g.worst[group], d)
	if d > tol {
		g.Errorf("%s %s: differs by %.2g, want at most %.2g", g.Name, key, d, tol)
	}
}

// summary lists the worst difference of each group of tensors.
func (g *golden) summary() string {
	var parts []string
	for _, group := range slices.Sorted(maps.Keys(g.worst)) {
		parts = append(parts, fmt.Sprintf("%s %.1e", group, g.worst[group]))
	}
	return strings.Join(parts, ", ")
}

func upTo(lo, hi int) []int {
	var w []int
	for i := lo; i < hi; i++ {
		w = append(w, i)
	}
	return w
}

// probs checks the softmax outputs of a batch, and the losses in training.
func (g *golden) probs(group, key string, logits [][]float32, tol float64, losses string, b *Batch) {
	g.Helper()
	for i, h := range g.Case.Heads {
		var p, loss []float32
		for at := 0; at < len(logits[i]); at += h.Classes {
			for _, v := range softmax(logits[i][at : at+h.Classes]) {
				p = append(p, float32(v))
			}
			t := newTallies(g.Case.Heads)[i]
			t.Add(logits[i][at:at+h.Classes], h.Classes, b.labels[i][at/h.Classes:])
			loss = append(loss, float32(t.Loss))
		}
		g.near(group, key+"/"+h.Task+"/probs", p, tol, false)
		if losses != "" {
			g.near("loss", losses+"/"+h.Task+"/per_sample", loss, g.tol.loss, false)
		}
	}
}

func (g *golden) evalAt(group, key string, windows int, tol float64) {
	b := g.NewBatch()
	b.Fill(g.data, upTo(0, windows))
	logits, _, err := g.Eval(b)
	if err != nil {
		g.Fatal(err)
	}
	g.probs(group, key, logits, tol, "", b)
}

// stepOn trains on windows lo…hi and returns the batch and its logits.
func (g *golden) stepOn(lo, hi int) (*Batch, [][]float32) {
	b := g.NewBatch()
	b.Fill(g.data, upTo(lo, hi))
	logits, err := g.Step(b, g.Rate, 0)
	if err != nil {
		g.Fatal(err)
	}
	return b, logits
}

// momentsOf are Adam's m and v by parameter.
func (g *golden) momentsOf() (m, v map[string][]float32) {
	m, err := g.named(g.state[1])
	if err != nil {
		g.Fatal(err)
	}
	if v, err = g.named(g.state[2]); err != nil {
		g.Fatal(err)
	}
	return m, v
}

// whole compares what a tensor sums up to with the case's probe of it.
func (g *golden) whole(group, key string, got []float32, tol float64) {
	g.Helper()
	want, ok := g.Probes[key]
	if !ok {
		g.Errorf("%s: no golden probe of %s", g.Name, key)
		return
	}
	d := goldenmodels.ProbeOf(got).Differs(want)
	g.worst[group+" sums"] = max(g.worst[group+" sums"], d)
	if !(d <= tol) {
		g.Errorf("%s %s: sums differ by %.2g, want at most %.2g", g.Name, key, d, tol)
	}
}

// stored returns a golden parameter's key and the part of got that is stored.
func (g *golden) stored(prefix, name string, got []float32) (string, []float32) {
	key := prefix + "/" + name
	if a, ok := g.Want[key+"[::16]"]; ok {
		return key + "[::16]", goldenmodels.Sixteenth(got, a.Shape[1])
	}
	return key, got
}

// gradients checks a training-mode pass over the first windows: after the
// first step m is a tenth of the gradient.
func (g *golden) gradients(windows int, suffix string) {
	g.restart()
	b, logits := g.stepOn(0, windows)
	g.probs("train", "train"+suffix, logits, g.tol.train, "loss"+suffix, b)
	m, _ := g.momentsOf()
	for name, values := range m {
		for i := range values {
			values[i] = float32(float64(values[i]) * 10)
		}
		key, kept := g.stored("grad"+suffix, name, values)
		g.near("gradient", key, kept, g.tol.gradient, true)
		g.whole("gradient", "grad"+suffix+"/"+name, values, 2*g.tol.gradient)
	}
}

// adamSteps checks three steps on batches of 64, 64 and 18 windows.
func (g *golden) adamSteps() {
	g.restart()
	for s, step := range g.Case.Steps {
		b, logits := g.stepOn(step.Batch[0], step.Batch[1])
		var loss float64
		for i, h := range g.Case.Heads {
			t := newTallies(g.Case.Heads)[i]
			t.Add(logits[i], h.Classes, b.labels[i])
			loss += t.MeanLoss()
		}
		if d := math.Abs(loss - step.Logged["loss"]); d > g.tol.loss {
			g.Errorf("%s step %d: loss %g, want %g", g.Name, s+1, loss, step.Logged["loss"])
		}
		g.parameters("step" + string(rune('1'+s)))
	}
	m, v := g.momentsOf()
	for name := range m {
		for prefix, values := range map[string][]float32{"adam3_m": m[name], "adam3_v": v[name]} {
			g.whole(prefix, prefix+"/"+name, values, 4*g.tol.gradient)
			if key, kept := g.stored(prefix, name, values); g.has(key) {
				g.near(prefix, key, kept, g.tol.gradient, true)
			}
		}
	}
	if float64(g.off) > g.tol.share*float64(g.values) {
		g.Errorf("%s: %d of %d parameters are off by more than a hundredth of the rate", g.Name, g.off, g.values)
	}
	g.evalAt("after", "after3_infer8", 8, g.tol.after)
}

// parameters checks all of them after a step.
func (g *golden) parameters(prefix string) {
	weights, err := g.Network.Weights()
	if err != nil {
		g.Fatal(err)
	}
	for _, p := range g.params {
		key, kept := g.stored(prefix, p.Name, weights[p.Name].Data)
		if p.Fixed {
			g.near("moved", key, kept, g.tol.moved, true)
			continue
		}
		g.near("steps", key, kept, g.tol.step*g.Rate, false)
		g.values += len(kept)
		for i, w := range g.Want[key].Data {
			if math.Abs(float64(kept[i])-w) > g.Rate/100 {
				g.off++
			}
		}
	}
}

// has says whether the case's file holds a tensor: moments are in few of them.
func (g *golden) has(key string) bool {
	_, ok := g.Want[key]
	return ok
}

// onXLA are the cases that are compared on XLA in every test, one of each
// network: there each costs seconds to compile. All are with make test-golden.
var onXLA = []string{"cnn_multi_aspub", "gru_multi_time"}

// TestGoldenTraining compares inference, training-mode outputs, losses,
// gradients, Adam steps and moving statistics of every case with Keras. The
// batches of 8 and 18 windows are padded to 64, which must not show. The golden
// curves of ten epochs follow: of the CNN on XLA, of the GRU on the Go backend,
// and with make test-golden of all on both.
func TestGoldenTraining(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b *backend.Choice) {
		for _, name := range goldenmodels.Names(t) {
			pure, gru := b.Name == "go", strings.HasPrefix(name, "gru")
			if !pure && !testbackend.All() && !slices.Contains(onXLA, name) {
				continue
			}
			g := newGolden(t, b, name)
			g.restart()
			g.evalAt("infer", "infer8", 8, g.tol.infer)
			g.evalAt("infer", "infer64", 64, g.tol.infer)
			g.gradients(8, "8")
			g.gradients(64, "64")
			g.adamSteps()
			t.Logf("%s: worst differences %s; %d of %d parameters off", name, g.summary(), g.off, g.values)
			if pure == gru || testbackend.All() {
				g.curves()
			}
			g.Close()
		}
	})
}
