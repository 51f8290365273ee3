package sklearn

import (
	"cmp"
	"math"
	"slices"
)

// StratifiedGroupKFold is StratifiedGroupKFold(k): no group in two folds, and
// every class spread over them as evenly as the groups allow. Groups with the
// most uneven classes are dealt first, each to the fold that then leaves the
// folds most alike. With a generator the groups are shuffled before
// (shuffle=True), which decides between equally uneven ones.
//
// Near-ties turn on the last bit, so sums are taken in NumPy's order.
func StratifiedGroupKFold(class, groups []int, k int, r *Random) ([]Fold, error) {
	classRank, classes := ranks(class)
	groupRank, n := ranks(groups)
	total := make([]float64, classes)
	counts := make([]int, classes)
	for _, c := range classRank {
		total[c]++
		counts[c]++
	}
	if err := checkStratified(k, len(class), counts); err != nil {
		return nil, err
	}
	if err := checkFolds(k, n, "groups"); err != nil {
		return nil, err
	}
	place := identity(n) // of each group among the shuffled ones
	if r != nil {
		for i, g := range r.Permutation(n) {
			place[g] = i
		}
	}
	held := make([][]float64, n) // rows of each class in each place
	for i := range held {
		held[i] = make([]float64, classes)
	}
	for row, g := range groupRank {
		held[place[g]][classRank[row]]++
	}
	fold := dealUneven(held, total, k)
	for row, g := range groupRank {
		groupRank[row] = fold[place[g]]
	}
	return folds(groupRank, k), nil
}

// dealUneven gives the groups with the most uneven classes away first.
func dealUneven(held [][]float64, total []float64, k int) []int {
	spread := make([]float64, len(held))
	for i, h := range held {
		spread[i] = -deviation(h)
	}
	order := identity(len(held))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(spread[a], spread[b]) })
	b := newBalance(total, k)
	fold := make([]int, len(held))
	for _, g := range order {
		fold[g] = b.best(held[g])
		add(b.fold[fold[g]], held[g], 1)
	}
	return fold
}

// balance is how much of each class the folds hold.
type balance struct {
	fold   [][]float64
	total  []float64
	shares [][]float64 // work space
	spread []float64
}

func newBalance(total []float64, k int) *balance {
	b := &balance{total: total, spread: make([]float64, len(total))}
	for range k {
		b.fold = append(b.fold, make([]float64, len(total)))
		b.shares = append(b.shares, make([]float64, len(total)))
	}
	return b
}

// best is the fold that leaves all folds most alike when it takes the group; a
// later fold wins a near-tie when it holds fewer rows.
func (b *balance) best(group []float64) int {
	best, least, fewest := 0, math.Inf(1), math.Inf(1)
	for f := range b.fold {
		add(b.fold[f], group, 1)
		uneven, rows := b.unevenness(), pairwise(b.fold[f])
		add(b.fold[f], group, -1)
		if uneven < least || isClose(uneven, least) && rows < fewest {
			best, least, fewest = f, uneven, rows
		}
	}
	return best
}

func add(to, what []float64, sign float64) {
	for i, v := range what {
		to[i] += float64(sign * v)
	}
}

// unevenness is the mean over classes of the standard deviation, over folds,
// of the share of the class that a fold holds.
func (b *balance) unevenness() float64 {
	for f, held := range b.fold {
		for c, v := range held {
			b.shares[f][c] = v / b.total[c]
		}
	}
	column := make([]float64, len(b.fold))
	for c := range b.total {
		for f := range b.fold {
			column[f] = b.shares[f][c]
		}
		if len(b.total) == 1 {
			b.spread[c] = deviation(column) // one column lies as a row in memory
		} else {
			b.spread[c] = deviationInOrder(column)
		}
	}
	return pairwise(b.spread) / float64(len(b.spread))
}

// isClose is numpy.isclose.
func isClose(a, b float64) bool {
	if math.IsInf(b, 0) || math.IsInf(a, 0) {
		return a == b
	}
	return math.Abs(a-b) <= 1e-8+float64(1e-5*math.Abs(b))
}

// deviation is numpy.std along a row.
func deviation(v []float64) float64 { return deviationBy(pairwise, v) }

// deviationInOrder is numpy.std down a column, which is added row after row.
func deviationInOrder(v []float64) float64 {
	return deviationBy(func(v []float64) float64 {
		sum := 0.0
		for _, x := range v {
			sum += x
		}
		return sum
	}, v)
}

func deviationBy(sum func([]float64) float64, v []float64) float64 {
	n := float64(len(v))
	mean := sum(v) / n
	squares := make([]float64, len(v))
	for i, x := range v {
		d := x - mean
		squares[i] = float64(d * d)
	}
	return math.Sqrt(sum(squares) / n)
}

// pairwise is numpy.sum of a row: in order below 8 values, with 8 sums side by
// side up to 128, and by halves above.
func pairwise(v []float64) float64 {
	n := len(v)
	switch {
	case n < 8:
		sum := 0.0
		for _, x := range v {
			sum += x
		}
		return sum
	case n > 128:
		half := n / 2
		half -= half % 8
		return pairwise(v[:half]) + pairwise(v[half:])
	}
	a := [8]float64(v[:8])
	whole := n - n%8
	for i := 8; i < whole; i += 8 {
		for j := range a {
			a[j] += v[i+j]
		}
	}
	sum := ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]))
	for _, x := range v[whole:] {
		sum += x
	}
	return sum
}
