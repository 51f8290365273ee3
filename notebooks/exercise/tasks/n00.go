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
