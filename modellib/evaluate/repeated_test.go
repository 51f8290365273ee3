package evaluate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"flowbook/modellib/run"

	"pgregory.net/rapid"
)

// said are predictions of one class a window with certainty.
func said(group []string, truth, predicted []int, classes int) *run.Predictions {
	p := &run.Predictions{Model: "model", Task: "type", Group: group, Truth: truth}
	for i, k := range predicted {
		p.Window = append(p.Window, i)
		p.Probs = append(p.Probs, one(classes, k, 1))
	}
	return p
}

func repeated(t interface{ Fatal(...any) }, ps ...*run.Predictions) *Repeated {
	r, err := NewRepeated("model", []string{"a", "b", "c"}, nil, ps...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSignFlipAgainstSwapping swaps the predictions themselves, group by group
// in every way, and scores each anew.
func TestSignFlipAgainstSwapping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups, seeds := rapid.IntRange(2, 5).Draw(t, "groups"), rapid.IntRange(1, 3).Draw(t, "seeds")
		n := groups * rapid.IntRange(1, 4).Draw(t, "windows a group")
		label := rapid.SliceOfN(rapid.IntRange(0, 2), n, n)
		group, truth := make([]string, n), label.Draw(t, "truth")
		for i := range group {
			group[i] = string(rune('A' + i%groups))
		}
		var a, b [][]int
		var pa, pb []*run.Predictions
		for range seeds {
			a, b = append(a, label.Draw(t, "a")), append(b, label.Draw(t, "b"))
			pa, pb = append(pa, said(group, truth, a[len(a)-1], 3)), append(pb, said(group, truth, b[len(b)-1], 3))
		}
		got, err := SignFlip(repeated(t, pa...), repeated(t, pb...))
		if err != nil {
			t.Fatal(err)
		}
		difference := func(mask int) float64 {
			total := 0.0
			for s := range seeds {
				x, y := make([]int, n), make([]int, n)
				for i := range x {
					x[i], y[i] = a[s][i], b[s][i]
					if mask>>(i%groups)&1 == 1 {
						x[i], y[i] = y[i], x[i]
					}
				}
				cx, cy := NewConfusion(make([]string, 3), truth, x), NewConfusion(make([]string, 3), truth, y)
				total += cx.Macro(cx.Present()).F1 - cy.Macro(cy.Present()).F1
			}
			return total / float64(seeds)
		}
		observed, hits := difference(0), 0
		for mask := range 1 << groups {
			if math.Abs(difference(mask)) >= math.Abs(observed)-1e-12 {
				hits++
			}
		}
		want := float64(hits) / float64(int(1)<<groups)
		if math.Abs(got.Difference-observed) > 1e-12 || math.Abs(got.P-want) > 1e-12 || !got.Exact {
			t.Fatalf("difference %g and p %g, want %g and %g", got.Difference, got.P, observed, want)
		}
	})
}

func TestSignFlipManyGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var group []string
	var truth, good, bad []int
	for i := range 400 {
		group, truth = append(group, string(rune('A'+i%40))), append(truth, i%3)
		good, bad = append(good, i%3), append(bad, (i+rng.IntN(2))%3)
	}
	a, b := repeated(t, said(group, truth, good, 3)), repeated(t, said(group, truth, bad, 3))
	got, err := SignFlip(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got.Exact || got.P != 1.0/10000 || got.Difference < 0.3 || got.Groups != 40 {
		t.Errorf("a perfect model against one that guesses: %+v", got)
	}
	same, err := SignFlip(a, a)
	if err != nil || same.P != 1 || same.Differing != 0 {
		t.Errorf("a model against itself: %+v, %v", same, err)
	}
}

func TestHolm(t *testing.T) {
	got := Holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "adjusted p", got[i], want, exact)
	}
	if got := Holm([]float64{0.9, 0.8}); got[0] != 1 || got[1] != 1 {
		t.Errorf("large p: %v", got)
	}
}

