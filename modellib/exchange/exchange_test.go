package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

// network is a model of that name with weights that no initialiser gives.
func network(t *testing.T, name string) *Model {
	t.Helper()
	arch, err := models.New(name, true)
	if err != nil {
		t.Fatal(err)
	}
	in := models.Input{Steps: 5, Features: 3, Layout: models.Time}
	tasks := []run.Task{{Name: "type", Classes: []string{"chat", "voip"}}, {Name: "app", Classes: []string{"a", "b", "c"}}}
	weights := map[string]npz.Tensor{}
	for _, p := range arch.Params(in, Card{Tasks: tasks}.Heads()) {
		data := p.Start(7)
		for i := range data {
			data[i] += float32(i%5) / 500
		}
		weights[p.Name] = npz.Tensor{Shape: p.Shape, Data: data}
	}
	m, err := New(name, arch, in, []string{"Flow Duration", "Flow IAT Mean", "Flow Pkts/s"}, tasks,
		[]float64{1e6, 2e5, 30}, []float64{3e5, 1e5, 12}, weights)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestNumPyRoundTrip: every model comes back as it was, and gives its own
// examples' probabilities.
func TestNumPyRoundTrip(t *testing.T) {
	b := testbackend.Go(t)
	for _, name := range models.Names() {
		m, path := network(t, name), filepath.Join(t.TempDir(), "m.npz")
		if err := m.WriteNumPy(path, b.Backend); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		back, err := ReadNumPy(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		back.Hyper = slices.Clone(m.Hyper) // spacing differs
		if diff := cmp.Diff(m, back); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		compareExamples(t, name, back, path)
	}
}

func compareExamples(t *testing.T, name string, m *Model, path string) {
	t.Helper()
	if d, err := Verify(path, testbackend.Go(t).Backend); err != nil || d != 0 {
		t.Errorf("%s: examples differ by %g, %v", name, d, err)
	}
	arrays, err := npz.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range m.Tasks {
		want := arrays["example/"+task.Name].Float32()
		for at := 0; at < len(want); at += len(task.Classes) {
			sum := 0.0
			for _, p := range want[at : at+len(task.Classes)] {
				sum += float64(p)
			}
			if math.Abs(sum-1) > 1e-5 {
				t.Fatalf("%s %s: probabilities add up to %g", name, task.Name, sum)
			}
		}
		if slices.Equal(want[:len(task.Classes)], want[len(task.Classes):2*len(task.Classes)]) {
			t.Errorf("%s %s: two examples have the same probabilities", name, task.Name)
		}
	}
}

// TestVerifyFindsOtherWeights: a file whose examples are of other weights.
func TestVerifyFindsOtherWeights(t *testing.T) {
	m, b, path := network(t, "gru"), testbackend.Go(t).Backend, filepath.Join(t.TempDir(), "m.npz")
	if err := m.WriteNumPy(path, b); err != nil {
		t.Fatal(err)
	}
	arrays, err := npz.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	tensors := map[string]npz.Tensor{}
	for name, a := range arrays {
		tensors[name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
	}
	tensors["app/bias"].Data[0] += 0.1
	card, err := json.Marshal(m.Card)
	if err != nil {
		t.Fatal(err)
	}
	data, err := npz.Encode(tensors, npz.Member{Name: cardName, Data: card})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(path, b); err == nil || !strings.Contains(err.Error(), "differ by 0.02") {
		t.Errorf("error %v", err)
	}
}

// TestReadNumPyRefuses what is no model, or not whole.
func TestReadNumPyRefuses(t *testing.T) {
	good := network(t, "gru")
	file := func(change func(*Model)) []byte {
		m := *good
		m.Weights = map[string]npz.Tensor{}
		for name, w := range good.Weights {
			m.Weights[name] = npz.Tensor{Shape: w.Shape, Data: slices.Clone(w.Data)}
		}
		change(&m)
		tensors := m.Weights
		tensors["scaler/mean"] = npz.Tensor{Shape: []int{len(m.Mean)}, Wide: m.Mean}
		tensors["scaler/std"] = npz.Tensor{Shape: []int{len(m.Std)}, Wide: m.Std}
		card, err := json.Marshal(m.Card)
		if err != nil {
			t.Fatal(err)
		}
		data, err := npz.Encode(tensors, npz.Member{Name: cardName, Data: card})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	withoutCard, err := npz.Encode(good.Weights)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"text", "found no .npz", []byte("text")},
		{"no card", "found no card.json", withoutCard},
		{"format", `format "other/1"`, file(func(m *Model) { m.Format = "other/1" })},
		{"model", `model is "resnet"`, file(func(m *Model) { m.Model = "resnet" })},
		{"hyper", `unknown field "unit"`, file(func(m *Model) { m.Hyper = []byte(`{"unit":3}`) })},
		{"layout", `layout is ""`, file(func(m *Model) { m.Layout = "" })},
		{"no task", "no tasks", file(func(m *Model) { m.Tasks = nil })},
		{"another size", `weight "gru/kernel" has shape [3 72], expected [2 72]`, file(func(m *Model) {
			m.Features, m.Mean, m.Std = m.Features[:2], m.Mean[:2], m.Std[:2]
		})},
		{"missing", `found no weight "gru/bias"`, file(func(m *Model) { delete(m.Weights, "gru/bias") })},
		{"not finite", `of weight "gru/bias" is NaN`, file(func(m *Model) { m.Weights["gru/bias"].Data[3] = float32(math.NaN()) })},
		{"scaler", "scaler has 2 means", file(func(m *Model) { m.Mean = m.Mean[:2] })},
		{"deviation", "deviation of Flow IAT Mean is 0", file(func(m *Model) { m.Std = []float64{1, 0, 1} })},
		{"mask", "card says mask true", file(func(m *Model) { m.Mask = true })},
	} {
		path := filepath.Join(t.TempDir(), "m.npz")
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadNumPy(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one with %q and the path", c.name, err, c.want)
		}
	}
}

func TestPredictRefusesOtherForms(t *testing.T) {
	m, b := network(t, "gru-mask"), testbackend.Go(t)
	if _, err := m.Predict(b.Backend, make([]float64, 14), nil); err == nil || !strings.Contains(err.Error(), "14 numbers, expected a multiple of 15") {
		t.Errorf("error %v", err)
	}
	if _, err := m.Predict(b.Backend, make([]float64, 15), make([]float32, 4)); err == nil || !strings.Contains(err.Error(), "a mask of 4 steps, expected 5") {
		t.Errorf("error %v", err)
	}
}

// FuzzRead: no file makes the reader panic, and what it takes, it can use.
func FuzzRead(f *testing.F) {
	card := []byte(`{"format":"flowbook-model/1","model":"mlp","hyper":{"units":[1],"activation":"relu"},"layout":"time","steps":1,` +
		`"features":["a"],"tasks":[{"name":"app","classes":["x","y"]}]}`)
	one := func(shape ...int) npz.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return npz.Tensor{Shape: shape, Data: make([]float32, n)}
	}
	wide := npz.Tensor{Shape: []int{1}, Wide: []float64{1}}
	good, err := npz.Encode(map[string]npz.Tensor{"scaler/mean": wide, "scaler/std": wide, "dense1/kernel": one(1, 1), "dense1/bias": one(1),
		"app/kernel": one(1, 2), "app/bias": one(2)}, npz.Member{Name: cardName, Data: card})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if m, err := read(z); err == nil && m.check() != nil {
			t.Error("a model that does not check")
		}
	})
}
