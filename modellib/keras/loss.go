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

// WeightedMean is the sum of values [B] times weights [B], divided by the
// number of real rows, a scalar: as Keras weighs classes and samples. Rows [B]
// is 1 for real rows; the weights of the others must be 0.
func WeightedMean(values, weights, rows *Node) *Node {
	return Div(ReduceAllSum(Mul(values, weights)), ReduceAllSum(rows))
}
