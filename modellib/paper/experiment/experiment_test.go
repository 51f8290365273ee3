package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/modellib/paper"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

// planted is a set of 12 hosts with 12 windows each: 2 types, 3 applications of
// which one has both types, and a feature that tells the pair.
func planted() *dataset.Set {
	s := &dataset.Set{Dir: "planted", Hash: "abc", Steps: 2, Types: []string{"chat", "voip"}, Apps: []string{"a", "b", "c"},
		Features: []string{"f0", "f1", "f2"}}
	s.Manifest.Unit = "host"
	pairs := [][2]int32{{0, 0}, {0, 1}, {1, 1}, {1, 2}}
	for host := range 12 {
		for k := range 12 {
			pair := pairs[k%4]
			name := fmt.Sprintf("host%d-%d", host, k%4)
			w := dataset.Window{Type: pair[0], App: pair[1], VPN: host%2 == 0, Start: int64(host*1000 + k), End: int64(host*1000 + k + 1),
				Groups: &dataset.Groups{Superflow: fmt.Sprint(name, "#", k), Tuple: name, Capture: name, Session: name, Host: fmt.Sprint("host", host)}}
			for step := range 2 {
				w.Rows = append(w.Rows, int32(len(s.Rows)/3))
				s.Rows = append(s.Rows, float64(10*(k%4)+step), float64(host), float64(k*host%5))
			}
			s.Windows = append(s.Windows, w)
		}
	}
	return s
}

func plantedSets() *sets {
	set := planted()
	return &sets{source: paper.Source{Kind: "dataset", Name: "planted", Hash: "0123456789abcdef"},
		of: map[string]*dataset.Set{paper.Recommended: set, paper.Published: withVPN(set), paper.Figures: withVPN(set)}, change: map[string][]string{}}
}

// One run from data to page; a second one trains nothing, and after a lost
// training only that one.
func TestRunGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("trains 15 networks")
	}
	out := t.TempDir()
	var notes []string
	o := Options{Out: out, Quick: true, Backend: "go", Note: func(s string) { notes = append(notes, s) }}
	r, err := plantedSets().run(context.Background(), o, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Arms) != 3 || !strings.Contains(strings.Join(notes, "\n"), "15 trainings on go, 15 of them to be made, at most about") {
		t.Fatalf("%d arms, notes %q", len(r.Arms), notes)
	}
	checkArms(t, r)
	weights := filepath.Join(out, "runs/recommended/gru-mt-gru-seed42-fold1")
	before, err := os.Stat(filepath.Join(out, "runs/published/gru-mt-gru-seed42-fold1", run.ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(weights); err != nil {
		t.Fatal(err)
	}
	again, err := plantedSets().run(context.Background(), o, 3)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(filepath.Join(out, "runs/published/gru-mt-gru-seed42-fold1", run.ManifestName))
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("a finished training was made again (%v)", err)
	}
	for i, f := range r.Files {
		if diff := cmp.Diff(f, again.Files[i]); diff != "" {
			t.Errorf("predictions differ: %s", diff)
		}
	}
	if err := again.WriteReport(func(*paper.Figure) ([]byte, error) { return []byte("picture"), nil }); err != nil {
		t.Fatal(err)
	}
	checkReport(t, out)
}

// checkArms: every model has predictions for its tasks, and derived ones follow
// from those they are derived from.
func checkArms(t *testing.T, r *paper.Results) {
	t.Helper()
	for _, a := range r.Arms {
		for _, m := range a.Models {
			for _, task := range m.Tasks {
				if task == "pair" {
					continue
				}
				p := a.Predictions(m.Name, task)
				if len(p) != 1 || len(p[0].Window) != len(a.Predictions(paper.CNN, task)[0].Window) {
					t.Errorf("%s, %s, %s: %d repetitions", a.Preset, m.Name, task, len(p))
				}
			}
		}
		if n := len(a.Drawn); n != 2 {
			t.Errorf("%s: %d drawings", a.Preset, n)
		}
		all, err := a.Compare(r.Comparisons)
		if err != nil || len(all) != len(paper.Pairings()) {
			t.Errorf("%s: %d comparisons, %v", a.Preset, len(all), err)
		}
	}
}

func checkReport(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{paper.MarkdownName, paper.HTMLName} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Table 1", "Table 2", "Table 3", "Table 4", "Table 5", "Table 6", "Table 7", "Table 8", "Table 9", "RQ1", "RQ2",
			"quick run: one seed, one fold", "10 Threat model", "0.957", "Figures 1 and 2", "Figure 3"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		for _, never := range []string{"http:", "https:", "%!", "NaN", "<no value>", dir} {
			if strings.Contains(string(text), never) {
				t.Errorf("%s has %q", name, never)
			}
		}
	}
}

