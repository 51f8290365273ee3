package keras

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Constants of Keras' BatchNormalization.
const (
	Momentum  = 0.99 // of the moving statistics
	BNEpsilon = 1e-3
)

// Moments are the mean and the variance (divided by N, not N-1) of each
// channel of a batch, [C] each, and the number N that they are taken over.
type Moments struct {
	Mean, Variance, N *Node
}

// BatchMoments takes the moments of x [B,…,C] over all axes but the last,
// where rows [B] or [B,H] is 1, of windows or of the rows of their maps; nil
// takes all. It sums within each of these first and over them then: so padding
// costs next to nothing, and backends that add float32 one after the other
// lose fewer digits.
func BatchMoments(x, rows *Node) Moments {
	batch, channels := x.Shape().Dim(0), x.Shape().Dim(-1)
	if rows != nil {
		batch, rows = rows.Shape().Size(), Reshape(rows, -1)
	}
	x = Reshape(x, batch, -1, channels)
	perRow := float64(x.Shape().Dim(1))
	n := Scalar(x.Graph(), x.DType(), float64(batch)*perRow)
	if rows != nil {
		n = MaxScalar(MulScalar(ReduceAllSum(rows), perRow), 1.0) // padding alone has mean 0
	}
	mean := func(v *Node) *Node {
		v = ReduceSum(v, 1)
		if rows != nil {
			v = Mul(v, ExpandAxes(rows, 1))
		}
		return Div(ReduceSum(v, 0), n)
	}
	m := mean(x)
	return Moments{m, mean(Square(Sub(x, ExpandAxes(m, 0, 1)))), n}
}

// Normalize is gamma·(x-mean)/sqrt(variance+0.001) + beta on the last axis of
// x [B,…,C]. Given BatchMoments, its gradient runs through mean and variance,
// as it must in training.
func Normalize(x, gamma, beta *Node, m Moments) *Node {
	flat := Reshape(x, -1, x.Shape().Dim(-1))
	scale := Mul(gamma, Reciprocal(Sqrt(AddScalar(m.Variance, BNEpsilon))))
	y := Add(Mul(Sub(flat, ExpandAxes(m.Mean, 0)), ExpandAxes(scale, 0)), ExpandAxes(beta, 0))
	return Reshape(y, x.Shape().Dimensions...)
}

// Moved are the moving statistics after a training batch: 0.99·old +
// 0.01·batch, without debiasing. keras27 feeds the unbiased variance
// v·N/(N-1), as the fused operation of Keras 2.7 does; Keras 3 feeds v.
func Moved(mean, variance *Node, batch Moments, keras27 bool) (newMean, newVariance *Node) {
	v := batch.Variance
	if keras27 {
		v = Mul(v, Div(batch.N, MaxScalar(AddScalar(batch.N, -1.0), 1.0)))
	}
	move := func(old, now *Node) *Node {
		return Add(MulScalar(old, Momentum), MulScalar(StopGradient(now), 1-Momentum))
	}
	return move(mean, batch.Mean), move(variance, v)
}
