package baseline

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"flowbook/internal/testdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// goldenSet is one set of tree_knn.json: what scikit-learn grows and says.
type goldenSet struct {
	TrainX [][]float32 `json:"X_train"`
	TrainY []int32     `json:"y_train"`
	TestX  [][]float32 `json:"X_test"`
	Tree   map[string]struct {
		Pred      []int
		First     [][]float64 `json:"proba_first5"`
		Feature   []int32
		Threshold []float64
		Nodes     []int `json:"n_node_samples"`
		Impurity  []float64
		Depends   []int      `json:"test_rows_where_the_prediction_depends_on_random_state_(20_seeds)"`
		Important []float64  `json:"importances"`
		Accuracy  [2]float64 `json:"accuracy_min_max_20_seeds"`
	}
	KNN   map[string]map[string]json.RawMessage
	TestY []int `json:"y_test"`
}

func goldenSets(t *testing.T) map[string]goldenSet {
	t.Helper()
	raw, err := os.ReadFile(testdata.Shared(t, "golden", "metrics", "tree_knn.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Sets map[string]goldenSet }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Sets) != 2 {
		t.Fatalf("%d sets, want 2", len(file.Sets))
	}
	return file.Sets
}

// TestTreeGolden compares with scikit-learn on the rows whose prediction does
// not depend on the order in which it looks at columns.
func TestTreeGolden(t *testing.T) {
	options := map[string]TreeOptions{
		"depthNone_split2_leaf1": {}, "depth3_split2_leaf1": {MaxDepth: 3}, "depthNone_split10_leaf5": {MinSplit: 10, MinLeaf: 5},
	}
	whole := 0
	for name, set := range goldenSets(t) {
		for _, criterion := range []Criterion{Gini, Entropy} {
			for key, o := range options {
				o.Criterion = criterion
				want, ok := set.Tree[string(criterion)+"_"+key]
				if !ok {
					t.Fatalf("%s has no tree %s %s", name, criterion, key)
				}
				tree := NewTree(set.TrainX, set.TrainY, 4, o)
				probs := tree.Predict(set.TestX)
				hits := 0
				for i, got := range labelsOf(probs) {
					if got != want.Pred[i] && !slices.Contains(want.Depends, i) {
						t.Errorf("%s %s %s, row %d: class %d, want %d", name, criterion, key, i, got, want.Pred[i])
					}
					if got == set.TestY[i] {
						hits++
					}
				}
				if a := float64(hits) / float64(len(probs)); len(want.Depends) == 0 && (a < want.Accuracy[0]-1e-9 || a > want.Accuracy[1]+1e-9) {
					t.Errorf("%s %s %s: accuracy %g, want %v", name, criterion, key, a, want.Accuracy)
				}
				if len(want.Depends) == 0 {
					whole += compareTree(t, name+" "+string(criterion)+" "+key, tree, want.Feature, want.Nodes, want.Threshold, want.Impurity)
				}
			}
		}
	}
	if whole < 2 { // small nodes tie often
		t.Errorf("%d trees are equal node for node, want at least 2", whole)
	}
}

// compareTree compares node for node, in the order depth first. Where two
// splits tie, the trees part, and all below differs in number though not in
// what is predicted: then only the root is compared.
func compareTree(t *testing.T, name string, tree *Tree, feature []int32, n []int, threshold, impurity []float64) (whole int) {
	same := slices.EqualFunc(tree.nodes, feature, func(n node, f int32) bool {
		return n.feature == f || n.feature < 0 && f < 0
	})
	for i := range tree.nodes {
		if !same && i > 0 {
			break
		}
		node := tree.nodes[i]
		if node.n != n[i] || math.Abs(node.impurity-impurity[i]) > 1e-12 {
			t.Errorf("%s, node %d: %d windows of impurity %g, want %d of %g", name, i, node.n, node.impurity, n[i], impurity[i])
		}
		if node.feature >= 0 && (node.feature != feature[i] || math.Abs(node.threshold-threshold[i]) > 1e-6) {
			t.Errorf("%s, node %d: column %d at %g, want %d at %g", name, i, node.feature, node.threshold, feature[i], threshold[i])
		}
	}
	if same {
		return 1
	}
	return 0
}

// TestKNNGoldenBothMetrics compares L1 and L2 with scikit-learn's brute force.
func TestKNNGoldenBothMetrics(t *testing.T) {
	for name, set := range goldenSets(t) {
		for key, c := range map[string]struct {
			m Metric
			k int
		}{"p1_k1": {L1, 1}, "p1_k5": {L1, 5}, "p2_k1": {L2, 1}, "p2_k5": {L2, 5}} {
			var want struct{ Pred []int }
			if err := json.Unmarshal(set.KNN[key]["brute_uniform"], &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Pred, labelsOf(KNNBy(c.m, c.k, set.TrainX, set.TrainY, set.TestX, 4))); diff != "" {
				t.Errorf("%s %s: %s", name, key, diff)
			}
		}
	}
}

// TestBestSplitAgainstTryingAll: the root of a tree is the best of all splits.
func TestBestSplitAgainstTryingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(2, 14).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "d")
		leaf := rapid.IntRange(1, 3).Draw(t, "leaf")
		x, y := make([][]float32, n), make([]int32, n)
		for i := range x {
			x[i] = rapid.SliceOfN(rapid.Map(rapid.IntRange(-2, 2), func(v int) float32 { return float32(v) }), d, d).Draw(t, "row")
			y[i] = int32(rapid.IntRange(0, 2).Draw(t, "y"))
		}
		tree := NewTree(x, y, 3, TreeOptions{Criterion: Entropy, MaxDepth: 1, MinLeaf: leaf})
		best, at := -1.0, [2]float64{-1, 0}
		for j := range d {
			for threshold := -1.5; threshold < 2; threshold++ {
				g, ok := gainOf(x, y, j, threshold, leaf)
				if ok && g > best+1e-12 {
					best, at = g, [2]float64{float64(j), threshold}
				}
			}
		}
		root := tree.nodes[0]
		if best < 0 || root.impurity <= 1e-12 {
			if root.feature >= 0 {
				t.Fatalf("split a node that has none: %+v", root)
			}
			return
		}
		got, _ := gainOf(x, y, int(root.feature), root.threshold, leaf)
		if root.feature < 0 || math.Abs(got-best) > 1e-9 || root.feature < int32(at[0]) {
			t.Fatalf("column %d at %g gains %g, column %g at %g gains %g", root.feature, root.threshold, got, at[0], at[1], best)
		}
	})
}

