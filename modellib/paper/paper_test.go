package paper

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/internal/manifest"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
)

// results writes and opens results of one fair arm: groups of 4 windows, 2
// seeds, and models that err on the first so many groups of 12.
func results(t *testing.T, wrong map[string]int) *Results {
	t.Helper()
	dir := t.TempDir()
	a := &Arm{Preset: Recommended, Winner: "cnn", Split: run.Split{Name: "by host, fold 1 of 4", Unit: "host"}, Of: 4, Folds: 4, Groups: 12, Seeds: []int64{42, 43}}
	m := Manifest{Format: Format, Source: Source{Kind: "course", Name: "a set", Hash: "0123456789abcdef"}, Key: "fedcba9876543210", Comparisons: Pairings()}
	for _, task := range []string{"type", "app"} {
		a.Tasks = append(a.Tasks, Task{Name: task, Classes: []string{"x", "y"}})
		var tests []Test
		for _, model := range []string{CNN, GRU, Single, Pair, ReadOff, Forest} {
			n, ok := wrong[model+" "+task]
			if !ok {
				n = wrong[model]
			}
			seeds := a.Seeds
			if model == Forest {
				seeds = []int64{0}
			}
			for _, seed := range seeds {
				if model != ReadOff || task == "type" {
					tests = append(tests, test(model, task, seed, n))
				}
			}
		}
		f, err := WritePredictions(dir, a.Preset, task, []string{"x", "y"}, tests)
		if err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, f)
	}
	for _, name := range []string{CNN, GRU, Single, Pair, ReadOff, Forest} {
		a.Models = append(a.Models, Model{Name: name, Title: "<" + name + ">", Tasks: []string{"type", "app"}})
	}
	m.Arms = []*Arm{a}
	if err := manifest.Commit(dir, m, m.Files); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// test is a model that is wrong on all windows of the first groups.
func test(model, task string, seed int64, wrongGroups int) Test {
	t := Test{Model: model, Seed: seed, Fold: 1, Predictions: run.Predictions{Model: model, Task: task}}
	for w := range 48 {
		group, truth := w/4, w%2
		row := []float64{.25, .25}
		right := truth
		if group < wrongGroups {
			right = 1 - truth
		}
		row[right] = .75
		t.Window, t.Truth = append(t.Window, w), append(t.Truth, truth)
		t.Group, t.Superflow = append(t.Group, fmt.Sprint("host", group)), append(t.Superflow, fmt.Sprint("flow", w/2, "/", truth))
		t.Probs = append(t.Probs, row)
	}
	return t
}

func TestScoresAreThoseOfThePredictions(t *testing.T) {
	a := results(t, map[string]int{GRU: 3}).Arm(Recommended)
	s, err := a.Score(GRU, "type")
	if err != nil {
		t.Fatal(err)
	}
	if s.Accuracy != .75 || s.Keras.F1 != .75 || s.MacroF1 != .75 || s.SeedSD != 0 || s.Interval == nil {
		t.Errorf("%+v", s)
	}
	if s, err := a.Score("none", "type"); s != nil || err != nil {
		t.Errorf("a model that is not there: %v, %v", s, err)
	}
	if c := a.Confusion(GRU, "type"); c.Total() != 2*48 || c.Accuracy() != .75 {
		t.Errorf("%+v", c)
	}
}

// Multi-task learning helps only when it beats all three that it must.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name     string
		wrong    map[string]int
		one, two string
	}{
		{"nothing", nil, "Neither is shown to be better on either task.",
			"On traffic type it is not shown that multi-task learning helps: <cnn-mt> beats neither the single-task model nor the type read off the application model nor one softmax over pairs; " +
				"on application it is not shown that multi-task learning helps: <cnn-mt> beats neither the single-task model nor one softmax over pairs."},
		{"all", map[string]int{GRU: 12, Single: 12, ReadOff: 12, Pair: 12}, "The CNN is better on traffic type and application.",
			"On traffic type multi-task learning helps: <cnn-mt> beats the single-task model, the type read off the application model, one softmax over pairs; " +
				"on application multi-task learning helps: <cnn-mt> beats the single-task model, one softmax over pairs."},
		{"only the twin", map[string]int{Single: 12, "gru-mt app": 12}, "The CNN is better on application, and no difference is shown on traffic type.",
			"On traffic type it is not shown that multi-task learning helps: <cnn-mt> beats the single-task model, but not the type read off the application model, one softmax over pairs; " +
				"on application it is not shown that multi-task learning helps: <cnn-mt> beats the single-task model, but not one softmax over pairs."},
		{"behind", map[string]int{CNN: 12}, "The GRU is better on traffic type and application.",
			"On traffic type multi-task learning does not help: <cnn-mt> is behind the single-task model, the type read off the application model, one softmax over pairs; " +
				"on application multi-task learning does not help: <cnn-mt> is behind the single-task model, one softmax over pairs."},
	} {
		r := results(t, c.wrong)
		a := r.Arm(Recommended)
		all, err := a.Compare(r.Comparisons)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 9 {
			t.Errorf("%s: %d comparisons", c.name, len(all))
		}
		if got := a.RQ1(all); got.Short != c.one || len(got.Because) != 2 {
			t.Errorf("%s: RQ1 %q, expected %q", c.name, got.Short, c.one)
		}
		if got := a.RQ2(all); got.Short != c.two || len(got.Because) != 5 {
			t.Errorf("%s: RQ2 %q, expected %q", c.name, got.Short, c.two)
		}
	}
}

// A difference on few groups is no answer whatever its windows say.
func TestWindowsDoNotDecide(t *testing.T) {
	r := results(t, map[string]int{GRU: 2})
	all, err := r.Arm(Recommended).Compare(r.Comparisons)
	if err != nil {
		t.Fatal(err)
	}
	v := all[0]
	if v.Windows.OnlyA != 8 || v.Windows.P > evaluate.Alpha || v.Published() != 1 || v.Better() != 0 || v.Holm < v.Test.P {
		t.Errorf("%+v", v)
	}
	if text := v.String(); !strings.Contains(text, "no significant difference") || !strings.Contains(text, "12 groups, 2 seeds") {
		t.Error(text)
	}
}

// The four p-values of the paper come out of its tables; three of its numbers do not.
func TestClaims(t *testing.T) {
	held, failed := 0, []string{}
	for _, c := range Claims() {
		if c.Holds {
			held++
		} else {
			failed = append(failed, c.Where)
		}
	}
	want := "Table 3, CNN MT, type; abstract; section 4, on Table 5; section 4, on Table 8; Table 8 and Table 3; section 3.2"
	if got := strings.Join(failed, "; "); got != want || held != 9 {
		t.Errorf("%d hold, these do not: %s", held, got)
	}
	for i, p := range []string{"p = 0.4262", "p = 0.0004", "p = 1.0000", "p = 0.0222"} {
		c := contingency[i]
		if got := pText(evaluate.McNemar(c.onlyA, c.onlyB)); got != p {
			t.Errorf("Table %s: %s, expected %s", c.table, got, p)
		}
		if n := c.both + c.onlyA + c.onlyB + c.neither; n != paperTest {
			t.Errorf("Table %s has %d windows", c.table, n)
		}
	}
}

func TestOpenBadInput(t *testing.T) {
	r := results(t, nil)
	path := filepath.Join(r.Dir, r.Files[0].Name)
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.Dir); err == nil || !strings.Contains(err.Error(), r.Files[0].Name) {
		t.Errorf("another file: %v", err)
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "directory of results") {
		t.Errorf("nothing: %v", err)
	}
}
