package evaluate

import (
	"math/rand/v2"
	"testing"
)

// skilled is a model on 20 groups of 15 windows that is right in a share of them.
func skilled(t *testing.T, name string, right float64, seed uint64) *Repeated {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 6))
	var group []string
	var truth, predicted []int
	for i := range 300 {
		k := i % 3
		group, truth = append(group, string(rune('A'+i/15))), append(truth, k)
		if rng.Float64() > right {
			k = (k + 1 + rng.IntN(2)) % 3
		}
		predicted = append(predicted, k)
	}
	r, err := NewRepeated(name, []string{"a", "b", "c"}, nil, said(group, truth, predicted, 3))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCriticalDifferences(t *testing.T) {
	good, alike, bad := skilled(t, "good", 0.9, 1), skilled(t, "alike", 0.9, 2), skilled(t, "bad", 0.4, 3)
	d, err := CriticalDifferences(bad, good, alike)
	if err != nil {
		t.Fatal(err)
	}
	if d.Models[2] != "bad" || d.Rank[2] < 2.8 || d.Groups != 20 || d.P[0][2] > 0.01 || d.P[0][1] < 0.05 || d.P[1][0] != d.P[0][1] {
		t.Errorf("%+v", d)
	}
	sum := d.Rank[0] + d.Rank[1] + d.Rank[2]
	near(t, "sum of ranks", sum, 6, exact)
	if c := d.Cliques(Alpha); len(c) != 1 || c[0] != [2]int{0, 1} {
		t.Errorf("cliques %v", c)
	}
	if _, err := CriticalDifferences(good); err == nil {
		t.Error("one model was compared with itself")
	}
	if _, err := CriticalDifferences(good, skilled(t, "good", 0.9, 1), repeated(t, said([]string{"x", "y"}, []int{0, 1}, []int{0, 1}, 3))); err == nil {
		t.Error("models of other groups were compared")
	}
}

func TestPerClass(t *testing.T) {
	r := skilled(t, "good", 0.9, 1)
	per := r.PerClass()
	if len(per) != 3 {
		t.Fatalf("%d classes", len(per))
	}
	mean := 0.0
	for _, p := range per {
		mean += p.F1 / 3
		if p.Windows != 100 || p.Groups != 20 || !p.Scored || p.Interval == nil || !p.Interval.holds(p.F1) {
			t.Errorf("%+v", p)
		}
	}
	macro, _ := r.MacroF1()
	near(t, "mean of classes", mean, macro, exact)
}
