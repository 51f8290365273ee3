package baseline

import (
	"fmt"
	"math"
)

// Windows are windows that share rows: a window is Steps row numbers, as in a
// data set, and overlapping windows name the same rows.
type Windows struct {
	Rows  [][]float32 // each of the same number of columns
	Index [][]int32   // [n] windows, each of the same number of rows
}

// KNNWindows is KNNBy for windows that share rows. The distance of two windows
// is the sum of the distances of their steps, and those are computed once for
// each pair of rows: with windows of 20 steps that overlap by 19 that is a
// twentieth of the work. The result is the same as that of KNNBy on windows
// laid out flat, but for the rounding of sums in another order.
//
// It panics as KNNBy does, and when a window names a row that is not there.
func KNNWindows(m Metric, k int, train Windows, trainY []int32, x Windows, classes int) [][]float64 {
	checkLabels(trainY, classes)
	if len(train.Index) != len(trainY) {
		panic(fmt.Sprintf("baseline: %d training windows and %d labels", len(train.Index), len(trainY)))
	}
	probs := matrix(len(x.Index), classes)
	nearestWindows(m, k, train, x, func(i int, near []neighbour) { vote(probs[i], near, trainY) })
	return probs
}

// NearestWindow gives each window of x the number of its nearest training
// window and how far it is: the sum of absolute differences for L1, the
// Euclidean distance for L2. Ties go to the smaller number. It panics as
// KNNWindows does.
func NearestWindow(m Metric, train, x Windows) (index []int, distance []float64) {
	index, distance = make([]int, len(x.Index)), make([]float64, len(x.Index))
	nearestWindows(m, 1, train, x, func(i int, near []neighbour) {
		index[i], distance[i] = near[0].index, near[0].dist
		if m == L2 {
			distance[i] = math.Sqrt(near[0].dist)
		}
	})
	return index, distance
}

// nearestWindows calls use for every window of x, from several goroutines.
func nearestWindows(m Metric, k int, train, x Windows, use func(i int, near []neighbour)) {
	checkNeighbours(m, k, len(train.Index))
	steps := len(train.Index[0])
	if steps == 0 || len(train.Rows) == 0 || len(train.Rows[0]) == 0 {
		panic("baseline: windows without rows or columns")
	}
	d := len(train.Rows[0])
	w := sharing{metric: m, k: k, d: d, steps: steps, train: train, query: x,
		trainRows: flatten("training", train.Rows, d), queryRows: flatten("query", x.Rows, d)}
	train.check("training", steps)
	x.check("query", steps)
	inParallel((len(x.Index)+queryWindows-1)/queryWindows, func(b int) {
		lo, hi := b*queryWindows, min((b+1)*queryWindows, len(x.Index))
		for i, near := range w.nearest(lo, hi) {
			use(lo+i, near)
		}
	})
}

func (w Windows) check(name string, steps int) {
	for i, rows := range w.Index {
		if len(rows) != steps {
			panic(fmt.Sprintf("baseline: %s window %d has %d rows, want %d", name, i, len(rows), steps))
		}
		for _, r := range rows {
			if r < 0 || int(r) >= len(w.Rows) {
				panic(fmt.Sprintf("baseline: %s window %d names row %d of %d", name, i, r, len(w.Rows)))
			}
		}
	}
}

// Windows that are compared at a time: the distances of their rows fit the cache.
const (
	queryWindows = 64
	trainWindows = 512
)

// sharing finds nearest windows by way of the distances of rows.
type sharing struct {
	metric               Metric
	k, d, steps          int
	train, query         Windows
	trainRows, queryRows []float32
}

// nearest returns the k nearest training windows of the query windows lo … hi.
func (w *sharing) nearest(lo, hi int) [][]neighbour {
	near := strangers(hi-lo, w.k)
	queryRow, queryAt := distinct(w.query.Index[lo:hi])
	var table []float64
	var sum [trainWindows]float64
	for first := 0; first < len(w.train.Index); first += trainWindows {
		last := min(first+trainWindows, len(w.train.Index))
		trainRow, trainAt := distinct(w.train.Index[first:last])
		table = w.distances(table[:0], queryRow, trainRow)
		for q := range near {
			acc := sum[:last-first]
			clear(acc)
			for t := range w.steps {
				row := table[int(queryAt[t*len(near)+q])*len(trainRow):][:len(trainRow)]
				at := trainAt[t*len(acc):][:len(acc)]
				for j := range acc {
					acc[j] += row[at[j]]
				}
			}
			best := near[q]
			for j, dist := range acc {
				if dist < best[w.k-1].dist {
					insert(best, neighbour{dist, first + j})
				}
			}
		}
	}
	return near
}

// distances fills a table [query rows][training rows].
func (w *sharing) distances(table []float64, queryRow, trainRow []int32) []float64 {
	d := w.d
	for _, q := range queryRow {
		a := w.queryRows[int(q)*d:][:d]
		for _, r := range trainRow {
			b := w.trainRows[int(r)*d:][:d]
			if w.metric == L1 {
				table = append(table, absoluteAll(a, b))
			} else {
				table = append(table, squaresAll(a, b))
			}
		}
	}
	return table
}

// distinct lists the rows that some windows name, each once, and where in the
// list the rows of each step stand: [steps][windows].
func distinct(windows [][]int32) (rows, at []int32) {
	number := make(map[int32]int32, 2*len(windows))
	at = make([]int32, len(windows)*len(windows[0]))
	for i, w := range windows {
		for t, r := range w {
			k, ok := number[r]
			if !ok {
				k = int32(len(rows))
				number[r] = k
				rows = append(rows, r)
			}
			at[t*len(windows)+i] = k
		}
	}
	return rows, at
}

// absoluteAll is the L1 distance of two short rows.
func absoluteAll(a, b []float32) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	j := 0
	for ; j+4 <= len(a); j += 4 {
		s0 += math.Abs(float64(a[j]) - float64(b[j]))
		s1 += math.Abs(float64(a[j+1]) - float64(b[j+1]))
		s2 += math.Abs(float64(a[j+2]) - float64(b[j+2]))
		s3 += math.Abs(float64(a[j+3]) - float64(b[j+3]))
	}
	for ; j < len(a); j++ {
		s0 += math.Abs(float64(a[j]) - float64(b[j]))
	}
	return s0 + s1 + s2 + s3
}

// squaresAll is the squared Euclidean distance of two short rows.
func squaresAll(a, b []float32) float64 {
	b = b[:len(a)]
	var s0, s1 float64
	j := 0
	for ; j+2 <= len(a); j += 2 {
		d0, d1 := float64(a[j])-float64(b[j]), float64(a[j+1])-float64(b[j+1])
		s0 += float64(d0 * d0)
		s1 += float64(d1 * d1)
	}
	for ; j < len(a); j++ {
		d := float64(a[j]) - float64(b[j])
		s0 += float64(d * d)
	}
	return s0 + s1
}
