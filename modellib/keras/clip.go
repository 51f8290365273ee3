package keras

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// ClipNorm scales a gradient so that its Euclidean norm is at most limit, a
// scalar, as Keras' global_clipnorm does: g·limit/max(norm, limit). A gradient
// within the limit stays as it is, bit for bit.
func ClipNorm(g, limit *Node) *Node {
	norm := Sqrt(ReduceAllSum(Square(g)))
	return Mul(g, Div(limit, Max(norm, limit)))
}
