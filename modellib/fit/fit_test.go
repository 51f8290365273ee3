package fit

import (
	"context"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/keras"
	"flowbook/modellib/models"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// synthetic are n windows of per numbers that tell their class: two heads, of
// 7 and 21 classes.
func synthetic(per, n int) Data {
	r := keras.Rand(5, "synthetic")
	x, kind, app := make([]float32, n*per), make([]int32, n), make([]int32, n)
	for w := range n {
		app[w] = int32(r.IntN(21))
		kind[w] = app[w] % 7
		for i := range per {
			x[w*per+i] = float32(r.NormFloat64())
			if i%21 == int(app[w]) {
				x[w*per+i] += 3
			}
		}
	}
	return Data{Labels: [][]int32{kind, app}, Fill: func(dst []float32, windows []int) {
		for i, w := range windows {
			copy(dst[i*per:(i+1)*per], x[w*per:])
		}
	}}
}

// small is a network for windows of 5 steps of 9 features, quick on every backend.
func small(t *testing.T, c *backend.Choice, m models.Model, seed int64) *Network {
	t.Helper()
	heads := []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}}
	n, err := NewNetwork(c.Backend, m, models.Input{Steps: 5, Features: 9, Layout: models.Time}, heads, 32, seed, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

func smallCNN() models.Model {
	return models.CNN{Kernel: [2]int{2, 3}, Pool: [2]int{2, 3}, Filters: [2]int{4, 4}, Units: 16, Activation: "linear"}
}

func train(t *testing.T, n *Network, c Config) *Result {
	t.Helper()
	r, err := Train(context.Background(), n, synthetic(45, 200), upTo(0, 130), upTo(130, 200), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSameSeedSameBits: a training repeated on a backend gives the same bits,
// another seed does not.
func TestSameSeedSameBits(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, c *backend.Choice) {
		n := small(t, c, models.GRU{Units: 6, Activation: "tanh", Gates: "sigmoid", Dense: 6, Dropout: 0.1}, 3)
		start := weightsOf(t, n)
		var got []map[string]npz.Tensor
		for _, seed := range []int64{3, 3, 4} {
			if err := n.SetWeights(start); err != nil {
				t.Fatal(err)
			}
			train(t, n, Config{Epochs: 2, Rate: 1e-2, Seed: seed})
			got = append(got, weightsOf(t, n))
		}
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Error("the same seed gave other weights")
		}
		if cmp.Equal(got[0], got[2]) {
			t.Error("another seed gave the same weights")
		}
	})
}

