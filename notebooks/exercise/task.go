package exercise

import "math/rand/v2"

// Task is an exercise whose answer is a function. It checks an answer on inputs
// that are drawn anew each time, so that no constant passes, and it knows the
// slips that people make, so that a hint can be about the slip. Tasks live in
// package tasks, out of sight of the cell that asks.
type Task[In, Out any] struct {
	Name string
	// Draw makes one input. Small ones, since they are printed.
	Draw func(*rand.Rand) In
	// Answer is right on every input that Draw makes.
	Answer func(In) Out
	// Tolerance is how far a number of the answer may be off, absolutely. It is
	// told to whoever answers. Everything but floats must be equal.
	Tolerance float64
	Mistakes  []Mistake[In, Out]
}

// Mistake is a typical wrong answer with the hint that helps out of it.
type Mistake[In, Out any] struct {
	Hint   string
	Answer func(In) Out
}

// Rounds is how many inputs an answer is tried on.
const Rounds = 50
