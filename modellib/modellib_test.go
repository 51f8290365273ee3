package modellib

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/keras"
	"flowbook/modellib/models"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

// planted is a set of 8 hosts with 16 windows each, whose numbers tell the
// class: 3 types, 4 applications.
func planted(steps int) *dataset.Set {
	const features = 6
	r := keras.Rand(1, "planted")
	s := &dataset.Set{Dir: "planted", Hash: "abc", Steps: steps, Types: []string{"chat", "p2p", "voip"},
		Apps: []string{"a", "b", "c", "d"}, Features: []string{"f0", "f1", "f2", "f3", "f4", "f5"}}
	for host := range 8 {
		for k := range 16 {
			w := dataset.Window{App: int32(k % 4), Type: int32(k % 4 % 3), Groups: &dataset.Groups{Host: fmt.Sprint("host", host),
				Capture: fmt.Sprintf("host%d-%d.pcap", host, k), Superflow: fmt.Sprint(host, "/", k)}}
			w.Session, w.Tuple = w.Capture, w.Superflow
			for range steps {
				w.Rows = append(w.Rows, int32(len(s.Rows)/features))
				for f := range features {
					v := 100 * r.NormFloat64()
					if f == k%4 {
						v += 300
					}
					s.Rows = append(s.Rows, v)
				}
			}
			s.Windows = append(s.Windows, w)
		}
	}
	return s
}

// quick is a recipe that takes a moment on the Go backend.
func quick(model string) Recipe {
	r := Defaults(model, []string{"type", "app"})
	r.Backend, r.Epochs, r.LearningRate, r.Batch = "go", 12, 2e-2, 32
	r.Split = dataset.SplitSpec{Kind: "group", Unit: "host", Seed: 1, Fold: 1, Of: 4}
	return r
}

// TestTrainThenPredict goes the whole way and comes back with the same
// predictions from the directory alone.
func TestTrainThenPredict(t *testing.T) {
	set, dir := planted(3), filepath.Join(t.TempDir(), "run")
	var seen int
	trained, err := Train(set, quick("gru"), dir, func(e run.Epoch) { seen = e.Epoch })
	if err != nil {
		t.Fatal(err)
	}
	opened, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(trained.Predictions, opened.Predictions); diff != "" {
		t.Error(diff)
	}
	m := opened.Manifest
	if seen != len(opened.History) || m.Backend.Name != "go" || m.Params == 0 || m.Split.Unit != "host" ||
		m.Split.Train+m.Split.Validation+m.Split.Test != 128 || m.Split.TestGroups != 2 || m.Seconds <= 0 || m.Best < 1 {
		t.Errorf("%d epochs seen, manifest %+v", seen, m)
	}
	if got := accuracy(opened.Predictions[1]); got < 0.9 {
		t.Errorf("accuracy %g on a planted signal", got)
	}
	if diff := cmp.Diff([]string{"majority type", "1-NN type", "majority app", "1-NN app"}, namesOf(opened.Baselines)); diff != "" {
		t.Error(diff)
	}
	again, err := Predict(dir, set, opened.Predictions[0].Window)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range again {
		if diff := cmp.Diff(opened.Predictions[i].Probs, p.Probs); diff != "" {
			t.Errorf("task %s: other probabilities from the directory: %s", p.Task, diff)
		}
		if diff := cmp.Diff(opened.Predictions[i].Truth, p.Truth); diff != "" {
			t.Error(diff)
		}
	}
}

func namesOf(all []run.Predictions) []string {
	var names []string
	for _, p := range all {
		names = append(names, p.Model+" "+p.Task)
	}
	return names
}

func accuracy(p run.Predictions) float64 {
	right := 0
	for i, row := range p.Probs {
		best := 0
		for c := range row {
			if row[c] > row[best] {
				best = c
			}
		}
		if best == p.Truth[i] {
			right++
		}
	}
	return float64(right) / float64(len(p.Probs))
}

// TestEveryModelOnShortWindows: windows of one row, as from single flows.
func TestEveryModelOnShortWindows(t *testing.T) {
	for _, name := range models.Names() {
		for _, steps := range []int{1, 5} {
			r := quick(name)
			r.Epochs, r.Tasks = 1, []string{"app"}
			trained, err := Train(planted(steps), r, t.TempDir(), nil)
			if err != nil {
				t.Errorf("%s, %d steps: %v", name, steps, err)
				continue
			}
			if math.IsNaN(trained.History[0].ValLoss) || len(trained.Predictions) != 1 {
				t.Errorf("%s, %d steps: %+v", name, steps, trained.History)
			}
		}
	}
}

