package baseline

import (
	"encoding/json"
	"math"
	"os"
	"sort"
	"strings"
	"testing"

	"flowbook/internal/testdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMajority(t *testing.T) {
	for _, c := range []struct {
		name  string
		train []int32
		want  []float64
	}{
		{"largest class", []int32{0, 2, 2, 1}, []float64{0, 0, 1}},
		{"tie goes to the smallest label", []int32{2, 1, 2, 1}, []float64{0, 1, 0}},
		{"one window", []int32{2}, []float64{0, 0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Majority(c.train, 3, 2)
			if diff := cmp.Diff([][]float64{c.want, c.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := Majority([]int32{0}, 1, 0); len(got) != 0 {
		t.Errorf("no windows gave %d rows", len(got))
	}
}

func TestRowsDoNotShareMemory(t *testing.T) {
	p := Majority([]int32{0}, 2, 2)
	p[0][0] = 7
	_ = append(p[0], 9)
	if p[1][0] != 1 {
		t.Error("changing one row changed another")
	}
}

func TestKNNTies(t *testing.T) {
	train := [][]float32{{0}, {2}, {2}, {0}}
	labels := []int32{2, 1, 0, 0}
	for _, c := range []struct {
		name string
		k    int
		x    float32
		want []float64
	}{
		{"all at one distance: the first index", 1, 1, []float64{0, 0, 1}},
		{"two of four: the first two indices", 2, 1, []float64{0, 0.5, 0.5}},
		{"equal rows: the first index", 1, 2, []float64{0, 1, 0}},
		{"every row votes", 4, 5, []float64{0.5, 0.25, 0.25}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := KNN(c.k, train, labels, [][]float32{{c.x}}, 3)
			if diff := cmp.Diff([][]float64{c.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestKNNGolden compares with scikit-learn's brute force (uniform weights,
// p = 2) and with the stable rule of the golden vectors' README.
func TestKNNGolden(t *testing.T) {
	type knn map[string]json.RawMessage
	var golden struct {
		Sets map[string]struct {
			TrainX [][]float32    `json:"X_train"`
			TrainY []int32        `json:"y_train"`
			TestX  [][]float32    `json:"X_test"`
			KNN    map[string]knn `json:"knn"`
		}
	}
	raw, err := os.ReadFile(testdata.Shared(t, "golden", "metrics", "tree_knn.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Sets) != 2 {
		t.Fatalf("%d sets, want 2", len(golden.Sets))
	}
	for name, set := range golden.Sets {
		for key, k := range map[string]int{"p2_k1": 1, "p2_k5": 5} {
			want := set.KNN[key]
			got := labelsOf(KNN(k, set.TrainX, set.TrainY, set.TestX, 4))
			for _, rule := range []string{"brute_uniform", "rule_stable_(distance,index)_smallest_label"} {
				var expect struct{ Pred []int }
				if err := json.Unmarshal(want[rule], &expect); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(expect.Pred, got); diff != "" {
					t.Errorf("%s %s, %s: %s", name, key, rule, diff)
				}
			}
		}
	}
}

// labelsOf takes the first largest value of each row.
func labelsOf(probs [][]float64) []int {
	out := make([]int, len(probs))
	for i, row := range probs {
		for c, p := range row {
			if p > row[out[i]] {
				out[i] = c
			}
		}
	}
	return out
}

// TestKNNAgainstSorting compares with the plainest way: sort all training
// rows by distance. Small integers make many ties; sizes cross the blocks.
func TestKNNAgainstSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 20).Draw(t, "columns")
		m := rapid.IntRange(1, 2*trainBlock/3*2).Draw(t, "train")
		n := rapid.IntRange(0, 2*queryBlock+3).Draw(t, "queries")
		k := rapid.IntRange(1, min(m, 7)).Draw(t, "k")
		row := rapid.SliceOfN(rapid.Float32Range(-1, 1), d, d)
		if rapid.Bool().Draw(t, "ties") {
			row = rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 2), func(i int) float32 { return float32(i) }), d, d)
		}
		// A few drawn rows, repeated, are enough to fill every block.
		few := rapid.SliceOfN(row, 1, 12).Draw(t, "rows")
		trainX, labels := make([][]float32, m), make([]int32, m)
		for i := range trainX {
			trainX[i], labels[i] = few[i%len(few)], int32(i*7%5)
		}
		x := make([][]float32, n)
		for i := range x {
			x[i] = few[(i*3+1)%len(few)]
		}
		got := KNN(k, trainX, labels, x, 5)
		if diff := cmp.Diff(sortAll(k, trainX, labels, x, 5), got); diff != "" {
			t.Error(diff)
		}
	})
}

// sortAll is the slow oracle of KNN.
func sortAll(k int, trainX [][]float32, labels []int32, x [][]float32, classes int) [][]float64 {
	probs := make([][]float64, 0, len(x))
	for _, q := range x {
		order, dist := make([]int, len(trainX)), make([]float64, len(trainX))
		for i, row := range trainX {
			order[i], dist[i] = i, distance(q, row, math.Inf(1))
		}
		sort.SliceStable(order, func(a, b int) bool { return dist[order[a]] < dist[order[b]] })
		votes := make([]float64, classes)
		for _, i := range order[:k] {
			votes[labels[i]]++
		}
		for c := range votes {
			votes[c] /= float64(k)
		}
		probs = append(probs, votes)
	}
	return probs
}

func TestDistanceGivesUpOnlyAboveTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 40).Draw(t, "columns")
		a := rapid.SliceOfN(rapid.Float32Range(-9, 9), d, d).Draw(t, "a")
		b := rapid.SliceOfN(rapid.Float32Range(-9, 9), d, d).Draw(t, "b")
		full := distance(a, b, math.Inf(1))
		plain := 0.0
		for i := range a {
			plain += math.Pow(float64(a[i])-float64(b[i]), 2)
		}
		if math.Abs(full-plain) > 1e-12*(1+plain) {
			t.Fatalf("distance %g, plain sum %g", full, plain)
		}
		limit := rapid.Float64Range(0, 2*full+1).Draw(t, "limit")
		if got := distance(a, b, limit); (got < limit) != (full < limit) || (got < limit && got != full) {
			t.Fatalf("limit %g: got %g, full distance %g", limit, got, full)
		}
	})
}

