package evaluate

import (
	"fmt"
	"math"
)

// Probabilities below this are raised to it before a logarithm is taken, so
// that one window with p = 0 on its class costs 36.04 nats and not infinity:
// the epsilon of float64, as scikit-learn has it.
const leastProbability = 0x1p-52

// LogLoss is the mean negative logarithm of the probability of the true
// class, in nats. Probabilities are clipped to [2⁻⁵², 1−2⁻⁵²] as in
// scikit-learn's log_loss; rows are taken as they are and not normalised.
// Without windows it is NaN.
func LogLoss(truth []int, probs [][]float64) float64 {
	sameLength(truth, probs)
	sum := 0.0
	for i, row := range probs {
		sum -= math.Log(min(max(row[truth[i]], leastProbability), 1-leastProbability))
	}
	return sum / float64(len(probs))
}

// Brier is the mean squared distance of the probabilities from the one-hot
// truth, summed over the classes: 0 at best and 2 at worst. (For two classes
// scikit-learn prints half of it.)
func Brier(truth []int, probs [][]float64) float64 {
	sameLength(truth, probs)
	sum := 0.0
	for i, row := range probs {
		for k, p := range row {
			if k == truth[i] {
				p--
			}
			sum += p * p
		}
	}
	return sum / float64(len(probs))
}

// TopK is the share of windows whose true class is among the k most probable.
// Of equally probable classes the larger class number stands first, as in
// scikit-learn's top_k_accuracy_score, except that k = 1 is not Argmax then.
func TopK(truth []int, probs [][]float64, k int) float64 {
	sameLength(truth, probs)
	hits := 0
	for i, row := range probs {
		before := 0
		for c, p := range row {
			if p > row[truth[i]] || p == row[truth[i]] && c > truth[i] {
				before++
			}
		}
		if before < k {
			hits++
		}
	}
	return ratio(hits, len(truth))
}

// Confidence is the largest probability of each row.
func Confidence(probs [][]float64) []float64 {
	out := make([]float64, len(probs))
	for i, k := range Argmax(probs) {
		out[i] = probs[i][k]
	}
	return out
}

// sameLength panics when truths and rows do not belong together.
func sameLength(truth []int, probs [][]float64) {
	if len(truth) != len(probs) {
		panic(fmt.Sprintf("evaluate: %d truths and %d rows of probabilities", len(truth), len(probs)))
	}
	for i, k := range truth {
		if k < 0 || k >= len(probs[i]) {
			panic(fmt.Sprintf("evaluate: window %d has truth %d, want 0 to %d", i, k, len(probs[i])-1))
		}
	}
}
