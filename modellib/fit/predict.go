package fit

import (
	"math"
	"slices"
)

// Predict gives the softmax probabilities of every head for the given
// windows: [head][window][class].
func (n *Network) Predict(d Data, windows []int) ([][][]float64, error) {
	probs := make([][][]float64, len(n.Heads))
	b := n.NewBatch()
	for chunk := range slices.Chunk(windows, n.Batch) {
		b.Fill(d, chunk)
		logits, _, err := n.Eval(b)
		if err != nil {
			return nil, err
		}
		for i, h := range n.Heads {
			for at := 0; at < len(logits[i]); at += h.Classes {
				probs[i] = append(probs[i], softmax(logits[i][at:at+h.Classes]))
			}
		}
	}
	return probs, nil
}

// softmax is exp(z)/sum exp(z), in float64.
func softmax(logits []float32) []float64 {
	top, sum := slices.Max(logits), 0.0
	p := make([]float64, len(logits))
	for i, z := range logits {
		p[i] = math.Exp(float64(z - top))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}