func TestPanics(t *testing.T) {
	one, nan := [][]float32{{1}}, float32(math.NaN())
	for _, c := range []struct {
		name, want string
		call       func()
	}{
		{"empty train", "no windows to learn from", func() { Majority(nil, 2, 1) }},
		{"label too large", "label 2 of train window 1, want 0 to 1", func() { Majority([]int32{0, 2}, 2, 1) }},
		{"sizes", "1 training rows and 2 labels", func() { KNN(1, one, []int32{0, 0}, one, 1) }},
		{"k", "k = 2, want 1 to 1", func() { KNN(2, one, []int32{0}, one, 1) }},
		{"no columns", "rows without columns", func() { KNN(1, [][]float32{{}}, []int32{0}, one, 1) }},
		{"width", "query row 0 has 2 columns, want 1", func() { KNN(1, one, []int32{0}, [][]float32{{1, 2}}, 1) }},
		{"NaN", "query row 0, column 0 is NaN", func() { KNN(1, one, []int32{0}, [][]float32{{nan}}, 1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				msg, _ := recover().(string)
				if !strings.HasPrefix(msg, "baseline: ") || !strings.Contains(msg, c.want) {
					t.Errorf("panic %q, want one with %q", msg, c.want)
				}
			}()
			c.call()
		})
	}
}

func BenchmarkKNN(b *testing.B) {
	// The shape of the paper's windows: 7,634 × 480 against 1,637, here a tenth of the queries.
	row := func(seed int) []float32 {
		r := make([]float32, 480)
		for i := range r {
			r[i] = float32(math.Sin(float64(seed*31+i*i%97))) + float32(seed%50)
		}
		return r
	}
	trainX, labels := make([][]float32, 7634), make([]int32, 7634)
	for i := range trainX {
		trainX[i], labels[i] = row(i), int32(i%7)
	}
	x := make([][]float32, 164)
	for i := range x {
		x[i] = row(i * 13)
	}
	for b.Loop() {
		KNN(1, trainX, labels, x, 7)
	}
}