// gainOf is the information gain of one split, and whether both sides are large enough.
func gainOf(x [][]float32, y []int32, column int, threshold float64, leaf int) (float64, bool) {
	var side [3][]float64
	for i := range side {
		side[i] = make([]float64, 3)
	}
	var n [3]float64
	for i, row := range x {
		s := 1
		if float64(row[column]) <= threshold {
			s = 0
		}
		for _, k := range []int{s, 2} {
			side[k][y[i]]++
			n[k]++
		}
	}
	if n[0] < float64(leaf) || n[1] < float64(leaf) {
		return 0, false
	}
	return impurity(Entropy, side[2], n[2]) - n[0]/n[2]*impurity(Entropy, side[0], n[0]) - n[1]/n[2]*impurity(Entropy, side[1], n[1]), true
}

// TestUpperErrors has the rates that Quinlan's book prints (chapter 4).
func TestUpperErrors(t *testing.T) {
	for _, c := range []struct{ e, n, rate float64 }{{0, 6, 0.206}, {0, 9, 0.143}, {0, 1, 0.750}, {1, 16, 0.157}} {
		if got := upperErrors(c.e, c.n, 0.25) / c.n; math.Abs(got-c.rate) > 0.003 {
			t.Errorf("%g of %g: rate %.3f, want %.3f", c.e, c.n, got, c.rate)
		}
	}
	if got := upperErrors(3, 3, 0.25); got != 3 {
		t.Errorf("all wrong: %g errors of 3", got)
	}
}

// TestC45PrunesNoise: labels that no column knows leave a tree small, and a
// column that knows them is used.
func TestC45PrunesNoise(t *testing.T) {
	var x [][]float32
	var noise, known []int32
	for i := range 200 {
		x = append(x, []float32{float32(i * 7919 % 1000), float32(i * 104729 % 997), float32(i % 2)})
		noise, known = append(noise, int32(i*31%17%2)), append(known, int32(i%2))
	}
	full, pruned := NewTree(x, noise, 2, TreeOptions{Criterion: Entropy}), NewTree(x, noise, 2, C45())
	if full.Leaves() < 3*pruned.Leaves() {
		t.Errorf("%d leaves unpruned and %d pruned", full.Leaves(), pruned.Leaves())
	}
	tree := NewTree(x, known, 2, C45())
	if tree.Leaves() != 2 || tree.Depth() != 1 || tree.Importance()[2] != 1 {
		t.Errorf("%d leaves, depth %d, importance %v", tree.Leaves(), tree.Depth(), tree.Importance())
	}
}

