package keras

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Constants of Keras' Adam.
const (
	Beta1       = 0.9
	Beta2       = 0.999
	AdamEpsilon = 1e-7
)

// AdamRate is the corrected learning rate of step t (from 1):
// rate·sqrt(1-0.999^t)/(1-0.9^t). The host computes it, so that one program
// serves all steps and any schedule.
func AdamRate(rate float64, t int) float64 {
	return rate * math.Sqrt(1-math.Pow(Beta2, float64(t))) / (1 - math.Pow(Beta1, float64(t)))
}

// Adam is one step on a parameter p with gradient g and moments m and v, all
// of one shape; rate is the scalar AdamRate. Epsilon stands outside the bias
// correction ("epsilon hat" of Kingma and Ba), which is Keras' form and not
// GoMLX's: in the first steps the two differ for small gradients.
func Adam(p, g, m, v, rate *Node) (newP, newM, newV *Node) {
	newM = Add(m, MulScalar(Sub(g, m), 1-Beta1))
	newV = Add(v, MulScalar(Sub(Square(g), v), 1-Beta2))
	step := Div(Mul(rate, newM), AddScalar(Sqrt(newV), AdamEpsilon))
	return Sub(p, step), newM, newV
}
