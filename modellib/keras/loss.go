package keras

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// CrossEntropy is -log softmax(logits)[label] of each window [B], in nats,
// from logits [B,K] and class numbers labels [B] (int32). As in Keras, whose
// loss finds the logits behind the softmax, nothing is clipped.
func CrossEntropy(logits, labels *Node) *Node {
	top := StopGradient(ReduceMax(logits, -1))
	z := Sub(logits, ExpandAxes(top, -1))
	truth := OneHot(labels, logits.Shape().Dim(-1), logits.DType())
	return Sub(Log(ReduceSum(Exp(z), -1)), ReduceSum(Mul(z, truth), -1))
}

// MeanOverRows is the mean of values [B] over the real rows, a scalar.
func MeanOverRows(values, rows *Node) *Node {
	if rows == nil {
		return ReduceAllMean(values)
	}
	return Div(ReduceAllSum(Mul(values, rows)), ReduceAllSum(rows))
}
