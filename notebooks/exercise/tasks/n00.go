package tasks

import (
	"math/rand/v2"

	"flowbook/notebooks/exercise"
)

// WindowCount asks how many windows of 20 a superflow of n miniflows gives
// (section 3.2 of the paper).
func WindowCount() exercise.Task[int, int] {
	return exercise.Task[int, int]{
		Name:   "windows of n miniflows",
		Draw:   func(r *rand.Rand) int { return 1 + r.IntN(41) },
		Answer: func(n int) int { return max(n-19, 0) },
		Mistakes: []exercise.Mistake[int, int]{
			{Hint: "a superflow of 20 miniflows has one window", Answer: func(n int) int { return max(n-20, 0) }},
			{Hint: "a superflow shorter than a window has none, not less than none", Answer: func(n int) int { return n - 19 }},
			{Hint: "windows overlap: the next one begins one miniflow later, not 20", Answer: func(n int) int { return n / 20 }},
		},
	}
}

// Counts are the windows of one class: found, called something else, and of
// other classes but called by its name.
type Counts struct{ Right, Missed, False int }

// F1 asks for the harmonic mean of precision and recall; 0 when nothing was
// found.
func F1() exercise.Task[Counts, float64] {
	recall := func(c Counts) float64 { return ratio(c.Right, c.Right+c.Missed) }
	precision := func(c Counts) float64 { return ratio(c.Right, c.Right+c.False) }
	return exercise.Task[Counts, float64]{
		Name: "F1 from counts",
		Draw: func(r *rand.Rand) Counts {
			return Counts{r.IntN(30), 1 + r.IntN(30), 1 + r.IntN(30)}
		},
		Answer:    func(c Counts) float64 { return ratio(2*c.Right, 2*c.Right+c.Missed+c.False) },
		Tolerance: 1e-6,
		Mistakes: []exercise.Mistake[Counts, float64]{
			{Hint: "that is the recall alone", Answer: recall},
			{Hint: "that is the precision alone", Answer: precision},
			{Hint: "the harmonic mean is asked, not the half of the sum", Answer: func(c Counts) float64 { return (recall(c) + precision(c)) / 2 }},
			{Hint: "that is the share of right ones among all three", Answer: func(c Counts) float64 { return ratio(c.Right, c.Right+c.Missed+c.False) }},
		},
	}
}

// ratio is a/b, 0 when b is 0.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
