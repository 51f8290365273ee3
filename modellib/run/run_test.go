package run

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// recipe stands for modellib.Recipe, which this package does not know.
type recipe struct {
	Model string `json:"model"`
	Seed  int64  `json:"seed"`
}

// sample is a small run with two heads and everything that is hard to store.
func sample() *Run {
	nan := math.NaN()
	return &Run{
		Manifest: Manifest{
			Recipe: recipe{"cnn", math.MaxInt64 - 1},
			Model:  "cnn",
			Tasks:  []Task{{"type", []string{"chat", "file transfer"}}, {"app", []string{"aim"}}},
			Data:   Data{Dir: "d", Windows: 9, Steps: 20, Features: []string{"Flow Duration"}},
			Split:  Split{Name: "by host, fold 1 of 4", Unit: "host", Test: 2, TestGroups: 2},
			Best:   2, Stopped: "epochs", Seconds: 1.25,
			Versions: []Version{{"gomlx", "v0"}},
		},
		History: []Epoch{
			{1, 1.0 / 3, nan, 1e-3, []HeadEpoch{{"type", .1, .2, .3, .4, .5, nan, nan, nan, nan, nan}, {"app", 1, 1, 1, 1, 1, 0, 0, 0, 0, 0}}},
			{2, math.Inf(1), .5, 1e-4, []HeadEpoch{{"type", 1e-300, .2, .3, .4, .5, 5, 6, 7, 8, 9}, {"app", 1, 1, 1, 1, 1, 0, 0, 0, 0, math.Inf(-1)}}},
		},
		Predictions: []Predictions{
			{"cnn", "type", []int{7, 3}, []string{"host, \"a\"", ""}, []int{0, 1}, [][]float64{{1.0 / 3, 2.0 / 3}, {0, 1}}},
			{"cnn", "app", []int{7}, []string{"ü"}, []int{0}, [][]float64{{1}}},
		},
		Validation: []Predictions{
			{"cnn", "type", []int{8}, []string{"y"}, []int{1}, [][]float64{{0.2, 0.8}}},
		},
		Baselines: []Predictions{
			{"1-NN", "type", []int{7}, []string{"x"}, []int{1}, [][]float64{{0.1, 0.9}}},
		},
	}
}

var sameNaN = cmpopts.EquateNaNs()

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "run")
	want := sample()
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var rec recipe
	if err := got.Manifest.DecodeRecipe(&rec); err != nil || rec != want.Manifest.Recipe {
		t.Errorf("recipe %+v (%v), want %+v", rec, err, want.Manifest.Recipe)
	}
	got.Manifest.Recipe = want.Manifest.Recipe
	if diff := cmp.Diff(want, got, sameNaN); diff != "" {
		t.Error(diff)
	}
}

func TestRoundTripOfAnyNumber(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		r := sample()
		r.History[0].Loss = rapid.Float64().Draw(t, "loss")
		r.History[0].Heads[0].ValLoss = rapid.Float64().Draw(t, "val loss")
		r.Predictions[0].Probs[0][0] = rapid.Float64Range(0, 1).Draw(t, "p")
		r.Predictions[0].Group[0] = rapid.StringMatching(`[ -~äß世]*`).Draw(t, "group")
		if err := Write(dir, r); err != nil {
			t.Fatal(err)
		}
		got, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r.History, got.History, sameNaN); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(r.Predictions, got.Predictions); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWriteReplacesOnlyItsOwnFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"notes.txt", "predictions.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	first := sample()
	if err := WriteHistory(dir, first.History[:1]); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "the training has not finished") {
		t.Errorf("an unfinished run: %v", err)
	}
	if err := Write(dir, first); err != nil {
		t.Fatal(err)
	}
	second := sample()
	second.History = second.History[:1]
	if err := Write(dir, second); err != nil {
		t.Fatal(err)
	}
	want := []string{"notes.txt", "predictions.csv", ManifestName}
	for _, f := range second.Manifest.Files {
		want = append(want, f.Name)
	}
	if diff := cmp.Diff(want, list(t, dir), cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("files after the second run: %s", diff)
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.History) != 1 {
		t.Errorf("%d epochs, want those of the second run", len(got.History))
	}
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWeights(t *testing.T) {
	dir := t.TempDir()
	r := sample()
	if err := Write(dir, r); err != nil {
		t.Fatal(err)
	}
	if _, err := r.WeightsFile(); err == nil || !strings.Contains(err.Error(), "expected those of a model") {
		t.Errorf("without weights: %v", err)
	}
	var paths []string
	for _, weights := range []string{"one", "two"} {
		r.Weights = []byte(weights)
		if err := Write(dir, r); err != nil {
			t.Fatal(err)
		}
		opened, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		path, err := opened.WeightsFile()
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := os.ReadFile(path); err != nil || string(raw) != weights {
			t.Errorf("%s holds %q, %v", path, raw, err)
		}
		paths = append(paths, path)
	}
	opened, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, opened); err != nil {
		t.Fatal(err)
	}
	if path, err := opened.WeightsFile(); err != nil || path != paths[1] {
		t.Errorf("opened and written again, the weights are %s, %v", path, err)
	}
	if _, err := os.Stat(paths[0]); err == nil {
		t.Errorf("the weights of the first run are still there")
	}
	write(t, paths[1], "three")
	if _, err := r.WeightsFile(); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("edited weights: %v", err)
	}
}

