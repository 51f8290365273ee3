package evaluate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

// made is a run of a model that gives the truth in a share of the windows, so
// that scores are known, with majority beside it. Windows come in groups of ten.
func made(model string, groups int, right float64, seed uint64, tasks ...string) *run.Run {
	classes := map[string][]string{
		"type": {"chat", "file transfer", "p2p", "voip"},
		"app":  {"aim", "bittorrent", "ftps", "ftps_down", "hangouts", "icq", "mail", "netflix", "scp", "sftp", "skype", "vimeo", "voipbuster", "youtube"},
	}
	r := &run.Run{Dir: "runs/" + model}
	m := &r.Manifest
	m.Model, m.CPU, m.Seconds, m.Params = model, 12.5, 7.25, 4900
	m.Data = run.Data{Dir: "data/course", Hash: "0123456789abcdef", Windows: 900, Steps: 20, Features: make([]string, 23)}
	m.Split = run.Split{Name: "by host, fold 1 of 4", Unit: "host", Train: 700, Validation: 100, Test: 10 * groups, TestGroups: groups,
		NotEstimable: []string{"type p2p", "app bittorrent"}}
	m.Backend = run.Backend{Name: "xla:cpu", Threads: 2}
	r.History = make([]run.Epoch, 3)
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, task := range tasks {
		k := len(classes[task])
		m.Tasks = append(m.Tasks, run.Task{Name: task, Classes: classes[task]})
		p := run.Predictions{Model: model, Task: task}
		majority := run.Predictions{Model: "majority", Task: task}
		for i := range 10 * groups {
			truth := i % k
			if classes[task][truth] == "p2p" || classes[task][truth] == "bittorrent" {
				truth = 0
			}
			said := truth
			if rng.Float64() > right {
				said = rng.IntN(k)
			}
			p.Window = append(p.Window, 2*i)
			p.Group = append(p.Group, fmt.Sprintf("host%02d", i/10))
			p.Truth = append(p.Truth, truth)
			p.Probs = append(p.Probs, one(k, said, 0.6))
			majority.Probs = append(majority.Probs, one(k, 0, 1))
		}
		majority.Window, majority.Group, majority.Truth = p.Window, p.Group, p.Truth
		r.Predictions = append(r.Predictions, p)
		r.Baselines = append(r.Baselines, majority)
	}
	return r
}

// one gives a class the probability p and the rest to the class after it.
func one(k, class int, p float64) []float64 {
	row := make([]float64, k)
	row[(class+1)%k] = 1 - p
	row[class] = p
	return row
}

func evaluated(t *testing.T, r *run.Run) *Report {
	t.Helper()
	rep, err := Run(r)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestReportSaysWhatAScoreNeeds(t *testing.T) {
	for _, c := range []struct {
		groups int
		unit   string
		want   []string
	}{
		{12, "host", []string{"by host, fold 1 of 4", "120 test windows from 12 groups (host)", "majority", "bootstrap over 12 groups (host), 2,000 draws",
			"Not estimable (too few groups): p2p.", "mean over 3 of 4 classes"}},
		{3, "host", []string{"No interval: 3 groups, 10 needed.", "–"}},
		{1, "host", []string{"No interval: 1 group, 10 needed."}},
		{40, "window", []string{"No interval: the split divides windows, which overlap and are not independent."}},
	} {
		r := made("cnn", c.groups, 0.8, 1, "type", "app")
		r.Manifest.Split.Unit = c.unit
		text := evaluated(t, r).String()
		for _, want := range c.want {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("%d groups by %s: no %q in\n%s", c.groups, c.unit, want, text)
			}
		}
		for _, line := range strings.Split(text, "\n") {
			if utf8.RuneCountInString(line) > 80 || strings.HasSuffix(line, " ") {
				t.Errorf("line %q is longer than 80 columns or ends in a space", line)
			}
		}
	}
}

