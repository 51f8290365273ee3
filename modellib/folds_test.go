package modellib

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

// TestOutOfFoldPredictsEveryWindowOnce: folds and seeds share one compiled
// network and give the same runs as trainings by themselves; done again they
// cost nothing.
func TestOutOfFoldPredictsEveryWindowOnce(t *testing.T) {
	set, dir := planted(2), t.TempDir()
	r := quick("gru")
	r.Epochs = 2
	p := Plan{Recipe: r, Folds: 4, Seeds: []int64{5, 6}}
	s, err := OpenSession("go")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	epochs := 0
	var begun []string
	do := func() *OutOfFold {
		t.Helper()
		o, err := s.OutOfFold(context.Background(), set, p, dir, Watch{Epoch: func(run.Epoch) { epochs++ }},
			func(n, of int, dir string) { begun = append(begun, fmt.Sprint(n, " of ", of)) })
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := do()
	if epochs != 16 || begun[7] != "8 of 8" || len(s.programs) != 1 || len(s.baselines) != 8 { // of 4 folds and 2 tasks
		t.Errorf("%d epochs, %q, %d programs, %d baselines", epochs, begun, len(s.programs), len(s.baselines))
	}
	for seed := range 2 {
		for _, p := range append(o.Predictions(seed), o.Baselines()...) {
			var all []int
			for w := range set.Windows {
				all = append(all, w)
			}
			if diff := cmp.Diff(all, p.Window); diff != "" {
				t.Errorf("%s %s: %s", p.Model, p.Task, diff)
			}
			for i, w := range p.Window {
				if p.Group[i] != set.Windows[w].Host {
					t.Fatalf("window %d has group %s", w, p.Group[i])
				}
			}
		}
	}
	if cmp.Equal(o.Predictions(0), o.Predictions(1)) {
		t.Error("two seeds give the same predictions")
	}
	if seconds, cpu := o.Cost(); seconds <= 0 || cpu <= 0 {
		t.Errorf("cost %g s, %g CPU s", seconds, cpu)
	}
	alone := filepath.Join(t.TempDir(), "alone")
	if _, err := Train(set, p.recipe(3, 6), alone, nil); err != nil {
		t.Fatal(err)
	}
	if content(t, alone) != content(t, filepath.Join(dir, p.Dir(3, 6))) {
		t.Error("a run of the plan differs from the same training alone")
	}
	before := o.Predictions(1)
	if again := do(); epochs != 16 || !cmp.Equal(before, again.Predictions(1)) {
		t.Errorf("done again: %d epochs", epochs)
	}
}

func TestPlanErrors(t *testing.T) {
	s, err := OpenSession("go")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		want   string
		change func(*Plan)
	}{
		{"seeds is empty", func(p *Plan) { p.Seeds = nil }},
		{"seed 3 is named twice", func(p *Plan) { p.Seeds = []int64{3, 4, 3} }},
		{"fold is 1 of 2", func(p *Plan) { p.Folds = 2 }},
		{"the published split has none", func(p *Plan) { p.Recipe.Split.Kind = "published" }},
		{"folds is 0", func(p *Plan) { p.Folds = 0 }},
		{"of 40", func(p *Plan) { p.Folds = 40 }},
	} {
		p := Plan{Recipe: quick("gru"), Folds: 4, Seeds: []int64{1}}
		c.change(&p)
		begun := false
		_, err := s.OutOfFold(context.Background(), planted(2), p, t.TempDir(), Watch{}, func(int, int, string) { begun = true })
		if err == nil || !strings.Contains(err.Error(), c.want) || begun {
			t.Errorf("error %v (begun %v), want one with %q", err, begun, c.want)
		}
	}
	one := Plan{Recipe: quick("gru"), Folds: 1, Seeds: []int64{7}}
	if got := one.recipe(1, 7); !slices.Equal([]string{one.Dir(1, 7)}, []string{"seed-7"}) || got.Split != one.Recipe.Split || got.Seed != 7 {
		t.Errorf("a plan without folds: %+v in %s", got, one.Dir(1, 7))
	}
}
