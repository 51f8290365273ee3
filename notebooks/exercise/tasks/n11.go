package tasks

import (
	"math"
	"math/rand/v2"

	"flowbook/notebooks/exercise"
)

// Gates is what NextState is asked about: a GRU's update gate, its state and
// its candidate.
type Gates struct{ Z, State, Candidate float64 }

// NextState asks for the state after a step of a GRU, as Keras and the paper
// have it.
func NextState() exercise.Task[Gates, float64] {
	return exercise.Task[Gates, float64]{
		Name: "state after the step",
		Draw: func(r *rand.Rand) Gates {
			return Gates{0.05 + 0.4*r.Float64(), 0.2 + 0.7*r.Float64(), -0.9 + 0.7*r.Float64()}
		},
		Answer:    func(g Gates) float64 { return g.Z*g.State + (1-g.Z)*g.Candidate },
		Tolerance: 1e-9,
		Mistakes: []exercise.Mistake[Gates, float64]{
			{Hint: "here z says how much of the old state stays (other books have it the other way round)", Answer: func(g Gates) float64 { return (1-g.Z)*g.State + g.Z*g.Candidate }},
			{Hint: "old and new share the state: what z leaves goes to the candidate", Answer: func(g Gates) float64 { return g.Z*g.State + g.Candidate }},
			{Hint: "the candidate has been through its tanh already", Answer: func(g Gates) float64 { return math.Tanh(g.Z*g.State + (1-g.Z)*g.Candidate) }},
		},
	}
}

// Recurrent is what GRUWeights is asked about: features of a step, and units.
type Recurrent struct{ Features, Units int }

// GRUWeights asks for the number of weights of a GRU with two biases, as Keras
// has it since version 2.
func GRUWeights() exercise.Task[Recurrent, int] {
	return exercise.Task[Recurrent, int]{
		Name:   "weights of the GRU",
		Draw:   func(r *rand.Rand) Recurrent { return Recurrent{1 + r.IntN(30), 2 + r.IntN(30)} },
		Answer: func(g Recurrent) int { return 3 * g.Units * (g.Features + g.Units + 2) },
		Mistakes: []exercise.Mistake[Recurrent, int]{
			{Hint: "there are three such sets: for z, r and c", Answer: func(g Recurrent) int { return g.Units * (g.Features + g.Units + 2) }},
			{Hint: "each of the three lines has two biases, one for the input's part and one for the state's", Answer: func(g Recurrent) int { return 3 * g.Units * (g.Features + g.Units + 1) }},
			{Hint: "the biases are missing", Answer: func(g Recurrent) int { return 3 * g.Units * (g.Features + g.Units) }},
			{Hint: "U reads the state: it has a weight for every unit", Answer: func(g Recurrent) int { return 3 * g.Units * (g.Features + 2) }},
		},
	}
}