// TestSameWeightsFromTheSameRecipe: the weights of two trainings are the same bytes.
func TestSameWeightsFromTheSameRecipe(t *testing.T) {
	var files [][]byte
	for range 2 {
		dir := t.TempDir()
		r := quick("gru")
		r.Epochs = 2
		if _, err := Train(planted(2), r, dir, nil); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(weightsOf(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	if string(files[0]) != string(files[1]) {
		t.Error("the same recipe gave other weights")
	}
}

// weightsOf is the path of a run's weights.
func weightsOf(t *testing.T, dir string) string {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	path, err := r.WeightsFile()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCancelKeepsHistory(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	_, err := TrainContext(ctx, planted(2), quick("gru"), dir, Watch{Epoch: func(e run.Epoch) {
		if e.Epoch == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, run.HistoryName))
	if err != nil || strings.Count(string(raw), "\n") != 2 {
		t.Errorf("history %q, %v", raw, err)
	}
	if _, err := run.Open(dir); err == nil || !strings.Contains(err.Error(), "has not finished") {
		t.Errorf("an unfinished run opens: %v", err)
	}
}

// file writes a file and returns its folder.
func file(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTrainErrors(t *testing.T) {
	foreign := file(t, run.ManifestName, `{"format":"flowbook-dataset/1"}`)
	file := filepath.Join(file(t, "x", ""), "x")
	one := planted(2)
	one.Types = []string{"chat"}
	for i := range one.Windows {
		one.Windows[i].Type = 0
	}
	for _, c := range []struct {
		name, want string
		set        *dataset.Set
		out        string
		change     func(*Recipe)
	}{
		{"model", `model is "x", expected one of cnn, cnn-drawn, cnn-gru`, planted(2), "", func(r *Recipe) { r.Model = "x" }},
		{"task", `task is "vpn"`, planted(2), "", func(r *Recipe) { r.Tasks = []string{"vpn"} }},
		{"twice", "task app is named twice", planted(2), "", func(r *Recipe) { r.Tasks = []string{"app", "app"} }},
		{"no task", "task is empty", planted(2), "", func(r *Recipe) { r.Tasks = nil }},
		{"layout", `layout is ""`, planted(2), "", func(r *Recipe) { r.Layout = "" }},
		{"preset", `preset is "best"`, planted(2), "", func(r *Recipe) { r.Preset = "best" }},
		{"epochs", "epochs is 0, expected 1 to", planted(2), "", func(r *Recipe) { r.Epochs = 0 }},
		{"rate", "learning-rate is NaN", planted(2), "", func(r *Recipe) { r.LearningRate = math.NaN() }},
		{"unit", `split by "port": known units are`, planted(2), "", func(r *Recipe) { r.Split.Unit = "port" }},
		{"split", "fold is 9 of 4", planted(2), "", func(r *Recipe) { r.Split.Fold = 9 }},
		{"schedule", `schedule is "fast"`, planted(2), "", func(r *Recipe) { r.Schedule = "fast" }},
		{"watch", `watch is "accuracy", expected one of`, planted(2), "", func(r *Recipe) { r.Watch = "accuracy" }},
		{"class weights", `class-weights is "all"`, planted(2), "", func(r *Recipe) { r.ClassWeights = "all" }},
		{"task weights", "task-weights has 1 numbers, expected one for each of the 2 tasks", planted(2), "", func(r *Recipe) { r.TaskWeights = []float64{1} }},
		{"a task weight", "task-weights is -1", planted(2), "", func(r *Recipe) { r.TaskWeights = []float64{1, -1} }},
		{"clip", "clip-norm is -1", planted(2), "", func(r *Recipe) { r.ClipNorm = -1 }},
		{"hyper name", `unknown field "unit"`, planted(2), "", func(r *Recipe) { r.Hyper = map[string]any{"unit": 3} }},
		{"hyper value", "units is -3, expected 1 to", planted(2), "", func(r *Recipe) { r.Hyper = map[string]any{"units": -3} }},
		{"shape", `layout is "aspub", and this network reads "time" only`, planted(2), "", func(r *Recipe) { r.Model, r.Layout = "gru-mask", "aspub" }},
		{"label", "planted: window 5 (host0-5.pcap) has app class 4, expected 0 to 3", wrongLabel(), "", func(*Recipe) {}},
		{"no library", "found no PJRT plugin", planted(2), "", func(r *Recipe) { r.Backend = "xla:/nowhere/cpu.so" }},
		{"one class", "task type of planted has 1 class, expected at least 2", one, "", func(*Recipe) {}},
		{"foreign", `format "flowbook-dataset/1", expected a run`, planted(2), foreign, func(*Recipe) {}},
		{"a file", "not a directory", planted(2), file, func(*Recipe) {}},
		{"backend", "expected auto, go, xla:cpu", planted(2), "", func(r *Recipe) { r.Backend = "torch" }},
	} {
		r := quick("gru")
		c.change(&r)
		if c.out == "" {
			c.out = t.TempDir()
		}
		_, err := Train(c.set, r, c.out, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "train: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// TestEmptyValidation: what looks at a validation part wants one.
func TestEmptyValidation(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*Recipe)
	}{
		{`split "all" has an empty validation part, and patience 4`, func(*Recipe) {}},
		{`the schedule "plateau:2:0.5" goes by its loss`, func(r *Recipe) { r.Patience, r.Schedule = 0, "plateau:2:0.5" }},
		{"", func(r *Recipe) { r.Patience = 0 }},
	} {
		r := quick("cnn")
		c.change(&r)
		err := r.checkValidation(&dataset.Split{Name: "all"})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func wrongLabel() *dataset.Set {
	s := planted(2)
	s.Windows[5].App = 4
	return s
}

func TestPredictErrors(t *testing.T) {
	dir := t.TempDir()
	r := quick("gru")
	r.Epochs = 1
	if _, err := Train(planted(2), r, dir, nil); err != nil {
		t.Fatal(err)
	}
	renamed := planted(2)
	renamed.Features[0] = "other"
	check := func(name, runDir string, set *dataset.Set, want string) {
		t.Helper()
		if _, err := Predict(runDir, set, []int{0}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
		}
	}
	check("steps", dir, planted(3), "has windows of 3 steps, the run "+dir+" expects 2")
	check("features", dir, renamed, `has the features ["other"`)
	check("no run", t.TempDir(), planted(2), "found no manifest.json")
	weights := weightsOf(t, dir)
	if err := os.WriteFile(weights, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("other weights", dir, planted(2), "found SHA-256")
	if err := os.Remove(weights); err != nil {
		t.Fatal(err)
	}
	check("no weights", dir, planted(2), weights)
}

// TestWeightsHoldTheScaler: the file has Keras' names and the scaler in full
// precision.
func TestWeightsHoldTheScaler(t *testing.T) {
	dir, set := t.TempDir(), planted(2)
	r := quick("gru")
	r.Epochs = 1
	if _, err := Train(set, r, dir, nil); err != nil {
		t.Fatal(err)
	}
	arrays, err := npz.Read(weightsOf(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	split, err := set.Split(r.Split)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dataset.FitScaler(set, split.Train).Mean, arrays["scaler/mean"].Data); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{6, 72}, arrays["gru/kernel"].Shape); diff != "" {
		t.Error(diff)
	}
}

func TestPublishedRates(t *testing.T) {
	both, one := []string{"type", "app"}, []string{"app"}
	for _, c := range []struct {
		model string
		tasks []string
		rate  float64
	}{{"cnn", both, 4e-5}, {"cnn", one, 2e-5}, {"gru", both, 8e-4}, {"gru", one, 8e-4}} {
		r := Published(c.model, c.tasks)
		if r.LearningRate != c.rate || r.Epochs != 100 || r.Batch != 64 || r.Patience != 0 || r.Layout != models.AsPublished || r.Check() != nil {
			t.Errorf("%s %v: %+v, %v", c.model, c.tasks, r, r.Check())
		}
		if d := Defaults(c.model, c.tasks); d.Check() != nil || d.Layout != models.Time {
			t.Errorf("%s: defaults %+v, %v", c.model, d, d.Check())
		}
	}
}

// TestEnsureTrainsOnce: the same recipe on the same data opens what is there;
// another recipe or other data train anew.
func TestEnsureTrainsOnce(t *testing.T) {
	set, dir := planted(2), t.TempDir()
	r := quick("gru")
	r.Epochs = 1
	trained := 0
	ensure := func(want int) {
		t.Helper()
		got, err := Ensure(set, r, dir, func(run.Epoch) { trained++ })
		if err != nil {
			t.Fatal(err)
		}
		if trained != want || len(got.Predictions) != 2 {
			t.Errorf("%d epochs trained so far, want %d", trained, want)
		}
	}
	ensure(1)
	ensure(1)
	r.Seed++
	ensure(2)
	set.Hash = "another"
	ensure(3)
}
