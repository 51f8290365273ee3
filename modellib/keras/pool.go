package keras

import (
	"fmt"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
)

// MaxPoolSame is MaxPooling2D with strides = window and padding 'same':
// x [B,H,W,C] gives [B, ceil(H/ph), ceil(W/pw), C]. Padding never wins, also
// where all values are negative.
//
// On ties the whole gradient goes to the first maximum in row-major order, as
// in TensorFlow. (The library's pooling aligns padded windows otherwise.)
func MaxPoolSame(x *Node, ph, pw int) *Node {
	b, h, w, c := dims4(x)
	oh, top, bottom := same(h, ph)
	ow, left, right := same(w, pw)
	x = pad(pad(x, 1, top, bottom, -math.MaxFloat32), 2, left, right, -math.MaxFloat32)
	return maxFirst(Reshape(x, b, oh, ph, ow, pw, c), 2, 4)
}

// maxFirst is the maximum over some axes, whose gradient goes to the first one
// of equal maxima. (The library's goes to all of them.)
//
// Two reductions, to the maximum and to its place, make values of their own,
// from which each place tells its share of the gradient. A chain of Max gives
// the same, but XLA computes the whole chain anew for each place.
func maxFirst(x *Node, axes ...int) *Node {
	marked := IdentityWithCustomGradient(x, func(x, v *Node) *Node {
		places := ScalarZero(x.Graph(), x.DType())
		n := 1
		shape := x.Shape().Clone()
		for axis := range shape.Dimensions {
			if !slices.Contains(axes, axis) {
				shape.Dimensions[axis] = 1
			}
		}
		for _, axis := range slices.Backward(axes) {
			places = Add(places, MulScalar(Iota(x.Graph(), shape, axis), n))
			n *= shape.Dim(axis)
		}
		places = BroadcastToShape(places, x.Shape())
		none := FillScalar(x.Graph(), x.Shape(), float64(n))
		best := ReduceAndKeep(x, ReduceMax, axes...)
		first := ReduceAndKeep(Where(GreaterOrEqual(x, best), places, none), ReduceMin, axes...)
		return Where(Equal(places, first), v, ZerosLike(v))
	})
	return ReduceMax(marked, axes...)
}

// Pooled is the size of an axis of n places after a 'same' pooling of size k.
func Pooled(n, k int) int {
	out, _, _ := same(n, k)
	return out
}

// same is TensorFlow's 'same' with stride = k: number of outputs, padding
// before and after.
func same(n, k int) (out, before, after int) {
	out = (n + k - 1) / k
	total := out*k - n
	return out, total / 2, total - total/2
}

// Relu is max(x, 0); its gradient at 0 is 0, as in TensorFlow.
func Relu(x *Node) *Node { return Max(ScalarZero(x.Graph(), x.DType()), x) }

// pad puts constant values before and after x on one axis. It concatenates,
// since the library's Pad has no gradient.
func pad(x *Node, axis, before, after int, value float64) *Node {
	fill := func(n int) *Node {
		shape := x.Shape().Clone()
		shape.Dimensions[axis] = n
		return FillScalar(x.Graph(), shape, value)
	}
	var parts []*Node
	if before > 0 {
		parts = append(parts, fill(before))
	}
	parts = append(parts, x)
	if after > 0 {
		parts = append(parts, fill(after))
	}
	if len(parts) == 1 {
		return x
	}
	return Concatenate(parts, axis)
}

// dims4 returns the dimensions of a node of rank 4.
func dims4(x *Node) (a, b, c, d int) {
	if x.Rank() != 4 {
		panic(fmt.Sprintf("keras: rank %d (%s), want 4", x.Rank(), x.Shape()))
	}
	s := x.Shape()
	return s.Dim(0), s.Dim(1), s.Dim(2), s.Dim(3)
}
