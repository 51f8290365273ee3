package evaluate

import (
	"fmt"
	"math"
)

// Keras holds the metrics that the paper prints (Table 3), as Keras computes
// them: over all one-hot outputs together, where an output counts as
// predicted when its probability is above 0.5. A window whose largest
// probability is 0.5 or less is predicted as nothing.
type Keras struct {
	Accuracy  float64 `json:"accuracy"` // CategoricalAccuracy: most probable class
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`   // harmonic mean of precision and recall
	Loss      float64 `json:"loss"` // categorical cross-entropy in nats, p clipped to 1e-7
}

// kerasEpsilon bounds probabilities away from 0 and 1 in Keras' loss.
const kerasEpsilon = 1e-7

// threshold of Keras' Precision and Recall; the comparison is strict.
const threshold = 0.5

// NewKeras computes the metrics from truth [n] and probabilities [n][K], which
// are rounded to float32 first as Keras holds them so.
func NewKeras(truth []int, probs [][]float64) Keras {
	if len(truth) != len(probs) {
		panic(fmt.Sprintf("evaluate: %d truths and %d rows of probabilities", len(truth), len(probs)))
	}
	var hits, tp, fp int
	for i, row := range probs {
		best := 0
		for k, p := range row {
			if float32(p) > float32(row[best]) {
				best = k
			}
			if float32(p) > threshold {
				if k == truth[i] {
					tp++
				} else {
					fp++
				}
			}
		}
		if best == truth[i] {
			hits++
		}
	}
	m := Keras{Accuracy: ratio(hits, len(truth)), Precision: ratio(tp, tp+fp), Recall: ratio(tp, len(truth))}
	m.Loss = kerasLoss(truth, probs)
	if s := m.Precision + m.Recall; s > 0 {
		m.F1 = 2 * m.Precision * m.Recall / s
	}
	return m
}

// kerasLoss is the mean categorical cross-entropy: rows are normalised, then
// clipped, as Keras does with probabilities.
func kerasLoss(truth []int, probs [][]float64) float64 {
	sum := 0.0
	for i, row := range probs {
		total := 0.0
		for _, p := range row {
			total += p
		}
		sum -= math.Log(min(max(row[truth[i]]/total, kerasEpsilon), 1-kerasEpsilon))
	}
	return sum / float64(len(truth))
}
