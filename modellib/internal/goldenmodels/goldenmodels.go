// Package goldenmodels reads the golden vectors of whole models for tests.
package goldenmodels

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"flowbook/internal/testdata"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/models"
)

// Case is one golden case: a model, its inputs and what Keras made of them.
type Case struct {
	Name    string
	Model   models.Model
	Input   models.Input
	Heads   []models.Head
	Rate    float64              // learning rate of the three Adam steps
	Weights map[string]npz.Array // initial parameters by name
	Want    map[string]npz.Array // tensors by the names of the golden README
	Steps   []StepLog
	X       []float32 // windows [146, 480]
	Labels  [][]int32 // a head each
}

// StepLog is what Keras' train_on_batch reported.
type StepLog struct {
	Batch  [2]int
	Logged map[string]float64 `json:"train_on_batch"`
}

// MultiTask are the cases with both heads, whose files hold every layer.
func MultiTask() []string {
	return []string{"cnn_multi_aspub", "cnn_multi_time", "cnn_multi_drawn", "gru_multi_aspub", "gru_multi_time"}
}

// Names are all cases.
func Names() []string {
	return append(MultiTask(), "cnn_type_aspub", "cnn_type_time", "cnn_app_aspub", "cnn_app_time")
}

// Load reads a case; keras27 makes the model follow Keras 2.7.
func Load(t *testing.T, name string, keras27 bool) *Case {
	t.Helper()
	var spec struct {
		Model, Layout string
		Tasks         []string
		LR            float64
		Weights       map[string]string
		Scalars       struct{ Steps []StepLog }
		WeightsFile   string `json:"weights_file"`
	}
	dir := func(file string) string { return testdata.Shared(t, "golden", "models", file) }
	raw, err := os.ReadFile(dir(name + ".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	kind := spec.Model
	if name == "cnn_multi_drawn" {
		kind = "cnn-drawn"
	}
	c := &Case{Name: name, Rate: spec.LR, Steps: spec.Scalars.Steps, Weights: map[string]npz.Array{},
		Input: models.Input{Steps: 20, Features: 24, Layout: spec.Layout}}
	if c.Model, err = models.New(kind, keras27); err != nil {
		t.Fatal(err)
	}
	weights, inputs := read(t, dir(spec.WeightsFile)), read(t, dir("inputs.npz"))
	for param, key := range spec.Weights {
		c.Weights[param] = weights[key]
	}
	c.Want, c.X = read(t, dir(name+".npz")), inputs["x"].Float32()
	for _, task := range spec.Tasks {
		c.Heads = append(c.Heads, models.Head{Task: task, Classes: map[string]int{"type": 7, "app": 21}[task]})
		c.Labels = append(c.Labels, inputs[task].Int32())
	}
	return c
}

func read(t *testing.T, path string) map[string]npz.Array {
	t.Helper()
	m, err := npz.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Differs is the largest difference of got from want, absolute and relative
// to the largest |want|; a wrong size or a NaN is infinite.
func Differs(got []float32, want npz.Array) (abs, rel float64) {
	if len(got) != len(want.Data) {
		return math.Inf(1), math.Inf(1)
	}
	top := 0.0
	for i, w := range want.Data {
		d := math.Abs(float64(got[i]) - w)
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		abs, top = max(abs, d), max(top, math.Abs(w))
	}
	if abs == 0 {
		return 0, 0
	}
	return abs, abs / top
}

// Sixteenth keeps every 16th row of a kernel [in,out], as the golden files do
// with big ones.
func Sixteenth(kernel []float32, out int) []float32 {
	var kept []float32
	for at := 0; at < len(kernel); at += 16 * out {
		kept = append(kept, slices.Clone(kernel[at:at+out])...)
	}
	return kept
}
