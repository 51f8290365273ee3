package baseline

import "math/rand/v2"

// Stratified guesses: each of n windows gets a class drawn with the shares
// that the labels train have, whatever the window holds. Rows of the result
// [n][classes] are 1 at that class. The same seed draws the same.
//
// It panics when train is empty or holds a label outside [0, classes).
func Stratified(train []int32, classes, n int, seed uint64) [][]float64 {
	checkLabels(train, classes)
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	probs := matrix(n, classes)
	for _, row := range probs {
		row[train[rng.IntN(len(train))]] = 1
	}
	return probs
}