func weightsOf(t *testing.T, n *Network) map[string]npz.Tensor {
	t.Helper()
	w, err := n.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestLearns: the loss falls. Evaluated on the very windows it was trained on,
// the network with recomputed averages is about as good as in training; with
// Keras' slow ones it is far worse after so few steps.
func TestLearns(t *testing.T) {
	c := testbackend.Go(t)
	for _, recompute := range []bool{false, true} {
		n := small(t, c, smallCNN(), 1)
		r, err := Train(context.Background(), n, synthetic(45, 200), upTo(0, 200), upTo(0, 200),
			Config{Epochs: 12, Rate: 1e-2, Seed: 1, Recompute: recompute})
		if err != nil {
			t.Fatal(err)
		}
		first, last := r.History[0], r.History[11]
		if last.Loss > 0.8*first.Loss {
			t.Errorf("loss %g after 12 epochs, %g after the first", last.Loss, first.Loss)
		}
		if near := last.ValLoss < 1.05*last.Loss; near != recompute {
			t.Errorf("recompute %v: loss %g in training mode, %g evaluated", recompute, last.Loss, last.ValLoss)
		}
	}
}

// TestRecomputeIsExact: the moving statistics are the mean and variance of the
// normalisation's input over all training windows, however they fall into batches.
func TestRecomputeIsExact(t *testing.T) {
	c := testbackend.Go(t)
	d := synthetic(45, 200)
	var got []map[string]npz.Tensor
	for _, windows := range [][]int{upTo(0, 100), reversed(upTo(0, 100))} {
		n := small(t, c, smallCNN(), 1)
		if err := n.recompute(d, windows, n.NewBatch()); err != nil {
			t.Fatal(err)
		}
		// A batch normalised by statistics of all windows has mean 0 and
		// variance near 1 over all windows: check on the layers' own moments.
		b, pools := n.NewBatch(), make([]pooled, len(n.layers))
		for chunk := range slices.Chunk(windows, n.Batch) {
			b.Fill(d, chunk)
			_, moments, err := n.Eval(b)
			if err != nil {
				t.Fatal(err)
			}
			for i := range pools {
				pools[i].add(moments[i])
			}
		}
		w := weightsOf(t, n)
		for i, layer := range n.layers {
			for ch := range pools[i].mean {
				if mean, v := float64(w[layer+"/moving_mean"].Data[ch]), float64(w[layer+"/moving_variance"].Data[ch]); math.Abs(mean-pools[i].mean[ch]) > 1e-6 || math.Abs(v-pools[i].variance()[ch]) > 1e-6 {
					t.Errorf("%s channel %d: moving %g and %g, input has %g and %g", layer, ch, mean, v, pools[i].mean[ch], pools[i].variance()[ch])
				}
			}
		}
		got = append(got, w)
	}
	for name, w := range got[0] {
		for i, v := range w.Data {
			if math.Abs(float64(v-got[1][name].Data[i])) > 1e-6 {
				t.Errorf("%s depends on the order of the windows: %g and %g", name, v, got[1][name].Data[i])
			}
		}
	}
}

func reversed(w []int) []int { slices.Reverse(w); return w }

// TestPooledEqualsOnePass joins the moments of pieces.
func TestPooledEqualsOnePass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p pooled
		var all []float64
		for range rapid.IntRange(1, 5).Draw(t, "pieces") {
			piece := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 9).Draw(t, "piece")
			mean, variance := meanVariance(piece)
			p.add(layerMoments{[]float32{float32(mean)}, []float32{float32(variance)}, float64(len(piece))})
			all = append(all, piece...)
		}
		mean, variance := meanVariance(all)
		if math.Abs(mean-p.mean[0]) > 1e-5 || math.Abs(variance-p.variance()[0]) > 1e-4 {
			t.Errorf("pooled %g, %g; of all %g, %g", p.mean[0], p.variance()[0], mean, variance)
		}
	})
}

func meanVariance(v []float64) (mean, variance float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		variance += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, variance
}

// TestEarlyStopKeepsTheBestWeights: after an early stop the network has the
// weights of the best epoch.
func TestEarlyStopKeepsTheBestWeights(t *testing.T) {
	c := testbackend.Go(t)
	n := small(t, c, models.GRU{Units: 6, Activation: "tanh", Gates: "sigmoid"}, 1)
	r := train(t, n, Config{Epochs: 200, Rate: 0.05, Seed: 1, Patience: 3})
	if r.Stopped != "early stop" || len(r.History) != r.Best+3 {
		t.Fatalf("stopped by %q after %d epochs, best %d", r.Stopped, len(r.History), r.Best)
	}
	d := synthetic(45, 200)
	probs, err := n.Predict(d, upTo(130, 200))
	if err != nil {
		t.Fatal(err)
	}
	var loss float64
	for i, head := range probs {
		for w, p := range head {
			loss -= math.Log(p[d.Labels[i][130+w]]) / 70
		}
	}
	if want := r.History[r.Best-1].ValLoss; math.Abs(loss-want) > 1e-5 {
		t.Errorf("the kept weights have validation loss %g, the best epoch %g", loss, want)
	}
}

