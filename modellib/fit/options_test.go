package fit

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

func TestSchedules(t *testing.T) {
	flat := []run.Epoch{{ValLoss: 3}, {ValLoss: 2}, {ValLoss: 2}, {ValLoss: 2.5}, {ValLoss: 1}, {ValLoss: 1}, {ValLoss: 1}}
	for _, c := range []struct {
		text          string
		warmup        float64
		epoch, batch  int // of 10 epochs of 4 batches
		want          float64
		history       []run.Epoch
		needsValidity bool
	}{
		{"constant", 0, 7, 3, 1, nil, false},
		{"", 0, 1, 0, 1, nil, false},
		{"linear", 0, 1, 0, 1, nil, false},
		{"linear", 0, 6, 0, 0.5, nil, false},
		{"linear", 0, 10, 3, 0.025, nil, false},
		// Keras' CosineDecay(1, 40) at steps 0, 20 and 30.
		{"cosine", 0, 1, 0, 1, nil, false},
		{"cosine", 0, 6, 0, 0.5, nil, false},
		{"cosine", 0, 8, 2, 0.1464466094067262, nil, false},
		{"step:3:0.5", 0, 3, 3, 1, nil, false},
		{"step:3:0.5", 0, 4, 0, 0.5, nil, false},
		{"step:3:0.5", 0, 10, 0, 0.125, nil, false},
		{"exponential:0.9", 0, 3, 2, 0.81, nil, false},
		// Keras' ReduceLROnPlateau(patience=2, factor=0.1, min_delta=0).
		{"plateau:2:0.1", 0, 4, 0, 1, flat[:3], true},
		{"plateau:2:0.1", 0, 5, 0, 0.1, flat[:4], true},
		{"plateau:2:0.1", 0, 8, 0, 0.01, flat, true},
		{"constant", 2, 1, 0, 0.125, nil, false},
		{"constant", 2, 2, 3, 1, nil, false},
		{"constant", 2, 3, 0, 1, nil, false},
	} {
		s, err := ParseSchedule(c.text)
		if err != nil {
			t.Fatal(err)
		}
		s.Warmup = c.warmup
		if got := s.Rate(1, c.epoch, 10, c.batch, 4, c.history); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s, warmup %g, epoch %d, batch %d: %g, want %g", c.text, c.warmup, c.epoch, c.batch, got, c.want)
		}
		if s.NeedsValidation() != c.needsValidity {
			t.Errorf("%s: needs validation %v", c.text, s.NeedsValidation())
		}
	}
	for _, text := range []string{"fast", "step", "step:3", "step:x:0.5", "step:0:0.5", "step:3:2", "exponential:0", "exponential:NaN", "cosine:1", "plateau:2:0.1:3"} {
		if _, err := ParseSchedule(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestWeightsEqualRepetition: a class of weight 2 trains as if its windows
// were there twice, but for the number of windows that the loss is divided by.
func TestWeightsEqualRepetition(t *testing.T) {
	c := testbackend.Go(t)
	d := synthetic(45, 20)
	d.Labels[0] = slices.Repeat([]int32{0, 1}, 10)
	two := []models.Head{{Task: "type", Classes: 2}, {Task: "app", Classes: 21}}
	n, err := NewNetwork(c.Backend, models.GRU{Units: 4, Activation: "tanh", Gates: "sigmoid"}, models.Input{Steps: 5, Features: 9, Layout: models.Time}, two, 32, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	gradient := func(windows []int, tasks []float64, classes [][]float64) []float32 {
		fresh := n.NewNetwork(1)
		defer fresh.Close()
		b := n.NewBatch()
		b.Fill(d, windows)
		b.weigh(tasks, classes)
		if _, err := fresh.Step(b, 1e-3, 0); err != nil {
			t.Fatal(err)
		}
		m, err := fresh.named(fresh.state[1])
		if err != nil {
			t.Fatal(err)
		}
		for name, g := range m { // m is a tenth of the gradient
			for i := range g {
				g[i] *= float32(len(windows))
			}
			m[name] = g
		}
		return slices.Concat(m["gru/kernel"], m["gru/recurrent_kernel"], m["type/kernel"])
	}
	only := []float64{1, 0} // of the tasks
	ones := slices.Repeat([]float64{1}, 21)
	var doubled []int
	for w := range 10 {
		doubled = append(doubled, w)
		if w%2 == 1 {
			doubled = append(doubled, w)
		}
	}
	want := gradient(doubled, only, nil)
	got := gradient(upTo(0, 10), only, [][]float64{{1, 2}, ones})
	plain := gradient(upTo(0, 10), only, nil)
	if d := distance(got, want); d > 1e-5 {
		t.Errorf("the gradient with weight 2 differs by %g from that of windows taken twice", d)
	}
	if d := distance(plain, want); d < 1e-2 {
		t.Errorf("weight 2 makes no difference: %g", d)
	}
	// c1·L1 + c2·L2 has the gradient c1·g1 + c2·g2.
	g1, g2, mixed := gradient(upTo(0, 10), []float64{1, 0}, nil), gradient(upTo(0, 10), []float64{0, 1}, nil), gradient(upTo(0, 10), []float64{0.25, 3}, nil)
	for i := range g1 {
		g1[i] = 0.25*g1[i] + 3*g2[i]
	}
	if d := distance(mixed, g1); d > 1e-5 {
		t.Errorf("the gradient of mixed tasks differs by %g", d)
	}
}

// distance is the largest difference, relative to the largest of b.
func distance(a, b []float32) float64 {
	worst, top := 0.0, 0.0
	for i := range a {
		worst, top = max(worst, math.Abs(float64(a[i]-b[i]))), max(top, math.Abs(float64(b[i])))
	}
	return worst / top
}

// TestClip: a gradient above the limit is scaled to it, one below stays.
func TestClip(t *testing.T) {
	c := testbackend.Go(t)
	p, err := Compile(c.Backend, Spec{Model: smallCNN(), Input: models.Input{Steps: 5, Features: 9, Layout: models.Time},
		Heads: []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}}, Batch: 32, Clip: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	norm := func(limit float64) float64 {
		n, b := p.NewNetwork(1), p.NewBatch()
		defer n.Close()
		b.Fill(synthetic(45, 32), upTo(0, 32))
		if _, err := n.Step(b, 1e-3, limit); err != nil {
			t.Fatal(err)
		}
		m, err := n.named(n.state[1])
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, g := range m {
			for _, v := range g {
				sum += 100 * float64(v) * float64(v)
			}
		}
		return math.Sqrt(sum)
	}
	free := norm(1e9)
	for _, c := range []struct{ limit, want float64 }{{free / 7, free / 7}, {2 * free, free}} {
		if got := norm(c.limit); math.Abs(got-c.want) > 1e-5*free {
			t.Errorf("limit %g: norm %g, want %g", c.limit, got, c.want)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	n := small(t, testbackend.Go(t), smallCNN(), 1)
	for _, c := range []struct {
		name, want string
		config     Config
		validation []int
	}{
		{"patience", "the validation part is empty", Config{Patience: 3}, nil},
		{"plateau", "the validation part is empty", Config{Schedule: Schedule{Kind: "plateau", Every: 1, Factor: 1}}, nil},
		{"watch", `watch is "accuracy"`, Config{Watch: "accuracy"}, upTo(0, 9)},
		{"tasks", "1 task weights, expected 2", Config{TaskWeights: []float64{1}}, nil},
		{"classes", "1 class weights of type, expected 7", Config{ClassWeights: [][]float64{{1}, {1}}}, nil},
	} {
		c.config.Epochs = 1
		_, err := Train(context.Background(), n, synthetic(45, 200), upTo(0, 130), c.validation, c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// TestNotFiniteNamesWindows: a bad input is named; where the weights are
// ruined, the largest inputs of the step before are.
func TestNotFiniteNamesWindows(t *testing.T) {
	n := small(t, testbackend.Go(t), smallCNN(), 1)
	for _, c := range []struct {
		name    string
		value   float64
		rate    float64
		epoch   int
		batch   int
		windows []int
		why     string
	}{
		{"NaN", math.NaN(), 1e-3, 1, 2, []int{40}, "an input is not finite"},
		{"infinite", math.Inf(-1), 1e-3, 1, 2, []int{40}, "an input is not finite"},
		{"ruined", 7, math.MaxFloat64, 1, 2, []int{9, 3, 4}, "the weights are not finite"},
	} {
		d := synthetic(45, 200)
		fill := d.Fill
		d.Fill = func(dst []float32, windows []int) {
			fill(dst, windows)
			for i, w := range windows {
				dst[i*45] = float32(math.Mod(float64(w), 2))
				switch {
				case w == 40:
					dst[i*45] = float32(c.value)
				case w == 9:
					dst[i*45] = 1000
				case w == 3 || w == 4:
					dst[i*45] = -500
				}
			}
		}
		fresh := n.NewNetwork(1)
		_, err := Train(context.Background(), fresh, d, upTo(0, 64), nil, Config{Epochs: 3, Rate: c.rate, Ordered: true})
		var bad *NotFinite
		if !errors.As(err, &bad) {
			t.Fatalf("%s: error %v", c.name, err)
		}
		if bad.Epoch != c.epoch || bad.Batch != c.batch || !cmp.Equal(bad.Windows, c.windows) || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", c.name, err)
		}
		fresh.Close()
	}
}

func TestWindowList(t *testing.T) {
	for _, c := range []struct {
		windows []int
		want    string
	}{{[]int{4}, "window 4"}, {[]int{4, 2}, "windows 4, 2"}, {upTo(0, 7), "windows 0, 1, 2, 3, 4 and 2 more"}} {
		if got := windowList(c.windows); got != c.want {
			t.Errorf("%v: %q, want %q", c.windows, got, c.want)
		}
	}
}
