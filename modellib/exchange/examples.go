package exchange

import (
	"flowbook/modellib/keras"

	"github.com/gomlx/compute"
)

// exampleWindows is how many windows a file holds to be checked with.
const exampleWindows = 16

// examples are windows and what the network makes of them.
type examples struct {
	windows []float64   // raw
	mask    []float32   // nil where the network reads none
	probs   [][]float32 // a head each
}

// examples are windows of normal numbers about the mean of the training. With
// a mask, window i has its last i mod steps steps padded.
func (m *Model) examples(be compute.Backend) (e examples, err error) {
	r := keras.Rand(1, "examples of an exported network")
	for range exampleWindows * m.Steps {
		for f := range m.Features {
			e.windows = append(e.windows, m.Mean[f]+float64(r.NormFloat64()*m.Std[f]))
		}
	}
	if m.Mask {
		e.mask = ones(exampleWindows * m.Steps)
		for w := range exampleWindows {
			clear(e.mask[(w+1)*m.Steps-w%m.Steps : (w+1)*m.Steps])
		}
	}
	e.probs, err = m.Predict(be, e.windows, e.mask)
	return e, err
}
