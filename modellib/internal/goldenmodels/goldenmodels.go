// Package goldenmodels reads the golden vectors of whole models for tests.
// Nothing in it hangs on the names, seeds or sizes of the cases: it takes what
// lies in the folder and reads model, form and heads off the case.
package goldenmodels

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	Probes  map[string]Probe     // by the name of a whole tensor: "grad8/conv1/kernel", "step1/…", "adam3_m/…"
	Steps   []StepLog
	X       []float32 // windows, Steps·Features numbers each
	Labels  [][]int32 // a head each
}

// StepLog is what Keras' train_on_batch reported.
type StepLog struct {
	Batch  [2]int
	Logged map[string]float64 `json:"train_on_batch"`
	Params map[string]Probe   `json:"param_probe"`
}

// spec is a case's JSON.
type spec struct {
	Case, Model, Layout, Kernel string
	Reshape, Pool               [2]int
	Tasks                       []string
	LR                          float64
	Weights                     map[string]string
	WeightsFile                 string `json:"weights_file"`
	Shared                      string `json:"shared_activations"` // "cnn_multi_time.npz act8/*"
	Scalars                     struct {
		Steps  []StepLog
		Grad8  map[string]Probe `json:"grad8_probe"`
		Grad64 map[string]Probe `json:"grad64_probe"`
		AdamM  map[string]Probe `json:"adam_m_probe"`
		AdamV  map[string]Probe `json:"adam_v_probe"`
	}
}

// Names are all cases, sorted: the files of the folder that name a case.
func Names(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata.Shared(t, "golden", "models"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if s := readSpec(t, file); s.Case != "" {
			names = append(names, s.Case)
		}
	}
	if len(names) == 0 {
		t.Fatal("found no golden case of a model")
	}
	return names
}

func readSpec(t *testing.T, path string) (s spec) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var head struct{ Case string }
	if json.Unmarshal(raw, &head) != nil || head.Case == "" {
		return spec{} // another kind of file
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}

// Load reads a case; keras27 makes the model follow Keras 2.7.
func Load(t *testing.T, name string, keras27 bool) *Case {
	t.Helper()
	dir := func(file string) string { return testdata.Shared(t, "golden", "models", file) }
	s := readSpec(t, dir(name+".json"))
	weights, inputs := read(t, dir(s.WeightsFile)), read(t, dir("inputs.npz"))
	c := &Case{Name: name, Rate: s.LR, Steps: s.Scalars.Steps, Weights: map[string]npz.Array{},
		Input: models.Input{Steps: s.Reshape[0], Features: s.Reshape[1], Layout: s.Layout},
		Want:  read(t, dir(name+".npz")), X: inputs["x"].Float32(), Probes: s.probes()}
	if s.Layout == models.AsPublished {
		c.Input.Steps, c.Input.Features = s.Reshape[1], s.Reshape[0]
	}
	for param, key := range s.Weights {
		c.Weights[param] = weights[key]
	}
	c.Model = s.model(t, c.Weights, keras27)
	for _, task := range s.Tasks {
		c.Heads = append(c.Heads, models.Head{Task: task, Classes: len(c.Weights[task+"/bias"].Data)})
		c.Labels = append(c.Labels, inputs[task].Int32())
	}
	if file, _, _ := strings.Cut(s.Shared, " "); file != "" {
		for key, a := range read(t, dir(file)) {
			if _, own := c.Want[key]; !own && strings.HasPrefix(key, "act8/") && !strings.HasSuffix(key, "/logits") {
				c.Want[key] = a
			}
		}
	}
	return c
}

// model is the case's network, its sizes read off the weights.
func (s spec) model(t *testing.T, w map[string]npz.Array, keras27 bool) models.Model {
	t.Helper()
	last := func(name string) int { return len(w[name].Data) }
	if s.Model == "gru" {
		m := models.ReleasedGRU()
		m.Units, m.Dense, m.Old = w["gru/recurrent_kernel"].Shape[0], last("dense1/bias"), keras27
		return m
	}
	m := models.ReleasedCNN()
	if _, err := fmt.Sscanf(s.Kernel, "%dx%d", &m.Kernel[0], &m.Kernel[1]); err != nil {
		t.Fatalf("%s: kernel %q: %v", s.Case, s.Kernel, err)
	}
	m.Pool, m.Filters, m.Units, m.Old = s.Pool, [2]int{last("conv1/bias"), last("conv2/bias")}, last("dense1/bias"), keras27
	return m
}

func (s spec) probes() map[string]Probe {
	all := map[string]Probe{}
	add := func(prefix string, of map[string]Probe) {
		for name, p := range of {
			all[prefix+"/"+name] = p
		}
	}
	add("grad8", s.Scalars.Grad8)
	add("grad64", s.Scalars.Grad64)
	add("adam3_m", s.Scalars.AdamM)
	add("adam3_v", s.Scalars.AdamV)
	for i, step := range s.Scalars.Steps {
		add(fmt.Sprint("step", i+1), step.Params)
	}
	return all
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
