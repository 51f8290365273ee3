package tune

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
	"flowbook/modellib"
	"flowbook/modellib/keras"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// planted is a set of 8 hosts with 16 windows each, whose numbers tell one of
// 2 types and 4 applications.
func planted() *dataset.Set {
	const features, steps = 5, 2
	r := keras.Rand(1, "planted")
	s := &dataset.Set{Dir: "planted", Hash: "abc", Steps: steps, Types: []string{"chat", "voip"},
		Apps: []string{"a", "b", "c", "d"}, Features: []string{"f0", "f1", "f2", "f3", "f4"}}
	for host := range 8 {
		for k := range 16 {
			w := dataset.Window{App: int32(k % 4), Type: int32(k % 2), Groups: &dataset.Groups{Host: fmt.Sprint("host", host)}}
			for range steps {
				w.Rows = append(w.Rows, int32(len(s.Rows)/features))
				for f := range features {
					v := r.NormFloat64()
					if f == k%4 {
						v += 2
					}
					s.Rows = append(s.Rows, v)
				}
			}
			s.Windows = append(s.Windows, w)
		}
	}
	return s
}

func plan(trials int) Plan {
	r := modellib.Defaults("gru", []string{"type", "app"})
	r.Backend, r.Epochs, r.Patience, r.Batch, r.LearningRate = "go", 9, 2, 16, 1e-3
	r.Split = dataset.SplitSpec{Kind: "group", Unit: "host", Seed: 1, Fold: 1, Of: 4}
	space, err := Space("gru")
	if err != nil {
		panic(err)
	}
	return Plan{Recipe: r, Space: space, Trials: trials, Seed: 7, Keep: 3, Least: 1}
}

func session(t *testing.T) *modellib.Session {
	t.Helper()
	s, err := modellib.OpenSession("go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// withoutTimes compares searches but for what they cost.
var withoutTimes = cmp.Options{cmpopts.IgnoreFields(run.Trial{}, "Seconds", "CPU"), cmpopts.IgnoreFields(run.Search{}, "Dir", "Seconds", "CPU")}

// TestSearchHalves: of nine trials three go on after the first rung and one
// after the second; the best is at least as good as the recipe as it is among
// those that went as far; nothing of the test part is read.
func TestSearchHalves(t *testing.T) {
	set, s := planted(), session(t)
	split, err := set.Split(plan(1).Recipe.Split)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range split.Test { // reading one of these numbers panics
		for _, row := range set.Windows[w].Rows {
			for f := range set.Features {
				set.Rows[int(row)*len(set.Features)+f] = math.NaN()
			}
		}
	}
	dir := filepath.Join(t.TempDir(), "search")
	fitted := map[int]int{}
	got, err := Run(context.Background(), s, set, plan(9), dir, Watch{Trial: func(_ *run.Search, _ run.Trial, rung int) { fitted[rung]++ }})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 3, 9}, got.Rungs); diff != "" || !got.Finished {
		t.Errorf("rungs %s, finished %v", diff, got.Finished)
	}
	count := map[string]int{}
	for _, trial := range got.Trials {
		count[trial.State]++
		if trial.Epochs > got.Rungs[trial.Rung-1] || trial.Seconds <= 0 {
			t.Errorf("trial %+v", trial)
		}
		if _, err := os.Stat(filepath.Join(dir, "states", fmt.Sprint("trial-", trial.Number))); err == nil {
			t.Errorf("the state of trial %d is still there", trial.Number)
		}
	}
	if count["finished"] != 1 || count["pruned"] != 8 || fitted[1] != 9 || fitted[2] > 3 || fitted[3] > 1 {
		t.Errorf("states %v, trained %v", count, fitted)
	}
	// After the first rung the three best went on, no others.
	worst, left := math.Inf(-1), math.Inf(1)
	for _, trial := range got.Trials {
		if trial.Rung > 1 {
			continue
		}
		left = min(left, trial.Loss)
	}
	for _, trial := range got.Trials {
		if trial.Rung == 2 {
			worst = max(worst, trial.Loss) // after more epochs it can only have fallen
		}
	}
	if worst > left {
		t.Errorf("a trial with loss %g went on, one with %g did not", worst, left)
	}
	if best := got.Best(); best == nil || best.State != "finished" {
		t.Errorf("best %+v", best)
	}
}

// TestStoppedSearchGoesOn: stopped after any trial and run again, a search
// ends with the same trials; done again it costs nothing.
func TestStoppedSearchGoesOn(t *testing.T) {
	set, s := planted(), session(t)
	p := plan(6)
	want, err := Run(context.Background(), s, set, p, t.TempDir(), Watch{})
	if err != nil {
		t.Fatal(err)
	}
	for stop := 1; stop <= 8; stop += 2 {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		w := Watch{Trial: func(*run.Search, run.Trial, int) {
			if n++; n == stop {
				cancel()
			}
		}}
		if _, err := Run(ctx, s, set, p, dir, w); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d trials: %v", stop, err)
		}
		got, err := Run(context.Background(), s, set, p, dir, w)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, withoutTimes, cmpopts.IgnoreFields(run.Search{}, "Recipe", "Data")); diff != "" {
			t.Errorf("stopped after %d trials: %s", stop, diff)
		}
		n = -1000
		again, err := Run(context.Background(), s, set, p, dir, w)
		if err != nil || n != -1000 || again.Best().Number != want.Best().Number {
			t.Errorf("done again: %d trials, %v", n+1000, err)
		}
	}
}

