package sklearn

import (
	"cmp"
	"fmt"
	"slices"
)

// ranks are the places of the values of a in their sorted order without
// repeats, and how many there are: numpy.unique with return_inverse.
func ranks(a []int) (rank []int, distinct int) {
	values := slices.Compact(slices.Sorted(slices.Values(a)))
	rank = make([]int, len(a))
	for i, v := range a {
		rank[i], _ = slices.BinarySearch(values, v)
	}
	return rank, len(values)
}

// through follows a group to its fold for every row.
func through(group, fold []int) []int {
	of := make([]int, len(group))
	for i, g := range group {
		of[i] = fold[g]
	}
	return of
}

// GroupKFold is GroupKFold(k): no group in two folds. Without a generator the
// largest groups come first, each into the lightest fold; among equally large
// ones the group that sorts last. With one the groups are shuffled and cut in k
// parts (shuffle=True).
func GroupKFold(groups []int, k int, r *Random) ([]Fold, error) {
	rank, n := ranks(groups)
	if err := checkFolds(k, n, "groups"); err != nil {
		return nil, err
	}
	fold := make([]int, n)
	if r != nil {
		order, at := r.Permutation(n), 0
		for f := range k {
			for range partSize(n, k, f) {
				fold[order[at]] = f
				at++
			}
		}
		return folds(through(rank, fold), k), nil
	}
	size := make([]int, n)
	for _, g := range rank {
		size[g]++
	}
	order := identity(n)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size[a], size[b]) })
	slices.Reverse(order)
	load := make([]int, k)
	for _, g := range order {
		lightest := slices.Index(load, slices.Min(load))
		fold[g] = lightest
		load[lightest] += size[g]
	}
	return folds(through(rank, fold), k), nil
}

// GroupShuffle is one split of GroupShuffleSplit; the next call on the same
// generator is the next split. Sizes count groups; the default test size is a
// fifth of them.
func (r *Random) GroupShuffle(groups []int, test, train Size) (Fold, error) {
	rank, n := ranks(groups)
	if test == (Size{}) && train == (Size{}) {
		test.Fraction = 0.2
	}
	ntest, ntrain, err := sizes(n, test, train)
	if err != nil {
		return Fold{}, fmt.Errorf("of groups: %w", err)
	}
	const left, inTest, inTrain = 0, 1, 2
	side := make([]int, n)
	for i, g := range r.Permutation(n) {
		switch {
		case i < ntest:
			side[g] = inTest
		case i < ntest+ntrain:
			side[g] = inTrain
		}
	}
	var f Fold
	for row, g := range rank {
		switch side[g] {
		case inTest:
			f.Test = append(f.Test, row)
		case inTrain:
			f.Train = append(f.Train, row)
		}
	}
	return f, nil
}

// LeaveOneGroupOut is LeaveOneGroupOut: every group, in sorted order, is the
// test part once.
func LeaveOneGroupOut(groups []int) ([]Fold, error) {
	rank, n := ranks(groups)
	if n < 2 {
		return nil, fmt.Errorf("%d groups, expected at least 2 to leave one out", n)
	}
	return folds(rank, n), nil
}
