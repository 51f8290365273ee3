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

// BatchMoments takes the moments of x [B,…,C] over all axes but the last, over
// the real rows only.
func BatchMoments(x, rows *Node) Moments {
	flat := Reshape(x, -1, x.Shape().Dim(-1))
	if rows == nil {
		mean := ReduceMean(flat, 0)
		return Moments{mean, ReduceMean(Square(Sub(flat, ExpandAxes(mean, 0))), 0),
			Scalar(x.Graph(), x.DType(), float64(flat.Shape().Dim(0)))}
	}
	perRow := flat.Shape().Dim(0) / rows.Shape().Dim(0)
	weight := Reshape(BroadcastToDims(ExpandAxes(rows, 1), rows.Shape().Dim(0), perRow), -1, 1)
	n := MulScalar(ReduceAllSum(rows), float64(perRow))
	mean := Div(ReduceSum(Mul(flat, weight), 0), n)
	centred := Sub(flat, ExpandAxes(mean, 0))
	return Moments{mean, Div(ReduceSum(Mul(Square(centred), weight), 0), n), n}
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
