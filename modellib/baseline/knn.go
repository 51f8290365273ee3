package baseline

import (
	"fmt"
	"math"
)

// Sizes of the blocks that are compared at a time: a block of training rows
// stays in the cache while a block of windows passes over it.
const (
	trainBlock = 256
	queryBlock = 32
	// chunk is how many columns are summed before a distance is given up:
	// once a part of the sum is above the k-th best there is no way back.
	chunk = 8
)

// KNN gives each row of x [n][d] the vote of its k nearest training rows
// trainX [m][d] by Euclidean distance, summed in float64 over all columns
// (brute force; the result is exact). trainY [m] are the labels.
//
// Ties follow one stable rule: among rows at the same distance the smaller
// training index is nearer. The result [n][classes] holds votes/k; who takes
// the first largest value gives a tied vote to the smallest label. Both rules
// together equal scikit-learn's brute-force KNeighborsClassifier.
//
// It uses all processors and gives the same result for any number of them. It
// panics when the sizes do not fit, k is not in 1 … m, a label is outside
// [0, classes), or a number is not finite.
func KNN(k int, trainX [][]float32, trainY []int32, x [][]float32, classes int) [][]float64 {
	return KNNBy(L2, k, trainX, trainY, x, classes)
}

// Metric is how far two rows are apart.
type Metric string

// The metrics.
const (
	L1 Metric = "L1" // sum of absolute differences
	L2 Metric = "L2" // Euclidean
)

// KNNBy is KNN by the given metric.
func KNNBy(m Metric, k int, trainX [][]float32, trainY []int32, x [][]float32, classes int) [][]float64 {
	checkLabels(trainY, classes)
	checkRows(trainX, trainY)
	checkNeighbours(m, k, len(trainX))
	d := len(trainX[0])
	train, query := flatten("training", trainX, d), flatten("query", x, d)
	probs := matrix(len(x), classes)
	far := m.distance()
	inParallel((len(x)+queryBlock-1)/queryBlock, func(b int) {
		lo, hi := b*queryBlock, min((b+1)*queryBlock, len(x))
		for i, near := range nearest(far, k, d, train, query[lo*d:hi*d]) {
			vote(probs[lo+i], near, trainY)
		}
	})
	return probs
}

// checkRows panics when rows and labels do not belong together.
func checkRows(x [][]float32, y []int32) {
	if len(x) != len(y) {
		panic(fmt.Sprintf("baseline: %d training rows and %d labels", len(x), len(y)))
	}
	if len(x[0]) == 0 {
		panic("baseline: rows without columns")
	}
}

func checkNeighbours(m Metric, k, rows int) {
	if m != L1 && m != L2 {
		panic(fmt.Sprintf("baseline: metric %q, known are %q and %q", m, L1, L2))
	}
	if k < 1 || k > rows {
		panic(fmt.Sprintf("baseline: k = %d, want 1 to %d (the training rows)", k, rows))
	}
}

// distance is the function that adds up the metric, up to a limit. For L2 it
// is the square, which orders rows alike.
func (m Metric) distance() func(a, b []float32, limit float64) float64 {
	if m == L1 {
		return absolute
	}
	return distance
}

// vote writes the share of each label among the neighbours.
func vote(probs []float64, near []neighbour, labels []int32) {
	for _, n := range near {
		probs[labels[n.index]]++
	}
	for c := range probs {
		probs[c] /= float64(len(near))
	}
}

// neighbour is a training row with its squared distance from a query.
type neighbour struct {
	dist  float64
	index int
}

// nearest returns the k nearest training rows of each query row, nearest
// first. train and query are row-major with d columns.
func nearest(far func(a, b []float32, limit float64) float64, k, d int, train, query []float32) [][]neighbour {
	near := strangers(len(query)/d, k)
	rows := len(train) / d
	for lo := 0; lo < rows; lo += trainBlock {
		hi := min(lo+trainBlock, rows)
		for i := range near {
			q, best := query[i*d:(i+1)*d], near[i]
			for r := lo; r < hi; r++ {
				limit := best[k-1].dist
				if dist := far(q, train[r*d:(r+1)*d], limit); dist < limit {
					insert(best, neighbour{dist, r})
				}
			}
		}
	}
	return near
}

// strangers are n lists of k neighbours that any row is nearer than.
func strangers(n, k int) [][]neighbour {
	near := make([][]neighbour, n)
	for i := range near {
		near[i] = make([]neighbour, k)
		for j := range near[i] {
			near[i][j] = neighbour{math.Inf(1), math.MaxInt}
		}
	}
	return near
}

// insert puts n, which is nearer than the last of best, in its place behind
// equally near ones. Rows come in index order, so the smaller index stays first.
func insert(best []neighbour, n neighbour) {
	i := len(best) - 1
	for i > 0 && best[i-1].dist > n.dist {
		best[i] = best[i-1]
		i--
	}
	best[i] = n
}

// distance is the squared Euclidean distance of a and b. Once the sum over
// the first columns reaches limit it stops and returns that sum, which is
// then no smaller than limit. Squares are rounded before they are added, so
// that processors with fused multiply-add give the same bits.
func distance(a, b []float32, limit float64) float64 {
	var sum float64
	for len(a) >= chunk {
		x, y := a[:chunk:chunk], b[:chunk:chunk]
		var s0, s1 float64
		for j := 0; j < chunk; j += 2 {
			d0 := float64(x[j]) - float64(y[j])
			d1 := float64(x[j+1]) - float64(y[j+1])
			s0 += float64(d0 * d0)
			s1 += float64(d1 * d1)
		}
		if sum += s0 + s1; sum >= limit {
			return sum
		}
		a, b = a[chunk:], b[chunk:]
	}
	for j, v := range a {
		d := float64(v) - float64(b[j])
		sum += float64(d * d)
	}
	return sum
}

// absolute is the sum of absolute differences, up to limit as distance.
func absolute(a, b []float32, limit float64) float64 {
	var sum float64
	for len(a) >= chunk {
		x, y := a[:chunk:chunk], b[:chunk:chunk]
		var s0, s1 float64
		for j := 0; j < chunk; j += 2 {
			s0 += math.Abs(float64(x[j]) - float64(y[j]))
			s1 += math.Abs(float64(x[j+1]) - float64(y[j+1]))
		}
		if sum += s0 + s1; sum >= limit {
			return sum
		}
		a, b = a[chunk:], b[chunk:]
	}
	for j, v := range a {
		sum += math.Abs(float64(v) - float64(b[j]))
	}
	return sum
}

// flatten copies rows of d columns into one row-major slice and checks them.
func flatten(name string, rows [][]float32, d int) []float32 {
	flat := make([]float32, 0, len(rows)*d)
	for i, row := range rows {
		if len(row) != d {
			panic(fmt.Sprintf("baseline: %s row %d has %d columns, want %d", name, i, len(row), d))
		}
		for j, v := range row {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				panic(fmt.Sprintf("baseline: %s row %d, column %d is %g, want a finite number", name, i, j, v))
			}
		}
		flat = append(flat, row...)
	}
	return flat
}