func TestSaveAndLoad(t *testing.T) {
	c := testbackend.Go(t)
	a, b := small(t, c, smallCNN(), 1), small(t, c, smallCNN(), 2)
	path := t.TempDir() + "/w.npz"
	data, err := a.Encode(map[string]npz.Tensor{"scaler/mean": {Shape: []int{1}, Wide: []float64{0.1}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	arrays, err := npz.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Load(arrays); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(weightsOf(t, a), weightsOf(t, b)); diff != "" {
		t.Error(diff)
	}
	delete(arrays, "conv1/kernel")
	if err := b.Load(arrays); err == nil || !strings.Contains(err.Error(), `no weight "conv1/kernel", expected one of shape [2 3 1 4]`) {
		t.Errorf("missing weight: %v", err)
	}
	arrays["conv1/kernel"] = npz.Array{Shape: []int{1}, Data: []float64{1}}
	if err := b.Load(arrays); err == nil || !strings.Contains(err.Error(), `"conv1/kernel" has shape [1], expected [2 3 1 4]`) {
		t.Errorf("wrong shape: %v", err)
	}
}

func TestTrainingEndsWithAnError(t *testing.T) {
	c := testbackend.Go(t)
	n := small(t, c, models.GRU{Units: 6, Activation: "tanh", Gates: "sigmoid"}, 1)
	d := synthetic(45, 200)
	cancelled, cancel := context.WithCancel(context.Background())
	var seen int
	r, err := Train(cancelled, n, d, upTo(0, 64), nil, Config{Epochs: 9, Rate: 1e-3, Each: func(h []run.Epoch) error {
		if seen++; len(h) == 2 {
			cancel()
		}
		if !math.IsNaN(h[0].ValLoss) {
			t.Error("a validation loss without a validation part")
		}
		return nil
	}})
	if !errors.Is(err, context.Canceled) || len(r.History) != 2 || seen != 2 {
		t.Errorf("cancelled after 2 epochs: %v, %d epochs", err, len(r.History))
	}
	for _, c := range []struct {
		name, want string
		d          Data
		train      []int
	}{
		{"nothing", "no windows to train on", d, nil},
		{"label", "window 3 has app class 21, expected 0 to 20", Data{Fill: d.Fill, Labels: [][]int32{{0, 0, 0, 0}, {0, 0, 0, 21}}}, upTo(0, 4)},
		{"heads", "labels of 1 tasks, expected 2", Data{Fill: d.Fill, Labels: d.Labels[:1]}, upTo(0, 4)},
		{"NaN", "epoch 1, batch 2: the loss of task type is NaN", Data{Labels: d.Labels, Fill: func(dst []float32, w []int) {
			d.Fill(dst, w)
			if slices.Contains(w, 40) {
				dst[0] = float32(math.NaN())
			}
		}}, upTo(0, 64)},
	} {
		if _, err := Train(context.Background(), n, c.d, c.train, nil, Config{Epochs: 1, Rate: 1e-3, Ordered: true}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	heads := []models.Head{{Task: "type", Classes: 2}}
	a := newTallies(heads)[0]
	// p = (1/2, 1/2): not above a half; p = (0.9…, 0.1…): right; the same with the other label: wrong.
	a.Add([]float32{0, 0, 3, 0, 3, 0}, 2, []int32{0, 0, 1})
	want := Tally{Windows: 3, Correct: 2, TruePos: 1, Positive: 2, Confusion: []int{2, 0, 1, 0},
		Loss: math.Log(2) + math.Log1p(math.Exp(-3)) + 3 + math.Log1p(math.Exp(-3))}
	if math.Abs(a.Loss-want.Loss) > 1e-12 {
		t.Errorf("loss %g, want %g", a.Loss, want.Loss)
	}
	a.Loss = want.Loss
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	h := newEpoch(1, heads, nil, []Tally{a}, nil).Heads[0]
	// F1 of the first class: precision 2/3, recall 1; of the second 0.
	if h.Accuracy != 2.0/3 || h.Precision != 0.5 || h.Recall != 1.0/3 || h.MacroF1 != 0.4 {
		t.Errorf("accuracy %g, precision %g, recall %g, macro F1 %g", h.Accuracy, h.Precision, h.Recall, h.MacroF1)
	}
	if h := newEpoch(1, heads, nil, []Tally{{Windows: 1}}, nil).Heads[0]; h.Precision != 0 {
		t.Errorf("nothing above a half gives precision %g, want 0", h.Precision)
	}
}
