package keras

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// ConvSame is Conv2D with stride 1 and padding 'same': x [B,H,W,C], kernel
// [kh,kw,C,F], bias [F] give [B,H,W,F]. Of the k-1 padded rows floor((k-1)/2)
// stand before, the rest after.
//
// It gathers the kh·kw shifted maps side by side and multiplies once. The
// library's convolution is not used since its gradient with respect to the
// input is wrong for even kernels.
func ConvSame(x, kernel, bias *Node) *Node {
	b, h, w, _ := dims4(x)
	kh, kw, c, f := dims4(kernel)
	padded := pad(pad(x, 1, (kh-1)/2, kh/2, 0), 2, (kw-1)/2, kw/2, 0)
	parts := make([]*Node, 0, kh*kw)
	for i := range kh {
		for j := range kw {
			parts = append(parts, Slice(padded, AxisRange(), AxisRange(i, i+h), AxisRange(j, j+w)))
		}
	}
	columns := Reshape(Concatenate(parts, -1), b*h*w, kh*kw*c)
	return Reshape(Dense(columns, Reshape(kernel, kh*kw*c, f), bias), b, h, w, f)
}

// ConvReluPool equals MaxPoolSame(Relu(ConvSame(x, kernel, bias)), ph, pw),
// in output and gradient, and is faster where x has few channels.
//
// The padded input is split into its ph·pw phases (every ph-th row, every
// pw-th column), so that the convolution at one position of all pooling
// windows needs plain slices only. The maximum runs over the ph·pw results,
// and ReLU comes after it, on so much less data.
func ConvReluPool(x, kernel, bias *Node, ph, pw int) *Node {
	b, h, w, c := dims4(x)
	kh, kw, _, f := dims4(kernel)
	rows, cols := newPhases(h, kh, ph), newPhases(w, kw, pw)
	x = pad(pad(x, 1, rows.before, rows.after, 0), 2, cols.before, cols.after, 0)
	x = Reshape(x, b, rows.blocks, ph, cols.blocks, pw, c)
	x = TransposeAllAxes(x, 2, 4, 0, 1, 3, 5) // phases first
	patch := func(r, s int) *Node {
		return Reshape(Slice(x, AxisElem(r%ph), AxisElem(s%pw), AxisRange(),
			AxisRange(r/ph, r/ph+rows.out), AxisRange(s/pw, s/pw+cols.out)), b*rows.out*cols.out, c)
	}
	var columns []*Node
	for p := range ph {
		for q := range pw {
			parts := make([]*Node, 0, kh*kw)
			for i := range kh {
				for j := range kw {
					parts = append(parts, patch(p+i, q+j))
				}
			}
			columns = append(columns, Concatenate(parts, -1))
		}
	}
	y := Dot(Concatenate(columns, 0), Reshape(kernel, kh*kw*c, f)).Product()
	y = onlyInside(Reshape(y, ph, pw, b, rows.out, cols.out, f), rows, cols)
	// The bias is the same for all positions, so it can wait for the maximum.
	return Relu(Add(maxFirst(y, 0, 1), ExpandAxes(bias, 0, 1, 2)))
}

// phases lays out one axis of n places for a 'same' convolution of size
// kernel followed by a 'same' pooling of size pool: output o of the pooling
// sees at position p the convolution at place o·pool + p - poolBefore, which
// reads the padded input from o·pool + p on.
type phases struct {
	n, pool, out  int
	poolBefore    int
	blocks        int // padded size / pool
	before, after int // padding
}

func newPhases(n, kernel, pool int) phases {
	out, poolBefore, _ := same(n, pool)
	a := phases{n: n, pool: pool, out: out, poolBefore: poolBefore}
	a.blocks = (out*pool + kernel - 1 + pool - 1) / pool
	a.before = poolBefore + (kernel-1)/2
	a.after = a.blocks*pool - n - a.before
	return a
}

// valid says for each pooling window whether its position p lies on the map.
func (a phases) valid(p int) []bool {
	out := make([]bool, a.out)
	for o := range out {
		place := o*a.pool + p - a.poolBefore
		out[o] = place >= 0 && place < a.n
	}
	return out
}

// onlyInside sets y [ph,pw,B,rows,cols,F] to the lowest number where it lies in
// the pooling's padding, which never wins.
func onlyInside(y *Node, rows, cols phases) *Node {
	inside := make([][][][][][]bool, rows.pool)
	all := true
	for p := range inside {
		inside[p] = make([][][][][]bool, cols.pool)
		for q := range inside[p] {
			inside[p][q] = [][][][]bool{make([][][]bool, rows.out)}
			for r := range rows.out {
				inside[p][q][0][r] = make([][]bool, cols.out)
				for c := range cols.out {
					ok := rows.valid(p)[r] && cols.valid(q)[c]
					inside[p][q][0][r][c], all = []bool{ok}, all && ok
				}
			}
		}
	}
	if all {
		return y
	}
	mask := BroadcastToShape(Const(y.Graph(), inside), y.Shape().Clone())
	return Where(mask, y, FillScalar(y.Graph(), y.Shape(), -math.MaxFloat32))
}
