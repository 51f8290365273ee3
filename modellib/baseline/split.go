package baseline

import (
	"math"
	"slices"
)

// table is training data by column, the order in which trees read it.
type table struct {
	column  [][]float32 // [d][n]
	label   []int32
	n       int
	classes int
}

func newTable(x [][]float32, y []int32, classes int) *table {
	checkLabels(y, classes)
	checkRows(x, y)
	d := len(x[0])
	flat := flatten("training", x, d)
	t := &table{column: make([][]float32, d), label: y, n: len(y), classes: classes}
	all := make([]float32, len(flat))
	for j := range t.column {
		t.column[j] = all[j*t.n : (j+1)*t.n]
		for i := range t.column[j] {
			t.column[j][i] = flat[i*d+j]
		}
	}
	return t
}

// candidate is a way to split a node.
type candidate struct {
	feature   int32
	threshold float64
	score     float64 // larger is better
	gain      float64 // information gain, for C4.5's choice
}

// nearValues is the largest difference of two values that counts as none, as in
// scikit-learn: float32 columns hold noise below it.
const nearValues = 1e-7

// best looks for the best split of a node. Columns that are constant here do
// not count against MaxFeatures, so that a split is found where there is one.
func (g *grower) best(rows []int32, counts []float64, impurity float64) (candidate, bool) {
	limit := len(g.feat)
	if g.o.MaxFeatures > 0 {
		limit = min(limit, g.o.MaxFeatures)
	}
	var found []candidate
	looked := 0
	for i := 0; i < len(g.feat) && looked < limit; i++ {
		if g.o.MaxFeatures > 0 {
			j := i + g.rng.IntN(len(g.feat)-i)
			g.feat[i], g.feat[j] = g.feat[j], g.feat[i]
		}
		if c, varies, ok := g.along(g.feat[i], rows, counts, impurity); ok {
			found = append(found, c)
			looked++
		} else if varies {
			looked++
		}
	}
	if g.o.MaxFeatures > 0 { // the order of the draw is not a preference
		slices.SortFunc(found, func(a, b candidate) int { return int(a.feature - b.feature) })
	}
	return choose(g.o.Criterion, found)
}

// choose takes the best candidate, the first of equal ones. C4.5 asks for the
// best gain ratio among splits whose gain is at least the average, since the
// ratio alone would favour splits that cut off next to nothing.
func choose(c Criterion, found []candidate) (candidate, bool) {
	average := math.Inf(-1)
	if c == GainRatio && len(found) > 0 {
		average = 0
		for _, f := range found {
			average += f.gain / float64(len(found))
		}
		average -= 1e-9
	}
	best, ok := candidate{score: math.Inf(-1)}, false
	for _, f := range found {
		if f.gain >= average && f.score > best.score {
			best, ok = f, true
		}
	}
	return best, ok
}

// along finds the best threshold of one column. varies says whether the column
// has more than one value here.
func (g *grower) along(feature int32, rows []int32, counts []float64, impurity float64) (best candidate, varies, ok bool) {
	column, key := g.column[feature], g.key[:len(rows)]
	for i, r := range rows {
		key[i] = uint64(sortable(column[r]))<<32 | uint64(uint32(r))
	}
	slices.Sort(key)
	low, high := value(key[0]), value(key[len(key)-1])
	if float64(high) <= float64(low)+nearValues {
		return best, false, false
	}
	clear(g.left)
	best = candidate{feature: feature, score: math.Inf(-1)}
	n, distinct := float64(len(rows)), 0
	for i := range len(key) - 1 {
		g.left[g.label[uint32(key[i])]]++
		a, b := value(key[i]), value(key[i+1])
		if float64(b) <= float64(a)+nearValues {
			continue
		}
		distinct++
		if i+1 < g.o.MinLeaf || len(key)-i-1 < g.o.MinLeaf {
			continue
		}
		if score := g.score(counts, float64(i+1), n, impurity); score > best.score {
			best.score, best.threshold, ok = score, between(a, b), true
			best.gain = score
		}
	}
	if ok && g.o.Criterion == GainRatio {
		best.score, best.gain, ok = g.ratio(rows, best, n, distinct)
	}
	return best, true, ok
}

// score is the drop of impurity that the windows counted in g.left make, nl of
// n on the left side. For C4.5 it is the information gain.
func (g *grower) score(counts []float64, nl, n, before float64) float64 {
	var left, right float64
	nr := n - nl
	if g.o.Criterion == Gini { // n·(1−Σp²) up to constants, exact in integers
		for k, c := range counts {
			l := g.left[k]
			left += l * l
			right += (c - l) * (c - l)
		}
		return left/nl + right/nr
	}
	for k, c := range counts {
		left += plogp(g.left[k] / nl)
		right += plogp((c - g.left[k]) / nr)
	}
	return before + nl/n*left + nr/n*right
}

// ratio turns the gain of the best threshold of a column into C4.5's gain
// ratio. As in its release 8, the gain pays for naming one of the thresholds.
func (g *grower) ratio(rows []int32, c candidate, n float64, distinct int) (score, gain float64, ok bool) {
	left := 0.0
	for _, r := range rows {
		if float64(g.column[c.feature][r]) <= c.threshold {
			left++
		}
	}
	gain = c.gain - math.Log2(float64(distinct))/n
	information := -plogp(left/n) - plogp((n-left)/n)
	return gain / information, gain, gain > 1e-9
}

// impurity of a node with these windows a class, n in all.
func impurity(c Criterion, counts []float64, n float64) float64 {
	if c == Gini {
		sum := 0.0
		for _, v := range counts {
			sum += v / n * v / n
		}
		return 1 - sum
	}
	sum := 0.0
	for _, v := range counts {
		sum -= plogp(v / n)
	}
	return sum
}

// plogp is p·log₂(p), and 0 at 0.
func plogp(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * math.Log2(p)
}

// between is the middle of two values, and the lower one where rounding would
// give the upper.
func between(a, b float32) float64 {
	middle := float64(a)/2 + float64(b)/2
	if middle >= float64(b) {
		return float64(a)
	}
	return middle
}

// sortable maps a float32 to a uint32 of the same order; value is its inverse
// for the upper half of a key.
func sortable(v float32) uint32 {
	bits := math.Float32bits(v + 0) // -0 becomes 0
	if bits>>31 == 1 {
		return ^bits
	}
	return bits | 1<<31
}

func value(key uint64) float32 {
	bits := uint32(key >> 32)
	if bits>>31 == 1 {
		return math.Float32frombits(bits &^ (1 << 31))
	}
	return math.Float32frombits(^bits)
}
