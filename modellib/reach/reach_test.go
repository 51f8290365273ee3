package reach

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func ExampleDescribe() {
	// Two steps of two features.
	d := Describe([]float32{0, 3, 0, -3}, 2)
	fmt.Printf("means %.3f %.3f, spreads %.3f %.3f\n", d[0], d[1], d[2], d[3])
	// Output: means 0.000 0.000, spreads 0.000 1.818
}

// cloud draws descriptions around a centre.
func cloud(r *rand.Rand, n int, centre float64) [][]float32 {
	out := make([][]float32, n)
	for i := range out {
		for range 10 {
			out[i] = append(out[i], float32(centre+r.NormFloat64()))
		}
	}
	return out
}

// The limit holds 99 % of the validation windows, so about as many of new ones
// of the same kind, and none of those far away.
func TestLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	reach := Fit(cloud(r, 5000, 0), cloud(r, 1000, 0))
	if len(reach.Points) != Points {
		t.Errorf("%d points", len(reach.Points))
	}
	inside := 0
	for _, d := range cloud(r, 2000, 0) {
		if reach.Distance(d) <= reach.Limit {
			inside++
		}
	}
	if inside < 1940 || inside == 2000 {
		t.Errorf("%d of 2000 windows of the same kind lie inside, expected about 1980", inside)
	}
	for _, d := range cloud(r, 100, 8) {
		if reach.Distance(d) <= reach.Limit {
			t.Errorf("a window eight deviations away lies inside: %g", reach.Distance(d))
		}
	}
}

func TestEdges(t *testing.T) {
	one := [][]float32{{1, 2}}
	if r := Fit(one, nil); !math.IsInf(r.Limit, 1) || r.Distance([]float32{1, 2}) != 0 {
		t.Errorf("%+v", r)
	}
	if r := Fit(one, [][]float32{{1, 4}}); r.Limit != math.Sqrt2 {
		t.Errorf("limit %g", r.Limit)
	}
	for name, f := range map[string]func(){
		"no windows":    func() { Fit(nil, one) },
		"ragged window": func() { Describe(make([]float32, 5), 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
