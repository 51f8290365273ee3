package baseline

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// ForestOptions say how a random forest grows.
type ForestOptions struct {
	Trees int         // 0 is 100
	Tree  TreeOptions // MaxFeatures 0 is the square root of the columns here
	Seed  uint64
}

// Forest is a random forest (Breiman, Random Forests, 2001): trees on samples
// of the windows drawn with replacement, each node looking at a few columns.
type Forest struct {
	trees   []*Tree
	classes int
}

// NewForest grows the trees in parallel. Each has random numbers of its own,
// so the forest is the same for any number of processors.
func NewForest(x [][]float32, y []int32, classes int, o ForestOptions) *Forest {
	if o.Trees == 0 {
		o.Trees = 100
	}
	if o.Trees < 0 {
		panic(fmt.Sprintf("baseline: a forest of %d trees", o.Trees))
	}
	t := newTable(x, y, classes)
	if o.Tree.MaxFeatures == 0 {
		o.Tree.MaxFeatures = max(1, int(math.Sqrt(float64(len(t.column)))))
	}
	f := &Forest{trees: make([]*Tree, o.Trees), classes: classes}
	inParallel(o.Trees, func(i int) {
		rng := rand.New(rand.NewPCG(o.Seed, uint64(i)))
		rows := make([]int32, t.n)
		for k := range rows {
			rows[k] = int32(rng.IntN(t.n))
		}
		grown := o.Tree
		grown.Seed = rng.Uint64()
		f.trees[i] = t.grow(rows, grown)
	})
	return f
}

// Predict is the mean of the trees' shares: [n][classes].
func (f *Forest) Predict(x [][]float32) [][]float64 {
	probs := matrix(len(x), f.classes)
	inParallel(len(x), func(i int) {
		for _, t := range f.trees {
			if len(x[i]) != t.columns {
				panic(fmt.Sprintf("baseline: row %d has %d columns, the forest has %d", i, len(x[i]), t.columns))
			}
			for k, p := range t.leaf(x[i]).probs {
				probs[i][k] += p
			}
		}
		for k := range probs[i] {
			probs[i][k] /= float64(len(f.trees))
		}
	})
	return probs
}

// Importance is the mean of the trees' importances, as shares that sum to 1.
func (f *Forest) Importance() []float64 {
	out := make([]float64, f.trees[0].columns)
	for _, t := range f.trees {
		for j, v := range t.Importance() {
			out[j] += v / float64(len(f.trees))
		}
	}
	return out
}

// inParallel calls f for 0 … n-1 on all processors.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
}
