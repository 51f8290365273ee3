package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sampleSearch has a trial of every kind.
func sampleSearch() *Search {
	setting := func(units float64) map[string]any { return map[string]any{"units": units, "activation": "tanh"} }
	return &Search{
		Recipe: map[string]any{"model": "gru"}, Tasks: []string{"type", "app"}, Split: Split{Name: "by host, fold 1 of 4"},
		Space: []Dimension{{Name: "units", Kind: "whole", Min: 12, Max: 96}, {Name: "activation", Kind: "choice", Choices: []string{"tanh"}}},
		Watch: "val_loss", Rungs: []int{1, 3}, Keep: 3, CPU: 61, Seconds: 70,
		Trials: []Trial{
			{Number: 1, Settings: setting(24), Rung: 1, Epochs: 1, Best: 1, Loss: 0.5, MacroF1: []float64{0.2, 0.1}, State: "pruned", CPU: 1},
			{Number: 2, Settings: setting(48), State: "failed", Why: "NaN"},
			{Number: 3, Settings: setting(12), Rung: 2, Epochs: 3, Best: 2, Loss: 0.9, MacroF1: []float64{0.3, 0.4}, State: "finished"},
			{Number: 4, Settings: setting(96), Rung: 2, Epochs: 3, Best: 3, Loss: 0.8, MacroF1: []float64{0.4, 0.2}, State: "finished"},
		},
	}
}

func TestSearchRoundTrip(t *testing.T) {
	dir := t.TempDir()
	want := sampleSearch()
	if err := WriteSearch(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := OpenSearch(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !IsSearch(dir) || IsSearch(t.TempDir()) {
		t.Error("IsSearch errs")
	}
	if _, err := OpenSearch(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no search: %v", err)
	}
}

// TestRanked: how far a trial went counts first, then its score.
func TestRanked(t *testing.T) {
	s := sampleSearch()
	numbers := func() (n []int) {
		for _, trial := range s.Ranked() {
			n = append(n, trial.Number)
		}
		return n
	}
	if diff := cmp.Diff([]int{4, 3, 1}, numbers()); diff != "" || s.Best().Number != 4 {
		t.Error(diff)
	}
	s.Watch = "val_macro_f1"
	if diff := cmp.Diff([]int{3, 4, 1}, numbers()); diff != "" {
		t.Error(diff)
	}
	if (&Search{}).Best() != nil {
		t.Error("a best trial of none")
	}
}

func TestSearchTable(t *testing.T) {
	csv := string(sampleSearch().CSV())
	want := "trial,units,activation,epochs,best,loss,F1 type,F1 app,parameters,CPU s,state\n4,96,tanh,3,3,0.8000,0.400,0.200,0,0.0,finished\n"
	if !strings.HasPrefix(csv, want) || strings.Count(csv, "\n") != 5 || !strings.Contains(csv, "\n2,48,tanh,0,0,0.0000,–,–,0,0.0,failed") {
		t.Error(csv)
	}
	text := sampleSearch().String()
	if !strings.Contains(text, "Cost of the search: 4 trials, 7 epochs, 61 s of processor time, 70 s of waiting.") || !strings.Contains(text, "by host, fold 1 of 4; the test part was not looked at") {
		t.Error(text)
	}
}

func TestSearchBadInput(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"hello", "found no valid manifest"},
		{`{"format":"flowbook-run/2"}`, `found format "flowbook-run/2", expected "flowbook-search/1"`},
		{`{"format":"flowbook-search/1","trials":[{"number":2}]}`, "trial 1 has number 2"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ManifestName), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenSearch(dir); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", c.text, err)
		}
		if err := WriteSearch(dir, sampleSearch()); (err == nil) != (c.want == "trial 1 has number 2") {
			t.Errorf("%s: written over: %v", c.text, err)
		}
	}
}
