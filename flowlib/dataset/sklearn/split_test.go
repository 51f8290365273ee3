package sklearn

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		n           int
		test, train Size
		class       []int
	}{
		"too large":      {10, Size{Rows: 8}, Size{Rows: 3}, nil},
		"nothing":        {1, Size{}, Size{}, nil},
		"lone class":     {6, Size{Rows: 2}, Size{}, []int{0, 0, 0, 1, 1, 2}},
		"small test":     {6, Size{Rows: 1}, Size{}, []int{0, 0, 0, 1, 1, 1}},
		"negative train": {5, Size{Rows: 7}, Size{}, nil},
	} {
		if _, _, err := TrainTestSplit(c.n, c.test, c.train, c.class, 42); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever the classes: the parts are disjoint, have the sizes that were asked
// for, hold each class in proportion, and depend on the seed alone.
func TestStratifiedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		class := rapid.SliceOfN(rapid.IntRange(0, 5), 30, 200).Draw(t, "class")
		count := map[int]int{}
		for _, c := range class {
			count[c]++
		}
		for c := range count {
			if count[c] == 1 {
				class = append(class, c)
				count[c]++
			}
		}
		seed := rapid.Uint32().Draw(t, "seed")
		ntest := rapid.IntRange(len(count), len(class)-len(count)).Draw(t, "test")
		train, test, err := TrainTestSplit(len(class), Size{Rows: ntest}, Size{}, class, seed)
		if err != nil {
			t.Fatal(err)
		}
		if len(test) != ntest || len(train) != len(class)-ntest {
			t.Fatalf("parts of %d and %d", len(train), len(test))
		}
		all := slices.Sorted(slices.Values(slices.Concat(train, test)))
		for i, r := range all {
			if i != r {
				t.Fatalf("row %d is missing or twice", i)
			}
		}
		inTest := map[int]int{}
		for _, r := range test {
			inTest[class[r]]++
		}
		for c, n := range count {
			want := float64(n) * float64(ntest) / float64(len(class))
			if d := float64(inTest[c]) - want; d > 2 || d < -2 {
				t.Fatalf("class %d: %d of %d in test, expected about %.1f", c, inTest[c], n, want)
			}
		}
		again, _, _ := TrainTestSplit(len(class), Size{Rows: ntest}, Size{}, class, seed)
		if !slices.Equal(train, again) {
			t.Fatal("the same seed gave another split")
		}
	})
}

func ExampleTrainTestSplit() {
	class := []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 1}
	train, test, err := TrainTestSplit(10, Size{Fraction: 0.3}, Size{}, class, 42)
	fmt.Println(train, test, err)
	// Output: [2 9 0 7 8 5 1] [4 3 6] <nil>
}
