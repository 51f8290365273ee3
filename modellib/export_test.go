package modellib

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

// TestExportThenImport: a network that goes out and comes back scores as it
// did, also under a new run directory's own name.
func TestExportThenImport(t *testing.T) {
	for _, model := range []string{"gru", "temporal"} {
		set, dir := planted(3), t.TempDir()
		r := quick(model)
		r.Epochs = 2
		trained, err := Train(set, r, filepath.Join(dir, "run"), nil)
		if err != nil {
			t.Fatal(err)
		}
		file, out := filepath.Join(dir, "m.npz"), filepath.Join(dir, "back")
		if err := ExportFile(trained.Dir, file, 1, "go"); err != nil {
			t.Fatal(err)
		}
		_, differs, err := Import(file, trained.Dir, set, out)
		if err != nil || differs > 1e-6 {
			t.Fatalf("%s: examples differ by %g, %v", model, differs, err)
		}
		back, err := run.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(trained.Predictions, back.Predictions); diff != "" {
			t.Errorf("%s: %s", model, diff)
		}
		if back.Manifest.Stopped != Imported || len(back.History) != 2 || len(back.Baselines) != len(trained.Baselines) {
			t.Errorf("%s: manifest %+v", model, back.Manifest)
		}
		again, err := Predict(out, set, back.Predictions[0].Window)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(trained.Predictions[0].Probs, again[0].Probs); diff != "" {
			t.Errorf("%s: from the new directory: %s", model, diff)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	set, dir := planted(3), t.TempDir()
	train := func(name string, change func(*Recipe)) string {
		r := quick("gru")
		r.Epochs = 1
		change(&r)
		out := filepath.Join(dir, name)
		if _, err := Train(set, r, out, nil); err != nil {
			t.Fatal(err)
		}
		return out
	}
	export := func(runDir string) string {
		file := runDir + ".npz"
		if err := ExportFile(runDir, file, 1, "go"); err != nil {
			t.Fatal(err)
		}
		return file
	}
	one, wide := train("one", func(*Recipe) {}), train("wide", func(r *Recipe) { r.Hyper = map[string]any{"units": 8} })
	single := train("single", func(r *Recipe) { r.Tasks = []string{"app"} })
	other := planted(3)
	other.Hash = "another"
	for _, c := range []struct{ name, file, like, want string }{
		{"sizes", export(wide), one, "is not a network like that of"},
		{"heads", export(single), one, "found the classes"},
		{"no file", filepath.Join(dir, "none.npz"), one, "none.npz"},
		{"no run", export(one), dir, "found no manifest.json"},
	} {
		if _, _, err := Import(c.file, c.like, set, filepath.Join(dir, "out")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, _, err := Import(export(one), one, other, filepath.Join(dir, "out")); err == nil || !strings.Contains(err.Error(), "is not the data set of the run") {
		t.Errorf("other data: error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Error("a refused import leaves a directory")
	}
	if err := ExportFile(one, filepath.Join(dir, "m.h5"), 1, "go"); err == nil || !strings.Contains(err.Error(), `ends in ".h5", expected .npz or .onnx`) {
		t.Errorf("error %v", err)
	}
}
