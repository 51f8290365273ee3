package keras

import (
	"math"
	"testing"

	"flowbook/modellib/internal/testbackend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// differenceCase is an operation with the shapes of its inputs.
type differenceCase struct {
	name   string
	shapes [][]int
	f      func(in []*Node) *Node
}

func differenceCases() []differenceCase {
	cases := []differenceCase{
		{"dense", [][]int{{3, 4}, {4, 5}, {5}}, func(in []*Node) *Node { return Dense(in[0], in[1], in[2]) }},
		{"conv same 2×3", [][]int{{2, 4, 5, 2}, {2, 3, 2, 3}, {3}}, func(in []*Node) *Node { return ConvSame(in[0], in[1], in[2]) }},
		{"conv same 4×2", [][]int{{2, 4, 5, 2}, {4, 2, 2, 3}, {3}}, func(in []*Node) *Node { return ConvSame(in[0], in[1], in[2]) }},
		{"pool same 2×3", [][]int{{2, 5, 7, 2}}, func(in []*Node) *Node { return MaxPoolSame(in[0], 2, 3) }},
		{"conv, ReLU, pool", [][]int{{2, 5, 7, 1}, {2, 3, 1, 3}, {3}}, func(in []*Node) *Node { return ConvReluPool(in[0], in[1], in[2], 3, 2) }},
		{"batch norm", [][]int{{3, 4, 2}, {2}, {2}}, batchNorm},
		{"batch norm of some rows", [][]int{{4, 3, 2}, {2}, {2}}, func(in []*Node) *Node {
			rows := ConstAsDType(in[0].Graph(), in[0].DType(), []float64{1, 1, 0, 1})
			y := Normalize(in[0], in[1], in[2], BatchMoments(in[0], rows))
			return Mul(y, ExpandAxes(rows, 1, 2))
		}},
		{"GRU", [][]int{{2, 4, 3}, {3, 6}, {2, 6}, {2, 6}}, gru},
		{"GRU with a mask", [][]int{{2, 4, 3}, {3, 6}, {2, 6}, {2, 6}}, func(in []*Node) *Node {
			cell := DefaultGRU()
			cell.Mask = ConstAsDType(in[0].Graph(), in[0].DType(), [][]float64{{1, 1, 0, 0}, {0, 1, 1, 1}})
			return cell.LastState(in[0], in[1], in[2], in[3])
		}},
		{"cross-entropy", [][]int{{3, 4}}, func(in []*Node) *Node {
			return CrossEntropy(in[0], Const(in[0].Graph(), []int32{2, 0, 3}))
		}},
	}
	for _, a := range activations {
		cases = append(cases, differenceCase{a.name, [][]int{{40}}, func(in []*Node) *Node { return a.f(MulScalar(in[0], 2.0)) }})
	}
	return cases
}

// TestGradientsAreDifferences compares every operation's gradient with central
// differences, in float64 on the Go backend, where they are good to 1e-8.
func TestGradientsAreDifferences(t *testing.T) {
	b := testbackend.Go(t)
	const step = 1e-5
	for _, c := range differenceCases() {
		value, err := NewExec(b.Backend, func(in []*Node) *Node { return weighted(c.f(in)) })
		if err != nil {
			t.Fatal(err)
		}
		gradient, err := NewExec(b.Backend, func(in []*Node) []*Node { return Gradient(weighted(c.f(in)), in...) })
		if err != nil {
			t.Fatal(err)
		}
		at := normalInputs(c)
		call := func(e *Exec) []*tensors.Tensor {
			var args []any
			for i, shape := range c.shapes {
				args = append(args, tensors.FromFlatDataAndDimensions(at[i], shape...))
			}
			out, err := e.Call(args...)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			return out
		}
		for i, g := range call(gradient) {
			for k, got := range tensors.MustCopyFlatData[float64](g) {
				x := at[i][k]
				at[i][k] = x + step
				high := tensors.ToScalar[float64](call(value)[0])
				at[i][k] = x - step
				low := tensors.ToScalar[float64](call(value)[0])
				at[i][k] = x
				if want := (high - low) / (2 * step); math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("%s, input %d, value %d: gradient %.9g, difference %.9g", c.name, i, k, got, want)
				}
			}
		}
		value.Finalize()
		gradient.Finalize()
	}
}

// weighted sums an output with weights that differ from place to place.
func weighted(y *Node) *Node {
	y = Reshape(y, -1)
	weights := make([]float64, y.Shape().Dim(0))
	for i := range weights {
		weights[i] = math.Cos(float64(i)) + 0.3
	}
	return ReduceAllSum(Mul(y, ConstAsDType(y.Graph(), y.DType(), weights)))
}

// normalInputs are normal numbers, which tie nowhere.
func normalInputs(c differenceCase) [][]float64 {
	r := Rand(11, c.name)
	var all [][]float64
	for _, shape := range c.shapes {
		n := 1
		for _, d := range shape {
			n *= d
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		all = append(all, x)
	}
	return all
}
