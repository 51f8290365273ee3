package keras

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"flowbook/internal/testdata"
	"flowbook/modellib/backend"
	"flowbook/modellib/internal/testbackend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// adamStep is what Keras' Adam made of a step.
type adamStep struct{ Param, M, V []float32 }

// goldenAdam reads the gradients, the start and the steps at a rate of 0.0008.
func goldenAdam(t *testing.T) (gradients [][]float32, start []float32, steps []adamStep) {
	t.Helper()
	raw, err := os.ReadFile(testdata.Shared(t, "golden", "conventions", "conventions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Adam map[string]json.RawMessage }
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	var rate struct {
		Keras []adamStep `json:"keras_float32"`
	}
	for name, dst := range map[string]any{"gradients": &gradients, "start": &start, "lr_0.0008": &rate} {
		if err := json.Unmarshal(golden.Adam[name], dst); err != nil {
			t.Fatal(err)
		}
	}
	return gradients, start, rate.Keras
}

// TestAdamGolden follows Keras' Adam through gradients so small that the place
// of epsilon shows.
func TestAdamGolden(t *testing.T) {
	gradients, start, steps := goldenAdam(t)
	testbackend.Each(t, func(t *testing.T, c *backend.Choice) {
		state := []any{start, make([]float32, len(start)), make([]float32, len(start))}
		for i, g := range gradients {
			out, err := CallOnceN(c.Backend, func(in []*Node) []*Node {
				p, m, v := Adam(in[0], in[1], in[2], in[3], in[4])
				return []*Node{p, m, v}
			}, state[0], g, state[1], state[2], float32(AdamRate(0.0008, i+1)))
			if err != nil {
				t.Fatal(err)
			}
			for k, want := range [][]float32{steps[i].Param, steps[i].M, steps[i].V} {
				flat := tensors.MustCopyFlatData[float32](out[k])
				state[k] = flat
				for j, w := range want {
					tol := 3e-7
					if k > 0 { // the moments are small
						tol = 2e-7 * math.Max(1e-3, math.Abs(float64(w)))
					}
					if math.Abs(float64(flat[j]-w)) > tol {
						t.Errorf("step %d, value %d of %s: %g, want %g", i+1, j, []string{"p", "m", "v"}[k], flat[j], w)
					}
				}
			}
		}
	})
}

func TestGlorotUniformStatistics(t *testing.T) {
	for _, shape := range [][]int{{2, 3, 1, 32}, {2, 3, 32, 64}, {1152, 200}, {24, 72}} {
		w := GlorotUniform(Rand(1, "w"), shape...)
		places := 1
		for _, d := range shape[:len(shape)-2] {
			places *= d
		}
		limit := math.Sqrt(6 / float64(places*(shape[len(shape)-1]+shape[len(shape)-2])))
		var sum, squares float64
		for _, v := range w {
			sum, squares = sum+float64(v), squares+float64(v)*float64(v)
			if math.Abs(float64(v)) > limit {
				t.Fatalf("%v: %g is beyond the limit %g", shape, v, limit)
			}
		}
		n := float64(len(w))
		// Four standard errors of the mean and of the standard deviation.
		if want := limit / math.Sqrt(3); math.Abs(sum/n) > 4*want/math.Sqrt(n) || math.Abs(math.Sqrt(squares/n)/want-1) > 2/math.Sqrt(n) {
			t.Errorf("%v: mean %g, deviation %g, want 0 and %g", shape, sum/n, math.Sqrt(squares/n), want)
		}
	}
}

func TestOrthogonalRows(t *testing.T) {
	const rows, cols = 24, 72
	w := Orthogonal(Rand(7, "w"), rows, cols)
	var squares float64
	for i := range rows {
		for j := range rows {
			var s float64
			for k := range cols {
				s += float64(w[i*cols+k]) * float64(w[j*cols+k])
			}
			if want := map[bool]float64{true: 1}[i == j]; math.Abs(s-want) > 1e-6 {
				t.Fatalf("row %d · row %d = %g, want %g", i, j, s, want)
			}
		}
	}
	for _, v := range w {
		squares += float64(v) * float64(v)
	}
	if math.Abs(squares-rows) > 1e-4 {
		t.Errorf("sum of squares %g, want %d", squares, rows)
	}
}

func TestRandDependsOnSeedAndNameOnly(t *testing.T) {
	a, b, c := Rand(1, "a").Uint64(), Rand(1, "b").Uint64(), Rand(2, "a").Uint64()
	if a == b || a == c || a != Rand(1, "a").Uint64() {
		t.Error("seed and name do not decide the numbers alone")
	}
}

func TestInputDropout(t *testing.T) {
	const windows, steps, features = 200, 5, 4
	for _, perSequence := range []bool{false, true} {
		x := slices.Repeat([]float32{1}, windows*steps*features)
		InputDropout{Rate: 0.25, PerSequence: perSequence}.Apply(Rand(3, "d"), x, steps, features)
		zeros, differ := 0, false
		for i, v := range x {
			if v == 0 {
				zeros++
			} else if v != float32(1/0.75) {
				t.Fatalf("kept value %g", v)
			}
			if i%(steps*features) >= features && v != x[i-features] {
				differ = true
			}
		}
		if share := float64(zeros) / float64(len(x)); math.Abs(share-0.25) > 0.05 {
			t.Errorf("per sequence %v: share of zeros %g", perSequence, share)
		}
		if differ == perSequence {
			t.Errorf("per sequence %v: steps differ: %v", perSequence, differ)
		}
	}
}
