package sklearn

import (
	"fmt"
	"slices"
)

// Fold is one division of rows, both parts in ascending order.
type Fold struct {
	Train, Test []int
}

// folds are the divisions in which fold f is the test part, given the fold of
// every row.
func folds(of []int, k int) []Fold {
	all := make([]Fold, k)
	for row, f := range of {
		for i := range all {
			if i == f {
				all[i].Test = append(all[i].Test, row)
			} else {
				all[i].Train = append(all[i].Train, row)
			}
		}
	}
	return all
}

func checkFolds(k, most int, of string) error {
	if k < 2 || k > most {
		return fmt.Errorf("%d folds of %d %s, expected at least 2 folds and no more than there are %s", k, most, of, of)
	}
	return nil
}

// KFold is KFold(k): consecutive rows in k parts, the first ones a row longer
// where it does not come out even. With a generator the rows are shuffled
// first (shuffle=True, random_state=seed); nil leaves them in order.
//
// Calls with one generator, one after the other, are RepeatedKFold.
func KFold(n, k int, r *Random) ([]Fold, error) {
	if err := checkFolds(k, n, "rows"); err != nil {
		return nil, err
	}
	order := identity(n)
	if r != nil {
		r.Shuffle(order)
	}
	of := make([]int, n)
	at := 0
	for f := range k {
		for range partSize(n, k, f) {
			of[order[at]] = f
			at++
		}
	}
	return folds(of, k), nil
}

// partSize is the size of part f when n things are cut in k parts.
func partSize(n, k, f int) int {
	if f < n%k {
		return n/k + 1
	}
	return n / k
}

func identity(n int) []int {
	a := make([]int, n)
	for i := range a {
		a[i] = i
	}
	return a
}

// StratifiedKFold is StratifiedKFold(k): every class is spread over the folds.
// With a generator the rows of each class are shuffled; nil leaves them in
// order. Calls with one generator are RepeatedStratifiedKFold.
func StratifiedKFold(class []int, k int, r *Random) ([]Fold, error) {
	encoded, counts := byAppearance(class)
	if err := checkStratified(k, len(class), counts); err != nil {
		return nil, err
	}
	allocation := make([][]int, k) // rows of each class in each fold
	sorted := slices.Sorted(slices.Values(encoded))
	for f := range allocation {
		allocation[f] = make([]int, len(counts))
		for i := f; i < len(sorted); i += k {
			allocation[f][sorted[i]]++
		}
	}
	dealt := make([][]int, len(counts)) // folds of the rows of each class
	for c := range dealt {
		for f := range k {
			for range allocation[f][c] {
				dealt[c] = append(dealt[c], f)
			}
		}
		if r != nil {
			r.Shuffle(dealt[c])
		}
	}
	of := make([]int, len(class))
	for row, c := range encoded {
		of[row], dealt[c] = dealt[c][0], dealt[c][1:]
	}
	return folds(of, k), nil
}

// byAppearance numbers the classes in the order in which they first appear,
// and counts their rows.
func byAppearance(class []int) (encoded, counts []int) {
	number := map[int]int{}
	for _, c := range class {
		n, ok := number[c]
		if !ok {
			n = len(counts)
			number[c] = n
			counts = append(counts, 0)
		}
		encoded = append(encoded, n)
		counts[n]++
	}
	return encoded, counts
}

// checkStratified wants one class with a row for every fold, as scikit-learn
// does; it only warns of smaller classes beside it.
func checkStratified(k, rows int, counts []int) error {
	if err := checkFolds(k, rows, "rows"); err != nil {
		return err
	}
	if most := slices.Max(counts); k > most {
		return fmt.Errorf("%d folds, and the largest class has %d rows, expected at least one for every fold", k, most)
	}
	return nil
}
