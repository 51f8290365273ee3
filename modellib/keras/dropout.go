package keras

import "math/rand/v2"

// InputDropout is inverted dropout on a layer's input in training: a number
// is zeroed with probability Rate, else divided by 1-Rate. The host applies
// it to the batch before the program runs, so that it is the same on every
// backend and costs the graph nothing.
type InputDropout struct {
	Rate float64
	// PerSequence draws one mask [F] for all steps of a window, as Keras 3
	// does for recurrent layers; else each number has its own, as in Keras
	// 2.7, the paper's.
	PerSequence bool
}

// Apply changes x, windows of steps × features numbers, in place.
func (d InputDropout) Apply(r *rand.Rand, x []float32, steps, features int) {
	if d.Rate == 0 {
		return
	}
	keep := float32(1 / (1 - d.Rate))
	factor := make([]float32, features)
	for at := 0; at < len(x); at += features {
		if !d.PerSequence || at%(steps*features) == 0 {
			for f := range factor {
				factor[f] = 0
				if r.Float64() >= d.Rate {
					factor[f] = keep
				}
			}
		}
		for f, k := range factor {
			x[at+f] *= k
		}
	}
}
