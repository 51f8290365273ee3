package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEvaluateWrongUsage(t *testing.T) {
	for _, args := range [][]string{
		{"evaluate", "--predictions", "x.csv"},
		{"evaluate", "--folds", "x.csv"},
		{"evaluate", "--task", "course-1.0/type/by-host"},
		{"evaluate", "--data", "x"},
		{"evaluate", "--data", "x", "--task", "course-1.0/type/by-host"},
		{"evaluate", "--data", "x", "--task", "type", "--controls"},
		{"evaluate", "--data", "x", "--task", "course-1.0/type/by-host", "--controls", "run"},
		{"evaluate", "--data", "x", "--task", "course-1.0/type/by-superflow", "--folds", "x"}, // no such frozen task
	} {
		if code, _, errs := flowbook(t, args...); code != exitUsage || errs == "" {
			t.Errorf("flowbook %v: exit code %d, message %q; want 2 and a message", args, code, errs)
		}
	}
}

// TestPredictionsFromOutside goes the way of a model in another language: the
// folds out, predictions in.
func TestPredictionsFromOutside(t *testing.T) {
	dir := t.TempDir()
	set, folds, mine := filepath.Join(dir, "set"), filepath.Join(dir, "folds.csv"), filepath.Join(dir, "mine.csv")
	must(t, "dataset", "--quiet", "--out", set, unpacked(t))
	args := []string{"evaluate", "--quiet", "--data", set, "--task", "tiny/type/by-superflow"}
	must(t, append(args, "--folds", folds)...)
	f, err := os.Open(folds)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	text := "window,truth,predicted\n"
	for _, r := range rows[1:] {
		if r[2] == "test" {
			text += r[0] + "," + r[4] + "," + r[4] + "\n"
		}
	}
	if err := os.WriteFile(mine, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	out := must(t, append(args, "--predictions", mine)...)
	for _, want := range []string{"mine.csv", "1.000", "majority", "forest", "groups"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestControlsOfThePipeline(t *testing.T) {
	out := must(t, "evaluate", "--controls")
	if strings.Count(out, "the signal is found") != 2 || strings.Count(out, "the leak is exposed") != 4 {
		t.Errorf("the controls printed\n%s", out)
	}
}
