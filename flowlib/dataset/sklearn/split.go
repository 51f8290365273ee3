package sklearn

import (
	"fmt"
	"math"
	"slices"
)

// Size is the size of a part: the default (zero value), a fraction of the rows,
// or a number of rows.
type Size struct {
	Fraction float64
	Rows     int
}

// sizes are the rows of both parts: a fraction of test is rounded up, one of
// train down, and a part that is not given is what the other leaves.
func sizes(n int, test, train Size) (ntest, ntrain int, err error) {
	none := Size{}
	if test == none && train == none {
		test.Fraction = 0.25
	}
	ntest, ntrain = test.Rows, train.Rows
	if test.Fraction > 0 {
		ntest = int(math.Ceil(float64(test.Fraction * float64(n))))
	}
	if train.Fraction > 0 {
		ntrain = int(math.Floor(float64(train.Fraction * float64(n))))
	}
	if train == none {
		ntrain = n - ntest
	}
	if test == none {
		ntest = n - ntrain
	}
	if ntest < 1 || ntrain < 1 || ntest+ntrain > n {
		return 0, 0, fmt.Errorf("%d rows do not give a train part of %d and a test part of %d", n, ntrain, ntest)
	}
	return ntest, ntrain, nil
}

// TrainTestSplit is train_test_split(range(n), …, shuffle=True,
// random_state=seed). With class (a number for each row, in the order in which
// scikit-learn sorts the classes) it is stratified, else class is nil.
func TrainTestSplit(n int, test, train Size, class []int, seed uint32) (trainRows, testRows []int, err error) {
	ntest, ntrain, err := sizes(n, test, train)
	if err != nil {
		return nil, nil, err
	}
	r := NewRandom(seed)
	if class == nil {
		p := r.Permutation(n)
		return p[ntest : ntest+ntrain], p[:ntest], nil
	}
	if len(class) != n {
		panic(fmt.Sprintf("sklearn: %d classes for %d rows", len(class), n))
	}
	return r.StratifiedShuffle(class, ntrain, ntest)
}

// StratifiedShuffle is one split of StratifiedShuffleSplit; the next call on
// the same generator is the next split. Every class needs two rows, and both
// parts at least as many rows as there are classes.
func (r *Random) StratifiedShuffle(class []int, ntrain, ntest int) (train, test []int, err error) {
	classes := slices.Compact(slices.Sorted(slices.Values(class)))
	rows := map[int][]int{}
	for i, c := range class {
		rows[c] = append(rows[c], i)
	}
	counts := make([]int, len(classes))
	for i, c := range classes {
		counts[i] = len(rows[c])
		if counts[i] < 2 {
			return nil, nil, fmt.Errorf("a class has 1 row, expected at least 2 of each to stratify")
		}
	}
	if ntrain < len(classes) || ntest < len(classes) {
		return nil, nil, fmt.Errorf("train part of %d and test part of %d rows, expected at least one for each of the %d classes", ntrain, ntest, len(classes))
	}
	inTrain := r.approximateMode(counts, ntrain)
	left := make([]int, len(counts))
	for i := range counts {
		left[i] = counts[i] - inTrain[i]
	}
	inTest := r.approximateMode(left, ntest)
	for i, c := range classes {
		p := r.Permutation(counts[i])
		for k, j := range p[:inTrain[i]+inTest[i]] {
			if k < inTrain[i] {
				train = append(train, rows[c][j])
			} else {
				test = append(test, rows[c][j])
			}
		}
	}
	r.Shuffle(train)
	r.Shuffle(test)
	return train, test, nil
}

// approximateMode divides draws among classes in proportion to their counts:
// whole parts first, then one each to the largest remainders, ties drawn.
func (r *Random) approximateMode(counts []int, draws int) []int {
	total := 0
	for _, c := range counts {
		total += c
	}
	parts, rest := make([]int, len(counts)), make([]float64, len(counts))
	need := draws
	for i, c := range counts {
		// First divide, then multiply: ties of the remainders depend on it.
		share := float64(float64(float64(c)/float64(total)) * float64(draws))
		parts[i] = int(math.Floor(share))
		rest[i] = share - math.Floor(share)
		need -= parts[i]
	}
	values := slices.Compact(slices.Sorted(slices.Values(rest)))
	for k := len(values) - 1; k >= 0 && need > 0; k-- {
		var tied []int
		for i, v := range rest {
			if v == values[k] {
				tied = append(tied, i)
			}
		}
		n := min(len(tied), need)
		for _, i := range r.Choice(tied, n) {
			parts[i]++
		}
		need -= n
	}
	return parts
}