// TestKilledBetweenFilesLeavesTheOldRun: with all files of a second run in
// place but its manifest, the directory is still the first run, weights and all.
func TestKilledBetweenFilesLeavesTheOldRun(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	old, fresh := sample(), sample()
	old.Weights, fresh.Weights = []byte("old"), []byte("new")
	fresh.History[0].Loss = 7
	if err := errors.Join(Write(dir, old), Write(other, fresh)); err != nil {
		t.Fatal(err)
	}
	for _, f := range fresh.Manifest.Files {
		raw, err := os.ReadFile(filepath.Join(other, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, f.Name), string(raw))
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	path, err := got.WeightsFile()
	if err != nil {
		t.Fatal(err)
	}
	if raw, _ := os.ReadFile(path); string(raw) != "old" || got.History[0].Loss != old.History[0].Loss {
		t.Errorf("weights %q, loss %g: not those of the old run", raw, got.History[0].Loss)
	}
}

// TestOpenBadInput damages one thing each time; the message must name the
// place, what was found and what was expected.
func TestOpenBadInput(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string, r *Run)
		want   []string
	}{
		{"missing directory", func(t *testing.T, dir string, _ *Run) { remove(t, dir) }, []string{"no such directory"}},
		{"a file", func(t *testing.T, dir string, _ *Run) { remove(t, dir); write(t, dir, "") }, []string{"found a file, expected the directory"}},
		{"no run", func(t *testing.T, dir string, _ *Run) { remove(t, dir, ManifestName) }, []string{"found no manifest.json", "expected"}},
		{"no JSON", func(t *testing.T, dir string, _ *Run) { write(t, filepath.Join(dir, ManifestName), "hello") }, []string{"manifest.json", "expected JSON"}},
		{"other format", edit("manifest.json", Format, "flowbook-run/1"), []string{`found format "flowbook-run/1"`, `expected "flowbook-run/2"`, "train it again"}},
		{"other file kind", edit("manifest.json", `"kind": "history"`, `"kind": "diary"`), []string{`found kind "diary"`, "expected history"}},
		{"file elsewhere", edit("manifest.json", `"name": "history`, `"name": "../history`), []string{`found file name "../history`}},
		{"file missing", func(t *testing.T, dir string, r *Run) { remove(t, dir, r.Manifest.Files[1].Name) }, []string{"the file is missing", "torn"}},
		{"empty history", func(t *testing.T, dir string, r *Run) { write(t, filepath.Join(dir, r.Manifest.Files[0].Name), "") }, []string{"history-", "the file is empty", "expected a line an epoch"}},
		{"other key", edit("history", "type.loss", "type.lass"), []string{"line 1", `found no "type.loss"`, "expected"}},
		{"another key", edit("history", `{"epoch":1`, `{"more":1,"epoch":1`), []string{"line 1", "found 25 numbers", "expected 24"}},
		{"no object", edit("history", `{"epoch":1`, `"epoch":1`), []string{"line 1", "found no JSON", "expected one object a line"}},
		{"other header", edit("predictions-cnn-type", "truth", "trath"), []string{"header: found", "trath", "expected"}},
		{"word in history", edit("history", "0.3333333333333333", `"abc"`), []string{"line 1", `found "abc"`, "expected a number"}},
		{"epoch out of order", edit("history", `"epoch":2`, `"epoch":3`), []string{"line 2", `found epoch 3`, "expected 2"}},
		{"row cut", edit("predictions-cnn-type", "3,,1,0,1\n", "3,,1\n"), []string{"row 3: found 3 columns, expected 5"}},
		{"quote never closed", edit("predictions-cnn-type", "3,,1", "3,\",1"), []string{"predictions-cnn-type", "row 3"}},
		{"truth out of range", edit("predictions-cnn-type", "3,,1,", "3,,2,"), []string{"row 3: column truth", `found "2"`, "0 to 1"}},
		{"negative window", edit("predictions-cnn-type", "3,,1,", "-3,,1,"), []string{"column window", `found "-3"`, "at least 0"}},
		{"NaN probability", edit("baselines", "0.9", "NaN"), []string{"row 2: column p.file transfer", `found "NaN"`, "probability"}},
		{"row lost", edit("predictions-cnn-type", "3,,1,0,1\n", ""), []string{"found 1 rows, expected 2"}},
		{"number changed", edit("baselines", "0.9", "0.8"), []string{"found SHA-256", "expected"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			r := sample()
			if err := Write(dir, r); err != nil {
				t.Fatal(err)
			}
			c.damage(t, dir, r)
			_, err := Open(dir)
			if err == nil {
				t.Fatal("opened")
			}
			for _, want := range append(c.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want one with %q", err, want)
				}
			}
		})
	}
}