// TestDivergedTrialFails: a setting whose loss is no number ends its trial, not
// the search.
func TestDivergedTrialFails(t *testing.T) {
	p := plan(3)
	p.Space = []run.Dimension{{Name: Rate, Kind: "log", Min: 9, Max: 10}}
	p.Recipe.Hyper = map[string]any{"activation": "elu", "recurrent_activation": "elu"} // without a bound it explodes
	got, err := Run(context.Background(), session(t), planted(), p, t.TempDir(), Watch{})
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, trial := range got.Trials {
		if trial.State == "failed" {
			failed++
			if !strings.Contains(trial.Why, "finite number") {
				t.Errorf("why: %q", trial.Why)
			}
		}
	}
	if failed == 0 || !got.Finished {
		t.Errorf("%d trials failed, finished %v", failed, got.Finished)
	}
}

func TestPlanErrors(t *testing.T) {
	s, set := session(t), planted()
	dir := t.TempDir()
	if _, err := Run(context.Background(), s, set, plan(2), dir, Watch{}); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, run.ManifestName), []byte(`{"format":"flowbook-dataset/1"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want, out string
		change    func(*Plan)
	}{
		{"trials is 0", "", func(p *Plan) { p.Trials = 0 }},
		{"keep is one in 0", "", func(p *Plan) { p.Keep = 0 }},
		{"the first rung has 99 epochs, expected 1 to all 9", "", func(p *Plan) { p.Least = 99 }},
		{"space is empty", "", func(p *Plan) { p.Space = nil }},
		{"units is log from 5 to 1", "", func(p *Plan) { p.Space = []run.Dimension{{Name: "units", Kind: "log", Min: 5, Max: 1}} }},
		{`activation has no choices`, "", func(p *Plan) { p.Space = []run.Dimension{{Name: "activation", Kind: "choice"}} }},
		{`is of kind "even"`, "", func(p *Plan) { p.Space = []run.Dimension{{Name: "units", Kind: "even"}} }},
		{"model gru has no hyperparameter filters[0], it has activation", "", func(p *Plan) {
			p.Space = []run.Dimension{{Name: "filters[0]", Kind: "whole", Min: 1, Max: 2}}
		}},
		{"learning-rate is -1", "", func(p *Plan) { p.Recipe.LearningRate = -1 }},
		{"holds a search with another seed", dir, func(p *Plan) { p.Seed++ }},
		{"holds a search with another number of trials", dir, func(p *Plan) { p.Trials++ }},
		{"holds a search with another recipe", dir, func(p *Plan) { p.Recipe.Batch++ }},
		{`found format "flowbook-dataset/1"`, foreign, func(*Plan) {}},
	} {
		p := plan(2)
		c.change(&p)
		if c.out == "" {
			c.out = t.TempDir()
		}
		if _, err := Run(context.Background(), s, set, p, c.out, Watch{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestSpaces(t *testing.T) {
	names := func(model string) string {
		space, err := Space(model)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, d := range space {
			all = append(all, d.Name)
		}
		return strings.Join(all, " ")
	}
	for model, want := range map[string]string{
		"cnn": "learning-rate activation filters[0] filters[1] kernel[0] kernel[1] pool[0] pool[1] units",
		"gru": "learning-rate activation dropout recurrent_activation units",
		"mlp": "learning-rate activation units[0] units[1]",
	} {
		if got := names(model); got != want {
			t.Errorf("%s: %s", model, got)
		}
	}
	if _, err := Space("nosuch"); err == nil {
		t.Error("a space of no model")
	}
}

// TestDrawnSettingsAreRecipes: whatever is drawn for any model lies in the
// space and makes a recipe that checks; the draw depends on seed and number only.
func TestDrawnSettingsAreRecipes(t *testing.T) {
	s, set, split := session(t), planted(), plan(1).Recipe.Split
	rapid.Check(t, func(t *rapid.T) {
		model := rapid.SampledFrom([]string{"cnn", "cnn-drawn", "gru", "mlp", "cnn-gru", "temporal", "stats"}).Draw(t, "model")
		number := rapid.IntRange(2, 1e6).Draw(t, "number")
		space, err := Space(model)
		if err != nil {
			t.Fatal(err)
		}
		settings := draw(space, 3, number)
		if diff := cmp.Diff(settings, draw(space, 3, number)); diff != "" {
			t.Fatal(diff)
		}
		for _, d := range space {
			v, number := settings[d.Name].(float64)
			if number && !(v >= d.Min && v <= d.Max) || strings.HasPrefix(d.Kind, "whole") && v != math.Trunc(v) {
				t.Errorf("%s is %v", d.Name, settings[d.Name])
			}
		}
		r, err := Apply(modellib.Defaults(model, []string{"app"}), settings)
		if err != nil {
			t.Fatal(err)
		}
		r.Split = split
		if _, _, _, err := s.Describe(set, r); err != nil {
			t.Fatal(err)
		}
	})
}

// TestWholeLogIsEven: from 16 to 128 each octave has its third of the draws.
func TestWholeLogIsEven(t *testing.T) {
	d := run.Dimension{Kind: "whole-log", Min: 16, Max: 128}
	r := keras.Rand(1, "octaves")
	var octaves [3]int
	for range 30000 {
		octaves[min(int(math.Log2(value(d, r).(float64)/16)), 2)]++
	}
	for i, n := range octaves {
		if n < 9500 || n > 10500 {
			t.Errorf("octave %d has %d of 30000 draws", i, n)
		}
	}
}

func TestApplyErrors(t *testing.T) {
	r := modellib.Defaults("cnn", []string{"app"})
	for _, settings := range []map[string]any{{"filters": 3.0}, {"filters[2]": 3.0}, {"units[0]": 3.0}, {Rate: "fast"}} {
		if _, err := Apply(r, settings); err == nil {
			t.Errorf("%v applies", settings)
		}
	}
}