func TestForestIsTheSameForAnyNumberOfProcessors(t *testing.T) {
	set := goldenSets(t)["continuous"]
	o := ForestOptions{Trees: 30, Seed: 7}
	a, b := NewForest(set.TrainX, set.TrainY, 4, o), NewForest(set.TrainX, set.TrainY, 4, o)
	pa := a.Predict(set.TestX)
	if diff := cmp.Diff(pa, b.Predict(set.TestX)); diff != "" {
		t.Error(diff)
	}
	o.Seed = 8
	if cmp.Equal(pa, NewForest(set.TrainX, set.TrainY, 4, o).Predict(set.TestX)) {
		t.Error("another seed gave the same forest")
	}
	hits := 0
	for i, k := range labelsOf(pa) {
		if k == set.TestY[i] {
			hits++
		}
	}
	if float64(hits)/float64(len(pa)) < set.Tree["gini_depthNone_split2_leaf1"].Accuracy[0] {
		t.Errorf("the forest is right in %d of %d, fewer than one tree", hits, len(pa))
	}
	sum := 0.0
	for _, v := range a.Importance() {
		sum += v
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("importances sum to %g", sum)
	}
}

func TestStratifiedHasTheSharesOfTrain(t *testing.T) {
	count := [3]int{}
	for _, k := range labelsOf(Stratified([]int32{0, 2, 2, 2}, 3, 4000, 1)) {
		count[k]++
	}
	if count[1] != 0 || count[0] < 900 || count[0] > 1100 {
		t.Errorf("drew %v of 4,000", count)
	}
}

// TestKNNWindowsAgainstFlat lays windows out flat. Whole numbers add up
// exactly in any order.
func TestKNNWindowsAgainstFlat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, steps := rapid.IntRange(1, 7).Draw(t, "d"), rapid.IntRange(1, 4).Draw(t, "steps")
		draw := func(name string, least int) (Windows, [][]float32) {
			w := Windows{}
			for range rapid.IntRange(1, 12).Draw(t, name+" rows") {
				w.Rows = append(w.Rows, rapid.SliceOfN(rapid.Map(rapid.IntRange(-3, 3), func(v int) float32 { return float32(v) }), d, d).Draw(t, "row"))
			}
			var flat [][]float32
			for range rapid.IntRange(least, trainWindows+40).Draw(t, name) {
				var index []int32
				var row []float32
				for range steps {
					r := (len(flat)*5 + len(index)*3) % len(w.Rows)
					index, row = append(index, int32(r)), append(row, w.Rows[r]...)
				}
				w.Index, flat = append(w.Index, index), append(flat, row)
			}
			return w, flat
		}
		train, trainX := draw("train", 3)
		query, x := draw("query", 1)
		y := make([]int32, len(trainX))
		for i := range y {
			y[i] = int32(i * 7 % 5)
		}
		k := rapid.IntRange(1, 3).Draw(t, "k")
		m := rapid.SampledFrom([]Metric{L1, L2}).Draw(t, "metric")
		if diff := cmp.Diff(KNNBy(m, k, trainX, y, x, 5), KNNWindows(m, k, train, y, query, 5)); diff != "" {
			t.Error(diff)
		}
		index, far := NearestWindow(m, train, query)
		for i, row := range x {
			best, at := math.Inf(1), 0
			for j, other := range trainX {
				sum := 0.0
				for c := range row {
					sum += math.Pow(math.Abs(float64(row[c])-float64(other[c])), map[Metric]float64{L1: 1, L2: 2}[m])
				}
				if sum < best {
					best, at = sum, j
				}
			}
			if m == L2 {
				best = math.Sqrt(best)
			}
			if index[i] != at || math.Abs(far[i]-best) > 1e-9 {
				t.Fatalf("window %d: nearest %d at %v, slowly %d at %v", i, index[i], far[i], at, best)
			}
		}
	})
}

// BenchmarkKNNWindows is a tenth of the queries of 60,000 × 480 against 6,000.
func BenchmarkKNNWindows(b *testing.B) {
	made := func(n int, seed float64) (Windows, []int32) {
		w, y := Windows{}, make([]int32, n)
		for r := range n + 19*n/30 {
			row := make([]float32, 24)
			for j := range row {
				row[j] = float32(math.Sin(seed + float64(r*(j+3)%1009)))
			}
			w.Rows = append(w.Rows, row)
		}
		for i := range n { // 30 windows a superflow
			index := make([]int32, 20)
			for s := range index {
				index[s] = int32(i + i/30*19 + s)
			}
			w.Index, y[i] = append(w.Index, index), int32(i%7)
		}
		return w, y
	}
	train, y := made(60_000, 1)
	query, _ := made(600, 2)
	for _, m := range []Metric{L1, L2} {
		b.Run(string(m), func(b *testing.B) {
			for b.Loop() {
				KNNWindows(m, 1, train, y, query, 7)
			}
		})
	}
}
