package keras

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"flowbook/internal/testdata"
	"flowbook/modellib/backend"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/internal/testbackend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// opCase is one operation of the golden unit cases: inputs by name in order,
// and the function.
type opCase struct {
	name   string
	inputs []string
	f      func(in []*Node) *Node
	tol    float64 // of the largest absolute value of the expected tensor
}

func opCases() []opCase {
	var cases []opCase
	for _, size := range []string{"2x3", "3x3", "2x2", "4x1", "1x2", "3x1"} {
		cases = append(cases, opCase{"conv_same_" + size, []string{"x", "k", "b"},
			func(in []*Node) *Node { return ConvSame(in[0], in[1], in[2]) }, 2e-6})
	}
	for _, size := range []string{"24x20_by_2x3", "12x7_by_2x3", "20x24_by_2x3", "10x8_by_2x3", "20x24_by_3x2", "7x12_by_3x2"} {
		var ph, pw int
		if _, err := fmt.Sscanf(size[strings.Index(size, "by_"):], "by_%dx%d", &ph, &pw); err != nil {
			panic(err)
		}
		cases = append(cases, opCase{"maxpool_same_" + size + "_ties", []string{"x"},
			func(in []*Node) *Node { return MaxPoolSame(in[0], ph, pw) }, 1e-7})
	}
	return append(cases,
		opCase{"maxpool_same_all_negative", []string{"x"},
			func(in []*Node) *Node { return MaxPoolSame(in[0], 2, 3) }, 1e-7},
		opCase{"batchnorm_train", []string{"x", "gamma", "beta"}, batchNorm, 2e-6},
		opCase{"batchnorm_train_channel_constant", []string{"x", "gamma", "beta"}, batchNorm, 5e-6},
		opCase{"gru_reset_after", []string{"x", "k", "r", "b"}, gru, 2e-6},
		opCase{"gru_reset_after_T20_F24_U24", []string{"x", "k", "r", "b"}, gru, 2e-6},
		opCase{"softmax_cross_entropy", []string{"z"}, func(in []*Node) *Node {
			return CrossEntropy(in[0], Const(in[0].Graph(), crossEntropyLabels))
		}, 1e-6})
}

var crossEntropyLabels []int32 // set by the test from the golden one-hot rows

func batchNorm(in []*Node) *Node { return Normalize(in[0], in[1], in[2], BatchMoments(in[0], nil)) }
func gru(in []*Node) *Node       { return DefaultGRU().LastState(in[0], in[1], in[2], in[3]) }

// TestGoldenOps compares outputs and gradients of every operation with
// TensorFlow's in float64, on every backend.
func TestGoldenOps(t *testing.T) {
	golden, err := npz.Read(testdata.Shared(t, "golden", "conventions", "ops.npz"))
	if err != nil {
		t.Fatal(err)
	}
	hot := golden["softmax_cross_entropy/onehot"]
	crossEntropyLabels = argmaxRows(hot.Data, hot.Shape[1])
	ops := opCases()
	compared := map[string]bool{}
	for key := range golden {
		op, _, _ := strings.Cut(key, "/")
		compared[op] = false
	}
	var ins []map[string]npz.Array
	for _, op := range ops {
		compared[op.name] = true
		in := map[string]npz.Array{"g": golden[op.name+"/g"]}
		for _, name := range op.inputs {
			in[name] = golden[op.name+"/"+name]
		}
		ins = append(ins, in)
	}
	for op, ok := range compared {
		if !ok {
			t.Errorf("the golden case %s is not compared", op)
		}
	}
	testbackend.Each(t, func(t *testing.T, c *backend.Choice) {
		got := runOps(t, c, ops, ins)
		for i, op := range ops {
			checkClose(t, op.name+" y", got[i][0], golden[op.name+"/y"], op.tol)
			for k, name := range op.inputs {
				checkClose(t, op.name+" d"+name, got[i][k+1], golden[op.name+"/d"+name], op.tol)
			}
		}
	})
}

// runOps returns y and d sum(g·y)/d input for each input, of each operation.
// All are one program, since each program costs XLA the same to begin with.
func runOps(t *testing.T, c *backend.Choice, ops []opCase, ins []map[string]npz.Array) [][]*tensors.Tensor {
	t.Helper()
	var args []any
	for i, op := range ops {
		args = append(args, tensor(ins[i]["g"]))
		for _, name := range op.inputs {
			args = append(args, tensor(ins[i][name]))
		}
	}
	exec, err := NewExec(c.Backend, func(in []*Node) (out []*Node) {
		for _, op := range ops {
			n := 1 + len(op.inputs)
			y := op.f(in[1:n])
			out = append(append(out, y), Gradient(ReduceAllSum(Mul(y, in[0])), in[1:n]...)...)
			in = in[n:]
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	flat, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]*tensors.Tensor
	for _, op := range ops {
		n := 1 + len(op.inputs)
		out, flat = append(out, flat[:n]), flat[n:]
	}
	return out
}

func tensor(a npz.Array) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(a.Float32(), a.Shape...)
}

// checkClose compares with tolerance tol × the largest |expected|.
func checkClose(t *testing.T, name string, got *tensors.Tensor, want npz.Array, tol float64) {
	t.Helper()
	flat := tensors.MustCopyFlatData[float32](got)
	if len(flat) != len(want.Data) {
		t.Errorf("%s: %d numbers, want %d", name, len(flat), len(want.Data))
		return
	}
	worst, top := 0.0, 0.0
	for i, w := range want.Data {
		worst, top = math.Max(worst, math.Abs(float64(flat[i])-w)), math.Max(top, math.Abs(w))
		if math.IsNaN(float64(flat[i])) {
			worst = math.Inf(1)
		}
	}
	if worst > tol*top {
		t.Errorf("%s: differs by %.2g, want at most %.2g × %.3g", name, worst, tol, top)
	}
}

func argmaxRows(data []float64, k int) []int32 {
	var out []int32
	for at := 0; at < len(data); at += k {
		best := 0
		for c := range k {
			if data[at+c] > data[at+best] {
				best = c
			}
		}
		out = append(out, int32(best))
	}
	return out
}