func TestRepeatedScoresOnceARepetition(t *testing.T) {
	group, truth := []string{"x", "x", "y", "y"}, []int{0, 1, 0, 1}
	folds := said(group, truth, []int{0, 1, 1, 1}, 3)
	whole := repeated(t, folds, said(group, truth, truth, 3))
	mean, sd := whole.MacroF1()
	near(t, "macro F1", mean, (1+(2.0/3+0.8)/2)/2, exact)
	if math.IsNaN(sd) || whole.Interval() != nil || whole.Seeds() != 2 {
		t.Errorf("deviation %g, interval %v, %d seeds", sd, whole.Interval(), whole.Seeds())
	}
	text := whole.String()
	for _, want := range []string{"macro F1 0.867", "no interval: 2 groups, 10 needed", "4 windows from 2 groups", "2 of 3 classes"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

func TestRepeatedRefuses(t *testing.T) {
	good := said([]string{"x", "y"}, []int{0, 1}, []int{0, 1}, 3)
	other := said([]string{"x", "y"}, []int{0, 2}, []int{0, 1}, 3)
	wide := said([]string{"x", "y"}, []int{0, 1}, []int{0, 1}, 4)
	for _, c := range []struct {
		name, want string
		ps         []*run.Predictions
		not        []string
	}{
		{"nothing", "no repetitions", nil, nil},
		{"one group", "found one group (x)", []*run.Predictions{said([]string{"x", "x"}, []int{0, 1}, []int{0, 1}, 3)}, nil},
		{"other truth", "repetitions 1 and 2 differ", []*run.Predictions{good, other}, nil},
		{"other classes", "4 probabilities, expected", []*run.Predictions{wide}, nil},
		{"nothing estimable", "none of 3 classes", []*run.Predictions{good}, []string{"type a", "type b"}},
	} {
		_, err := NewRepeated("m", []string{"a", "b", "c"}, c.not, c.ps...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	a, b := repeated(t, good), repeated(t, good, good)
	if _, err := SignFlip(a, b); err == nil || !strings.Contains(err.Error(), "1 repetition in one and 2 repetitions") {
		t.Errorf("other numbers of repetitions: %v", err)
	}
}

func TestPoolUnits(t *testing.T) {
	p := &run.Predictions{Model: "m", Task: "type", Window: []int{3, 4, 5, 9}, Group: []string{"h", "h", "h", "i"}, Truth: []int{1, 1, 1, 0},
		Probs: [][]float64{{0.6, 0.4}, {0.6, 0.4}, {0, 1}, {0.5, 0.5}}}
	unit := []string{"s", "s", "s", "u"}
	votes, err := PoolUnits(p, unit, Votes)
	if err != nil {
		t.Fatal(err)
	}
	means, err := PoolUnits(p, unit, MeanProbability)
	if err != nil {
		t.Fatal(err)
	}
	if got := Argmax(votes.Probs); got[0] != 0 || got[1] != 0 || votes.Window[1] != 9 {
		t.Errorf("votes %v", votes)
	}
	if got := Argmax(means.Probs); got[0] != 1 {
		t.Errorf("means %v", means)
	}
	near(t, "mean", means.Probs[0][0], 0.4, exact)
	p.Truth[1] = 0
	if _, err := PoolUnits(p, unit, Votes); err == nil || !strings.Contains(err.Error(), "s has windows of class 1") {
		t.Errorf("a unit of two classes: %v", err)
	}
	if _, err := PoolUnits(p, unit[:2], Votes); err == nil {
		t.Error("too few names were no error")
	}
}

func TestPoolFolds(t *testing.T) {
	a := said([]string{"x"}, []int{0}, []int{0}, 2)
	b := said([]string{"y"}, []int{1}, []int{0}, 2)
	if _, err := PoolFolds(a, b); err == nil || !strings.Contains(err.Error(), "window 0 was tested in folds 1 and 2") {
		t.Errorf("a window in two folds: %v", err)
	}
	b.Window[0] = 7
	all, err := PoolFolds(a, b)
	if err != nil || len(all.Window) != 2 || all.Group[1] != "y" {
		t.Errorf("%v, %v", all, err)
	}
}
