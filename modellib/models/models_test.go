package models_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/models"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
)

func softmax(logits []float32, classes int) []float32 {
	out := make([]float32, len(logits))
	for at := 0; at < len(logits); at += classes {
		row, sum := logits[at:at+classes], 0.0
		for _, v := range row {
			sum += math.Exp(float64(v - slices.Max(row)))
		}
		for i, v := range row {
			out[at+i] = float32(math.Exp(float64(v-slices.Max(row))) / sum)
		}
	}
	return out
}

// TestSizes checks the paper's numbers of parameters.
func TestSizes(t *testing.T) {
	both := []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}}
	for _, c := range []struct {
		model, layout string
		heads         []models.Head
		want          int
	}{
		{"cnn", models.AsPublished, both, 248996},
		{"cnn", models.Time, both, 210596},
		{"cnn-drawn", models.Time, both, 255236},
		{"gru", models.Time, both, 4900},
		{"gru", models.AsPublished, both, 4612},
		{"cnn", models.AsPublished, both[:1], 244775},
		{"cnn-mask", models.Time, both, 255236},
		{"cnn-gru", models.Time, both, 29164},
		{"gru-drawn", models.Time, both, 4300},
		{"gru-mask", models.Time, both, 4900},
		{"mlp", models.Time, both, 81692},
		{"stats", models.Time, both, 12188},
		{"temporal", models.Time, both, 19100},
	} {
		m, err := models.New(c.model, false)
		if err != nil {
			t.Fatal(err)
		}
		got := models.Trainable(m.Params(models.Input{Steps: 20, Features: 24, Layout: c.layout}, c.heads))
		if got != c.want {
			t.Errorf("%s %s, %d heads: %d parameters, want %d", c.model, c.layout, len(c.heads), got, c.want)
		}
	}
}

// TestOtherForms runs every model on windows of other sizes.
func TestOtherForms(t *testing.T) {
	heads := []models.Head{{Task: "type", Classes: 3}, {Task: "app", Classes: 2}, {Task: "vpn", Classes: 2}}
	b, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range models.Names() {
		for _, in := range []models.Input{
			{Steps: 1, Features: 19, Layout: models.Time}, {Steps: 5, Features: 19, Layout: models.Time},
			{Steps: 5, Features: 19, Layout: models.AsPublished}, {Steps: 20, Features: 23, Layout: models.Time},
			{Steps: 1, Features: 1, Layout: models.AsPublished},
		} {
			m, _ := models.New(name, true)
			if m.Check(in) != nil {
				continue // wants another layout
			}
			x := tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{0.5}, 2*in.Steps*in.Features), 2, in.Steps*in.Features)
			out, err := graph.CallOnceN(b.Backend, func(x *graph.Node) []*graph.Node {
				p := &models.Pass{Input: in, Heads: heads, Weights: map[string]*graph.Node{}, Training: true}
				for _, w := range m.Params(in, heads) {
					p.Weights[w.Name] = graph.Const(x.Graph(), tensors.FromFlatDataAndDimensions(w.Start(1), w.Shape...))
				}
				return m.Forward(p, x)
			}, x)
			if err != nil {
				t.Errorf("%s %+v: %v", name, in, err)
				continue
			}
			for i, h := range heads {
				if diff := cmp.Diff([]int{2, h.Classes}, out[i].Shape().Dimensions); diff != "" {
					t.Errorf("%s %+v: %s", name, in, diff)
				}
			}
		}
	}
}

func TestStartIsTheSameForWhatModelsShare(t *testing.T) {
	in := models.Input{Steps: 20, Features: 24, Layout: models.AsPublished}
	one, two := models.ReleasedCNN().Params(in, []models.Head{{Task: "app", Classes: 21}}),
		models.ReleasedCNN().Params(in, []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}})
	start := func(all []models.Param, name string) []float32 {
		i := slices.IndexFunc(all, func(p models.Param) bool { return p.Name == name })
		return all[i].Start(42)
	}
	for _, name := range []string{"conv2/kernel", "dense1/kernel", "app/kernel", "bn1/gamma"} {
		if diff := cmp.Diff(start(one, name), start(two, name)); diff != "" {
			t.Errorf("%s differs between the single-task and the multi-task model", name)
		}
	}
	if cmp.Equal(start(two, "conv1/kernel")[:32], start(two, "conv2/kernel")[:32]) {
		t.Error("two kernels start with the same numbers")
	}
}

func TestModelsAreJSON(t *testing.T) {
	got, err := json.Marshal([]models.Model{models.DrawnCNN(), models.ReleasedGRU()})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"kernel":[3,3],"pool":[3,2],"filters":[32,64],"units":200,"activation":"linear","mask":false,"keras27":false},` +
		`{"units":24,"activation":"tanh","recurrent_activation":"sigmoid","dense":24,"dropout":0.01,"mask":false,"keras27":false}]`
	if string(got) != want {
		t.Errorf("found %s", got)
	}
}

// TestWith: every model comes back from its own JSON, and takes changes.
func TestWith(t *testing.T) {
	in := models.Input{Steps: 20, Features: 24, Layout: models.Time}
	for _, name := range models.Names() {
		m, _ := models.New(name, true)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := models.With(m, in, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(m, back); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	got, err := models.With(models.ReleasedGRU(), in, []byte(`{"units":48,"activation":"softsign"}`))
	if gru, ok := got.(models.GRU); err != nil || !ok || gru.Units != 48 || gru.Activation != "softsign" || gru.Dense != 24 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWithRefuses(t *testing.T) {
	in := models.Input{Steps: 20, Features: 24, Layout: models.AsPublished}
	for _, c := range []struct{ model, hyper, want string }{
		{"gru", `{"unit":48}`, `unknown field "unit"`},
		{"gru", `{"units":0}`, "units is 0, expected 1 to"},
		{"gru", `{"units":"many"}`, "cannot unmarshal string"},
		{"gru", `{"activation":"swish"}`, `activation is "swish", expected one of linear, relu`},
		{"gru", `{"dropout":1}`, "dropout is 1, expected 0 or more and less than 1"},
		{"gru", `{"mask":true}`, `layout is "aspub", and this network reads "time" only`},
		{"cnn", `{"kernel":[3]}`, "kernel is 0, expected 1 to"},
		{"cnn", `{"pool":[2,99]}`, "pool is 99"},
		{"cnn-gru", `{"pool":0}`, "pool is 0"},
		{"mlp", `{"units":[]}`, "number of hidden layers is 0"},
		{"stats", `{}`, "reads \"time\" only"},
		{"temporal", `{"filters":[64,-1]}`, "filters is -1"},
	} {
		m, err := models.New(c.model, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := models.With(m, in, []byte(c.hyper)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want one with %q", c.model, c.hyper, err, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	if _, err := models.New("resnet", false); err == nil || err.Error() != `model is "resnet", expected one of cnn, cnn-drawn, cnn-gru, cnn-mask, gru, gru-drawn, gru-mask, mlp, stats, temporal` {
		t.Errorf("unknown model: %v", err)
	}
	for _, in := range []models.Input{{Steps: 20, Features: 24}, {Steps: 0, Features: 24, Layout: models.Time}} {
		if in.Check() == nil {
			t.Errorf("%+v passes", in)
		}
	}
}