// Set columns: the flag comes and goes, and nothing else moves.
func TestVPNColumn(t *testing.T) {
	set := planted()
	flagged := withVPN(set)
	if flagged.Features[3] != "VPN" || withVPN(flagged) != flagged || withoutVPN(set) != set {
		t.Errorf("features %q", flagged.Features)
	}
	for _, w := range flagged.Windows {
		for _, r := range w.Rows {
			row := flagged.Rows[int(r)*4 : int(r+1)*4]
			if diff := cmp.Diff(set.Rows[int(r)*3:int(r+1)*3], row[:3]); diff != "" || (row[3] == 1) != w.VPN {
				t.Fatalf("row %d: %v, %s", r, row, diff)
			}
		}
	}
	back := withoutVPN(flagged)
	if diff := cmp.Diff(set.Rows, back.Rows); diff != "" || content(back) == content(flagged) {
		t.Error(diff)
	}
}

// What is read off: an application with both types gives the shares of train,
// a pair its own type and application.
func TestDerived(t *testing.T) {
	a, err := newArm(paper.Recommended, planted(), true)
	if err != nil {
		t.Fatal(err)
	}
	got := a.readOff(run.Predictions{Window: []int{0, 1}, Group: []string{"g", "g"}, Probs: [][]float64{{1, 0, 0}, {0, .5, .5}}}, 1)
	if diff := cmp.Diff([][]float64{{1, 0}, {.25, .75}}, got.Probs); diff != "" {
		t.Error(diff)
	}
	both := a.marginals(run.Predictions{Window: []int{0}, Group: []string{"g"}, Probs: [][]float64{{.125, .25, .125, .5}}})
	if diff := cmp.Diff([][]float64{{.375, .625}, {.125, .375, .5}}, [][]float64{both[0].Probs[0], both[1].Probs[0]}); diff != "" {
		t.Error(diff)
	}
}

func TestPlan(t *testing.T) {
	full, err := newArm(paper.Recommended, planted(), false)
	if err != nil {
		t.Fatal(err)
	}
	if full.of < 3 || full.folds != full.of || len(full.seeds) < 5 || full.trainings() != 5*full.of*len(full.seeds) {
		t.Errorf("%+v", full)
	}
	tested := map[int]bool{}
	for fold := range full.folds {
		for _, w := range full.splitOf(fold + 1).Test {
			if tested[w] {
				t.Fatalf("window %d is tested twice", w)
			}
			tested[w] = true
		}
	}
	if len(tested) != len(full.set.Windows) {
		t.Errorf("%d of %d windows are tested", len(tested), len(full.set.Windows))
	}
	quick, err := newArm(paper.Published, planted(), true)
	if err != nil || quick.recipe("cnn", []string{"type"}, 1, 42, "").Patience == 0 {
		t.Errorf("%+v, %v", quick, err)
	}
	source := paper.Source{Hash: "one"}
	one := keyOf(source, []*arm{full})
	if one == keyOf(paper.Source{Hash: "other"}, []*arm{full}) || one == keyOf(source, []*arm{quick}) || one != keyOf(paper.Source{Name: "elsewhere", Hash: "one"}, []*arm{full}) {
		t.Error("the key does not follow data and recipes alone")
	}
}

// Results are fresh as long as captures, recipes and models are the same.
func TestFresh(t *testing.T) {
	set := planted()
	set.Manifest.Recipe = dataset.Published()
	a, err := newArm(paper.Published, set, true)
	if err != nil {
		t.Fatal(err)
	}
	made := func() *paper.Manifest {
		m := &paper.Manifest{Quick: true, Source: paper.Source{Kind: "course", Hash: course.Hash()}}
		m.Arms = []*paper.Arm{{Preset: a.preset, Folds: a.folds, Of: a.of, Seeds: a.seeds}}
		m.Key = keyOf(m.Source, []*arm{a})
		return m
	}
	if err := Fresh(made()); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*paper.Manifest){
		"the course set is":         func(m *paper.Manifest) { m.Source.Hash = "other" },
		"recipes or models changed": func(m *paper.Manifest) { m.Arms[0].Seeds = []int64{7} },
		"the results have the key":  func(m *paper.Manifest) { m.Quick = false },
	} {
		m := made()
		change(m)
		if err := Fresh(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected %q", err, want)
		}
	}
}

// The results that are kept are those that this program makes: after the course
// set, a recipe or a model changed, make results makes them again.
func TestKeptResults(t *testing.T) {
	r, err := paper.Open("../../../results")
	if err != nil {
		t.Fatal(err)
	}
	if err := Fresh(&r.Manifest); err != nil {
		t.Errorf("results: %v: run make results", err)
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign")
	if err := os.MkdirAll(foreign, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "manifest.json"), []byte(`{"format":"flowbook-run/1"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Out: foreign}, "holds a flowbook-run/1"},
		{Options{Out: filepath.Join(dir, "a"), Data: filepath.Join(dir, "none")}, "no such file"},
		{Options{Out: filepath.Join(dir, "b"), Data: foreign}, "found no capture"},
	} {
		if _, err := Run(context.Background(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected %q", err, c.want)
		}
	}
	small := planted()
	small.Windows = small.Windows[:12] // one host
	s := plantedSets()
	s.of[paper.Recommended] = small
	arms, err := s.arms(true)
	if err != nil || len(arms) != 2 || !strings.Contains(s.left[0], "Preset recommended is left out: split by host: ") {
		t.Errorf("%d arms, %v, %q", len(arms), err, s.left)
	}
}