// edit replaces the first old by new in the first file whose name starts with prefix.
func edit(prefix, old, new string) func(*testing.T, string, *Run) {
	return func(t *testing.T, dir string, _ *Run) {
		t.Helper()
		found, _ := filepath.Glob(filepath.Join(dir, prefix+"*"))
		raw, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), old) {
			t.Fatalf("%s has no %q:\n%s", found[0], old, raw)
		}
		write(t, found[0], strings.Replace(string(raw), old, new, 1))
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, parts ...string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(parts...)); err != nil {
		t.Fatal(err)
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*Run)
	}{
		{"no task", "names no task", func(r *Run) { r.Manifest.Tasks = nil }},
		{"class list empty", `head "app" with 0 classes`, func(r *Run) { r.Manifest.Tasks[1].Classes = nil }},
		{"epoch twice", "line 2 is epoch 1, expected 2", func(r *Run) { r.History[1].Epoch = 1 }},
		{"other heads", `epoch 2 has heads ["type"], expected ["type" "app"]`, func(r *Run) { r.History[1].Heads = r.History[1].Heads[:1] }},
		{"unknown task", `task "vpn", which the manifest does not name`, func(r *Run) { r.Predictions[0].Task = "vpn" }},
		{"lengths", "2 windows, 2 groups, 1 truths", func(r *Run) { r.Predictions[0].Truth = []int{0} }},
		{"truth", "truth 2", func(r *Run) { r.Predictions[0].Truth[1] = 2 }},
		{"probability", "probability NaN, expected 0 to 1", func(r *Run) { r.Predictions[0].Probs[1][0] = math.NaN() }},
		{"line break", "has a line break", func(r *Run) { r.Predictions[0].Group[1] = "a\nb" }},
		{"twice", "two baselines of 1-NN for task type", func(r *Run) { r.Baselines = append(r.Baselines, r.Baselines[0]) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			r := sample()
			c.change(r)
			err := Write(dir, r)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("something was written")
			}
		})
	}
}

func TestWriteKeepsAnotherKindOfDirectory(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, ManifestName)
	write(t, path, `{"format": "flowbook-dataset/1"}`)
	err := Write(dir, sample())
	if err == nil || !strings.Contains(err.Error(), `found format "flowbook-dataset/1"`) {
		t.Errorf("error %v", err)
	}
	if raw, _ := os.ReadFile(path); !strings.Contains(string(raw), "dataset") {
		t.Error("the manifest of a data set was replaced")
	}
}

// FuzzPredictions: any file is read whole or refused, and what is read is
// sound enough to be written again.
func FuzzPredictions(f *testing.F) {
	f.Add([]byte("window,group,truth,p.a,p.b\n1,g,0,0.5,0.5\n"))
	f.Add([]byte("window,group,truth,p.a,p.b\n1,\"g\n"))
	f.Add([]byte("window,group,truth,p.a,p.b\n99999999999999999999,g,0,1e400,-0\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		classes := []string{"a", "b"}
		p, err := decodePredictions("f", data, classes)
		if err != nil {
			return
		}
		for i := range p.Group { // the reader may find a quoted line break
			p.Group[i] = strings.NewReplacer("\n", " ", "\r", " ").Replace(p.Group[i])
		}
		if err := p.check(len(classes)); err != nil {
			t.Fatal(err)
		}
		again, err := decodePredictions("f", encodePredictions(&p, classes), classes)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

func ExampleOpen() {
	_, err := Open("no-such-run")
	fmt.Println(err)
	// Output: run no-such-run: no such directory, expected one that a training wrote
}
