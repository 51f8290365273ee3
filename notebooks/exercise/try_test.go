package exercise

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// square is a task with one typical slip.
func square() Task[int, int] {
	return Task[int, int]{
		Name:     "square",
		Draw:     func(r *rand.Rand) int { return 3 + r.IntN(20) },
		Answer:   func(n int) int { return n * n },
		Mistakes: []Mistake[int, int]{{"a square is n times n, not twice n", func(n int) int { return 2 * n }}},
	}
}

func ExampleTry() {
	Try(square(), func(n int) int { return 0 })
	Try(square(), func(n int) int { return 2 * n })
	Try(square(), func(n int) int { return n * n })
	// Output:
	// ○ square: not answered yet
	// ≈ square: nearly
	//   hint: a square is n times n, not twice n
	// ✓ square: right on 50 inputs drawn afresh
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(int) int
		want   string
	}{
		"a constant":     {func(int) int { return 9 }, "✗ square: for "},
		"a panic":        {func(n int) int { return []int{}[n] }, "✗ square: it panics on "},
		"no end":         {func(int) int { select {} }, "✗ square: stopped after 50ms"},
		"right":          {func(n int) int { return n * n }, "✓ square: right on 50 inputs"},
		"partly answers": {func(n int) int { return n * n * (n % 2) }, "✗ square: for "},
	} {
		v := judge(square(), c.answer, rand.New(rand.NewPCG(1, 2)), 50*time.Millisecond)
		if !strings.HasPrefix(v.String(), c.want) {
			t.Errorf("%s: %q, want %q…", name, v, c.want)
		}
	}
}

// An answer may sort or overwrite what it is given; the next round, the known
// slips and the right answer see fresh inputs.
func TestInputsAreFresh(t *testing.T) {
	sum := func(xs []float64) float64 {
		s := 0.0
		for _, x := range xs {
			s += x
		}
		return s
	}
	task := Task[[]float64, float64]{Name: "sum", Tolerance: 1e-9, Answer: sum,
		Draw: func(r *rand.Rand) []float64 { return []float64{r.Float64(), 1 + r.Float64()} }}
	spoil := func(xs []float64) float64 {
		s := sum(xs)
		clear(xs)
		return s
	}
	if v := judge(task, spoil, rand.New(rand.NewPCG(1, 2)), time.Minute); !v.ok || !strings.Contains(v.text, "tolerance 1e-09") {
		t.Errorf("%v, want right with its tolerance", v)
	}
}

func TestSame(t *testing.T) {
	type pair struct{ a, b float64 }
	for _, c := range []struct {
		a, b any
		want bool
	}{
		{1.0, 1.04, true}, {1.0, 1.06, false}, {math.NaN(), math.NaN(), true}, {math.NaN(), 0.0, false},
		{math.Inf(1), math.Inf(1), true}, {math.Inf(1), math.Inf(-1), false},
		{[]float64{1, 2}, []float64{1.01, 2}, true}, {[]float64{1}, []float64{1, 2}, false}, {[]int(nil), []int{}, true},
		{[]int{1}, []int{2}, false}, {pair{1, 2}, pair{1.01, 2}, true}, {pair{1, 2}, pair{1, 3}, false},
		{map[string]float64{"a": 1}, map[string]float64{"a": 1.01}, true}, {map[string]int{"a": 1}, map[string]int{"b": 1}, false},
		{"a", "a", true}, {"a", "b", false}, {1, 1.0, false}, {nil, nil, true}, {nil, 1, false},
	} {
		if got := same(c.a, c.b, 0.05); got != c.want {
			t.Errorf("same(%v, %v) = %v", c.a, c.b, got)
		}
	}
}

func TestEmpty(t *testing.T) {
	if !empty([][]int{{}, nil}) || empty([][]int{nil, {0}}) || !empty([]float64{0, 0}) || empty([]string{"", "a"}) {
		t.Error("empty must hold for zero values and empty lists only")
	}
}
