package control

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"flowbook/flowlib/dataset"
)

// TestExpectedAgainstTheBestClassifier lets the best classifier, which takes
// the largest class column, classify many superflows.
func TestExpectedAgainstTheBestClassifier(t *testing.T) {
	for _, strength := range []float64{0, 1, 2.5, 4} {
		s := Spec{Kind: Signal, Strength: strength, Classes: 4, Hosts: 1, Superflows: 1, Windows: 1, Steps: 1, Columns: 4}
		rng, hits := rand.New(rand.NewPCG(9, 9)), 0
		const n = 100_000
		for range n {
			best, top := 0, math.Inf(-1)
			for k := range s.Classes {
				v := rng.NormFloat64()
				if k == 0 {
					v += strength
				}
				if v > top {
					best, top = k, v
				}
			}
			if best == 0 {
				hits++
			}
		}
		if got, want := s.Expected().Best, float64(hits)/n; math.Abs(got-want) > 0.005 {
			t.Errorf("strength %g: %.4f expected, %.4f counted", strength, got, want)
		}
	}
	if e := Default(Nothing).Expected(); math.Abs(e.Best-e.Chance) > 1e-9 {
		t.Errorf("nothing allows %g, chance is %g", e.Best, e.Chance)
	}
}

func TestMake(t *testing.T) {
	for _, kind := range Kinds {
		s := Default(kind)
		set := s.Make()
		if !reflect.DeepEqual(set, s.Make()) {
			t.Errorf("%s: the same spec gave two sets", kind)
		}
		if len(set.Windows) != s.Hosts*s.Superflows*s.Windows {
			t.Errorf("%s: %d windows", kind, len(set.Windows))
		}
		split, err := set.Split(dataset.SplitSpec{Kind: "group"})
		if err != nil || split.Unit != "host" || len(split.NotEstimable) > 0 {
			t.Errorf("%s: split %+v, %v", kind, split, err)
		}
		count := map[int32]int{}
		for _, w := range set.Windows {
			count[w.Type]++
		}
		for k, n := range count {
			if n != len(set.Windows)/s.Classes {
				t.Errorf("%s: class %d has %d windows", kind, k, n)
			}
		}
	}
}

// TestWindowsOfASuperflowAreNearlyEqual: that is the leak.
func TestWindowsOfASuperflowAreNearlyEqual(t *testing.T) {
	set := Default(Leak).Make()
	row := func(w int) []float64 {
		return set.Rows[int(set.Windows[w].Rows[0])*len(set.Features):][:len(set.Features)]
	}
	for j := range set.Features {
		if d := math.Abs(row(0)[j] - row(1)[j]); d > 6*jitter {
			t.Errorf("column %d differs by %g within a superflow", j, d)
		}
	}
}

func TestPanics(t *testing.T) {
	for name, change := range map[string]func(*Spec){
		"kind":     func(s *Spec) { s.Kind = "magic" },
		"strength": func(s *Spec) { s.Strength = 1 },
		"windows":  func(s *Spec) { s.Windows = 2 },
		"columns":  func(s *Spec) { s.Columns = 1 },
	} {
		s := Default(Nothing)
		change(&s)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			s.Make()
		}()
	}
}
