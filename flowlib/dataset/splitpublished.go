package dataset

import (
	"fmt"

	"flowbook/flowlib/dataset/sklearn"
)

// rarest is how many windows a (type, app) pair needs for the published split.
const rarest = 3

// published divides the windows as the paper's program does: pairs with fewer
// than 3 windows dropped, then scikit-learn's train_test_split twice, test
// 0.15 and validation 0.15/0.85 of the rest, each with a fresh generator of the
// seed and stratified on the joint one-hot row of type and application.
func (s *Set) published(spec SplitSpec) (*Split, error) {
	keep, dropped := s.withoutRarePairs()
	class := make([]int, len(keep))
	for i, w := range keep {
		class[i] = s.pairRank(w)
	}
	rest, test, err := sklearn.TrainTestSplit(len(keep), sklearn.Size{Fraction: 0.15}, sklearn.Size{}, class, spec.Seed)
	if err != nil {
		return nil, fmt.Errorf("published split, test part: %w", err)
	}
	restClass := make([]int, len(rest))
	for i, k := range rest {
		restClass[i] = class[k]
	}
	train, validation, err := sklearn.TrainTestSplit(len(rest), sklearn.Size{Fraction: 0.15 / 0.85}, sklearn.Size{}, restClass, spec.Seed)
	if err != nil {
		return nil, fmt.Errorf("published split, validation part: %w", err)
	}
	split := &Split{
		Spec: spec, Name: "published random split (leaks)", Unit: "window", Dropped: dropped,
		Train: follow(train, rest, keep), Validation: follow(validation, rest, keep), Test: follow(test, keep),
		Group: s.groups("superflow"),
	}
	return split, nil
}

// withoutRarePairs are the windows whose (type, app) pair occurs often enough.
func (s *Set) withoutRarePairs() (keep []int, dropped int) {
	count := map[int]int{}
	for w := range s.Windows {
		count[s.pairRank(w)]++
	}
	for w := range s.Windows {
		if count[s.pairRank(w)] < rarest {
			dropped++
			continue
		}
		keep = append(keep, w)
	}
	return keep, dropped
}

// pairRank is the place of a window's pair in the order of scikit-learn, which
// sorts the one-hot rows [types | applications] as strings: a 1 in an earlier
// column sorts later.
func (s *Set) pairRank(w int) int {
	types, apps := len(s.Types), len(s.Apps)
	return (types-1-int(s.Windows[w].Type))*apps + apps - 1 - int(s.Windows[w].App)
}

// follow follows numbers through lists: follow(a, b, c)[i] is c[b[a[i]]].
func follow(numbers []int, lists ...[]int) []int {
	out := make([]int, len(numbers))
	for i, n := range numbers {
		for _, l := range lists {
			n = l[n]
		}
		out[i] = n
	}
	return out
}
