package tasks

import (
	"math/rand/v2"

	"flowbook/notebooks/exercise"
)

// Pooling is what PooledSize is asked about: places on an axis of a map, and
// how many of them a pooling window takes.
type Pooling struct{ Places, Window int }

// PooledSize asks how many places a 'same' pooling leaves.
func PooledSize() exercise.Task[Pooling, int] {
	return exercise.Task[Pooling, int]{
		Name:   "places after the pooling",
		Draw:   func(r *rand.Rand) Pooling { return Pooling{2 + r.IntN(24), 2 + r.IntN(3)} },
		Answer: func(p Pooling) int { return (p.Places + p.Window - 1) / p.Window },
		Mistakes: []exercise.Mistake[Pooling, int]{
			{Hint: "what is left over at the end gets a window of its own, filled up with padding", Answer: func(p Pooling) int { return p.Places / p.Window }},
			{Hint: "one window more only where something is left over", Answer: func(p Pooling) int { return p.Places/p.Window + 1 }},
			{Hint: "windows do not overlap: the next one begins where the last one ends", Answer: func(p Pooling) int { return p.Places - p.Window + 1 }},
		},
	}
}

// Layer is what ConvWeights is asked about: a convolution from so many channels
// to so many, with kernels of rows × columns.
type Layer struct{ Rows, Columns, In, Out int }

// ConvWeights asks for the number of weights of a convolution.
func ConvWeights() exercise.Task[Layer, int] {
	return exercise.Task[Layer, int]{
		Name: "weights of the convolution",
		Draw: func(r *rand.Rand) Layer {
			return Layer{1 + r.IntN(4), 2 + r.IntN(4), 1 + r.IntN(32), 2 + r.IntN(64)}
		},
		Answer: func(l Layer) int { return (l.Rows*l.Columns*l.In + 1) * l.Out },
		Mistakes: []exercise.Mistake[Layer, int]{
			{Hint: "each kernel has a bias", Answer: func(l Layer) int { return l.Rows * l.Columns * l.In * l.Out }},
			{Hint: "a kernel has weights for every channel that comes in", Answer: func(l Layer) int { return (l.Rows*l.Columns + 1) * l.Out }},
			{Hint: "a kernel has one bias, not one for each channel that comes in", Answer: func(l Layer) int { return (l.Rows*l.Columns + 1) * l.In * l.Out }},
		},
	}
}
