package keras

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// MaxPoolSame is MaxPooling2D with strides = window and padding 'same':
// x [B,H,W,C] gives [B, ceil(H/ph), ceil(W/pw), C]. Padding never wins, also
// where all values are negative.
//
// It is a chain of maxima over the positions of the window in row-major
// order, so that on ties the whole gradient goes to the first maximum, as in
// TensorFlow. (The library's pooling aligns padded windows otherwise, and its
// reduction gives the gradient to every tied maximum.)
func MaxPoolSame(x *Node, ph, pw int) *Node {
	b, h, w, c := dims4(x)
	oh, top, bottom := same(h, ph)
	ow, left, right := same(w, pw)
	x = pad(pad(x, 1, top, bottom, -math.MaxFloat32), 2, left, right, -math.MaxFloat32)
	x = Reshape(x, b, oh, ph, ow, pw, c)
	var best *Node
	for i := range ph {
		for j := range pw {
			part := Slice(x, AxisRange(), AxisRange(), AxisElem(i), AxisRange(), AxisElem(j))
			best = maximum(best, Reshape(part, b, oh, ow, c))
		}
	}
	return best
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

// maximum is Max, or b where there is no a yet.
func maximum(a, b *Node) *Node {
	if a == nil {
		return b
	}
	return Max(a, b)
}

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