func TestScoredClasses(t *testing.T) {
	r := made("cnn", 12, 1, 1, "type")
	r.Manifest.Tasks[0].Classes = append(r.Manifest.Tasks[0].Classes, "email")
	for _, all := range [][]run.Predictions{r.Predictions, r.Baselines} {
		for i := range all[0].Probs {
			all[0].Probs[i] = append(all[0].Probs[i], 0)
		}
	}
	h := evaluated(t, r).Head("type")
	if diff := cmp.Diff([][]string{{"chat", "file transfer", "voip"}, {"p2p"}, {"email"}}, [][]string{h.Scored, h.NotEstimable, h.Absent}); diff != "" {
		t.Error(diff)
	}
	if h.Network.MacroF1 != 1 || h.Network.Accuracy != 1 {
		t.Errorf("a perfect model scores %v", h.Network)
	}
	if i := h.Network.MacroF1CI; i == nil || i.Low != 1 || i.High != 1 {
		t.Errorf("interval %v of a perfect model", i)
	}
	// Majority has the recall 1 in chat (half of the windows) and 0 in the two others.
	near(t, "macro F1 of majority", h.Baselines[0].MacroF1, 2*0.5/1.5/3, exact)
}

func TestReportIsJSON(t *testing.T) {
	rep := evaluated(t, made("cnn", 12, 0.8, 1, "type"))
	raw, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rep, &back); diff != "" {
		t.Error(diff)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*run.Run)
	}{
		{"no task", "names no task", func(r *run.Run) { r.Manifest.Tasks = nil }},
		{"no predictions", "found no predictions for task type", func(r *run.Run) { r.Predictions = nil }},
		{"empty test part", "found no test windows for task type", func(r *run.Run) { r.Predictions[0] = run.Predictions{Task: "type"} }},
		{"nothing to score", "none of 4 classes is both estimable and in the test part", func(r *run.Run) {
			r.Manifest.Split.NotEstimable = []string{"type chat", "type file transfer", "type voip", "type p2p"}
		}},
		{"baseline elsewhere", "tested on different windows: test window 1 is number 0 of the data set in one and 7 in the other", func(r *run.Run) {
			r.Baselines[0].Window = append([]int{7}, r.Baselines[0].Window[1:]...)
		}},
	} {
		r := made("cnn", 3, 1, 1, "type")
		c.change(r)
		if _, err := Run(r); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "runs/cnn") {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestHeadPanicsOnAnUnknownTask(t *testing.T) {
	defer func() {
		if msg, _ := recover().(string); !strings.Contains(msg, `has no task "vpn"`) {
			t.Errorf("panic %q", msg)
		}
	}()
	evaluated(t, made("cnn", 3, 1, 1, "type")).Head("vpn")
}

// TestBootstrapAgainstDrawing draws the windows of whole groups one by one,
// with the same random numbers, and takes the percentiles of the sorted list.
func TestBootstrapAgainstDrawing(t *testing.T) {
	p := made("cnn", 13, 0.7, 5, "type").Predictions[0]
	p.Group[5], p.Group[6], p.Group[100] = "odd", "odd", "odd" // groups of unlike size
	said := Argmax(p.Probs)
	classes, scored := []string{"a", "b", "c", "d"}, []int{0, 1, 3}
	acc, f1 := bootstrap(scored, groupSums(groupMembers(p.Group), p.Truth, said, len(classes)))

	members := map[string][]int{}
	var names []string
	for i, g := range p.Group {
		if members[g] == nil {
			names = append(names, g)
		}
		members[g] = append(members[g], i)
	}
	rng := rand.New(rand.NewPCG(bootSeed, uint64(len(names))))
	var accs, f1s []float64
	for range Draws {
		var truth, predicted []int
		for range names {
			for _, i := range members[names[rng.IntN(len(names))]] {
				truth, predicted = append(truth, p.Truth[i]), append(predicted, said[i])
			}
		}
		c := NewConfusion(classes, truth, predicted)
		accs = append(accs, c.Accuracy())
		f1s = append(f1s, c.Macro(slices.DeleteFunc(slices.Clone(scored), func(k int) bool { return c.Support(k) == 0 })).F1)
	}
	slices.Sort(accs)
	slices.Sort(f1s)
	// Student's t with 14 groups asks for a tail of 1.25 % where the normal
	// distribution has 2.5 %; the 25th of 2,000 is the smallest value that this
	// share of the draws does not exceed.
	near(t, "tail", expandedTail(len(names)), 0.01248326, 1e-8)
	want := []Interval{{accs[24], accs[1975]}, {f1s[24], f1s[1975]}}
	if diff := cmp.Diff(want, []Interval{acc, f1}); diff != "" {
		t.Error(diff)
	}
}

// TestBootstrapCovers: with 40 groups of ten near-equal windows, the interval
// over groups holds the true accuracy in most of 100 repetitions, and
// Wilson's over windows, which takes them for independent, in far fewer.
func TestBootstrapCovers(t *testing.T) {
	const truth = 0.7
	var boot, wilson int
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 7))
		var group []string
		var want, said []int
		for g := range 40 {
			right := rng.Float64() < truth // all windows of a group fare alike
			for range 10 {
				group = append(group, fmt.Sprint(g))
				want = append(want, 0)
				if right {
					said = append(said, 0)
				} else {
					said = append(said, 1)
				}
			}
		}
		c := NewConfusion([]string{"a", "b"}, want, said)
		b, _ := bootstrap([]int{0}, groupSums(groupMembers(group), want, said, len(c.Classes)))
		w := Wilson(c.correct(), c.Total(), Level)
		if b.Low <= truth && truth <= b.High {
			boot++
		}
		if w.Low <= truth && truth <= w.High {
			wilson++
		}
	}
	if boot < 88 || wilson > 60 {
		t.Errorf("of 100 intervals %d over groups and %d over windows hold the truth", boot, wilson)
	}
}

