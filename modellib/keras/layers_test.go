package keras

import (
	"fmt"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/internal/testbackend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// values are n numbers between -1 and 1 with many ties.
func values(n, seed int) npz.Array {
	r := Rand(int64(seed), "values")
	a := npz.Array{Data: make([]float64, n)}
	for i := range a.Data {
		a.Data[i] = float64(r.IntN(9)-4) / 4
	}
	return a
}

func shaped(seed int, shape ...int) npz.Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	a := values(n, seed)
	a.Shape = shape
	return a
}

// TestConvReluPoolEqualsTheThreeLayers compares the fused form with
// convolution, ReLU and pooling for maps down to one row, with padding before
// and after, and with many ties: all on the Go backend, every fourth on XLA.
func TestConvReluPoolEqualsTheThreeLayers(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, c *backend.Choice) {
		var plain, fused []opCase
		var ins []map[string]npz.Array
		for i, s := range []struct{ h, w, ch, kh, kw, ph, pw int }{
			{24, 20, 1, 2, 3, 2, 3}, {12, 7, 2, 2, 3, 2, 3}, {20, 24, 1, 3, 3, 3, 2}, {7, 12, 2, 3, 3, 3, 2},
			{1, 19, 1, 2, 3, 2, 3}, {5, 19, 1, 2, 3, 2, 3}, {1, 1, 1, 3, 3, 3, 2}, {4, 4, 1, 1, 1, 3, 3}, {5, 4, 1, 4, 2, 1, 1},
		} {
			if c.Name != "go" && i%4 != 0 {
				continue
			}
			op := opCase{name: fmt.Sprint(s), inputs: []string{"x", "k", "b"}}
			ins = append(ins, map[string]npz.Array{
				"x": shaped(1, 2, s.h, s.w, s.ch), "k": shaped(2, s.kh, s.kw, s.ch, 3), "b": shaped(3, 3),
				"g": shaped(4, 2, Pooled(s.h, s.ph), Pooled(s.w, s.pw), 3),
			})
			op.f = func(n []*Node) *Node { return MaxPoolSame(Relu(ConvSame(n[0], n[1], n[2])), s.ph, s.pw) }
			plain = append(plain, op)
			op.f = func(n []*Node) *Node { return ConvReluPool(n[0], n[1], n[2], s.ph, s.pw) }
			fused = append(fused, op)
		}
		n := len(plain)
		out := runOps(t, c, append(plain, fused...), append(ins, ins...))
		for i, want := range out[:n] {
			for k, got := range out[n+i] {
				checkClose(t, fmt.Sprint(plain[i].name, " output ", k), got, array(want[k]), 3e-6)
			}
		}
	})
}

func array(t *tensors.Tensor) npz.Array {
	a := npz.Array{Shape: t.Shape().Dimensions}
	for _, v := range tensors.MustCopyFlatData[float32](t) {
		a.Data = append(a.Data, float64(v))
	}
	return a
}

// TestPaddedRowsChangeNothing: loss, moments and gradients of three real rows
// and two of padding equal those of the three rows alone.
func TestPaddedRowsChangeNothing(t *testing.T) {
	f := func(x, rows *Node) []*Node {
		gamma, beta := Const(x.Graph(), []float32{1, 2}), Const(x.Graph(), []float32{0, 1})
		m := BatchMoments(x, rows)
		y := Normalize(x, gamma, beta, m)
		logits := Reshape(ReduceMean(y, 1), -1, 2)
		count := rows
		if count == nil {
			count = OnesLike(ReduceMean(y, 1, 2))
		}
		loss := WeightedMean(CrossEntropy(logits, Const(x.Graph(), []int32{0, 1, 1, 0, 1}[:x.Shape().Dim(0)])), count, count)
		mean, variance := Moved(Zeros(x.Graph(), m.Mean.Shape()), m.Mean, m, true)
		return []*Node{m.Mean, m.Variance, mean, variance, loss, Slice(Gradient(loss, x)[0], AxisRange(0, 3))}
	}
	x := shaped(5, 5, 4, 2)
	real := npz.Array{Shape: []int{3, 4, 2}, Data: x.Data[:24]}
	testbackend.Each(t, func(t *testing.T, c *backend.Choice) {
		want, err := CallOnceN(c.Backend, func(x *Node) []*Node { return f(x, nil) }, tensor(real))
		if err != nil {
			t.Fatal(err)
		}
		got, err := CallOnceN(c.Backend, func(x, rows *Node) []*Node { return f(x, rows) },
			tensor(x), []float32{1, 1, 1, 0, 0})
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			checkClose(t, fmt.Sprint("output ", i), got[i], array(want[i]), 1e-6)
		}
	})
}