func ExampleRun() {
	rep, err := Run(made("cnn", 12, 0.8, 1, "type"))
	if err != nil {
		panic(err)
	}
	fmt.Println(rep)
	// Output:
	// cnn runs/cnn
	//
	// Split: by host, fold 1 of 4; test part from 12 groups (host).
	// Windows: 700 train, 100 validation, 120 test; 20 steps of 23 features.
	// Data set: data/course (0123456789ab).
	//
	// Traffic type: 4 classes, 120 test windows from 12 groups (host)
	//
	// Model     Macro F1         95 %  Accuracy         95 %      P      R     F1
	// cnn          0.829  0.767–0.891     0.808  0.750–0.875  0.808  0.808  0.808
	// majority     0.222  0.222–0.222     0.500  0.500–0.500  0.500  0.500  0.500
	//
	// Macro F1 is the mean over 3 of 4 classes. Not estimable (too few groups): p2p.
	// 95 %: bootstrap over 12 groups (host), 2,000 draws, tails of Student's t.
	// P, R, F1: Keras' micro precision, recall and F1 over all outputs at threshold
	// 0.5, as in Table 3 of the paper.
	//
	// Probabilities, on the same windows
	//
	// Model     Log loss  Brier  ROC area  PR area    ECE         95 %  Equal mass
	// cnn          3.809  0.470     0.883    0.770  0.208  0.150–0.275       0.208
	// majority    18.022  1.000     0.500    0.333  0.500  0.500–0.500       0.500
	//
	// ROC and PR: area one class against the rest, mean over the classes of the macro
	// mean. ECE: expected calibration error, 15 bins of equal width, in the last
	// column of equal mass.
	//
	// Per class, cnn
	//
	// Class          Precision  Recall     F1  Windows
	// chat               0.887   0.783  0.832       60
	// file transfer      0.862   0.833  0.847       30
	// p2p                0.000       –      –        0
	// voip               0.781   0.833  0.806       30
	//
	// Confusion matrix, cnn: a row a true class, a column a predicted class
	//
	// Class              a   b  c   d
	// chat           a  47   4  2   7
	// file transfer  b   3  25  2   0
	// p2p            c   0   0  0   0
	// voip           d   3   0  2  25
}
