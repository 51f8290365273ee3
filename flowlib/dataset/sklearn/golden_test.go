package sklearn

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"flowbook/internal/testdata"
)

func load(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(testdata.Shared(t, "golden", "split", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

type part struct{ Train, Val, Test []int }

type smallCases struct {
	Streams map[string]struct {
		Words      []uint32 `json:"first_8_uint32"`
		Permuted10 []int    `json:"permutation_10"`
		Permuted1  []int    `json:"permutation_1"`
		Permuted1k []int    `json:"permutation_1000_first_20"`
		Choice     []int    `json:"choice_10_size_3_no_replace"`
		AfterFive  []int    `json:"permutation_257_after_permutation_5"`
	} `json:"streams"`
	Cases []struct {
		Name, Kind string
		Params     struct {
			Test     json.Number `json:"test_size"`
			Train    json.Number `json:"train_size"`
			Seed     uint32      `json:"random_state"`
			Stratify bool
			Shuffle  bool
			Splits   int `json:"n_splits"`
		}
		N      int
		Y      []int
		Groups []int
		Splits []part
	} `json:"cases"`
}

func TestGeneratorStreams(t *testing.T) {
	var c smallCases
	load(t, "small_cases.json", &c)
	for seed, want := range c.Streams {
		n, err := json.Number(seed).Int64()
		if err != nil {
			t.Fatal(err)
		}
		s := uint32(n)
		words := NewRandom(s)
		for i, w := range want.Words {
			if got := words.source.Uint32(); got != w {
				t.Errorf("seed %s, word %d: %d, want %d", seed, i, got, w)
			}
		}
		after := NewRandom(s)
		after.Permutation(5)
		ten := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		for name, c := range map[string][2][]int{
			"permutation(10)":                {NewRandom(s).Permutation(10), want.Permuted10},
			"permutation(1)":                 {NewRandom(s).Permutation(1), want.Permuted1},
			"permutation(1000)":              {NewRandom(s).Permutation(1000)[:20], want.Permuted1k},
			"choice(10, 3)":                  {NewRandom(s).Choice(ten, 3), want.Choice},
			"permutation(257) after another": {after.Permutation(257), want.AfterFive},
		} {
			if !slices.Equal(c[0], c[1]) {
				t.Errorf("seed %s, %s: %v, want %v", seed, name, c[0], c[1])
			}
		}
	}
}

// size is a fraction when it has a point, as in Python.
func size(n json.Number) Size {
	if n == "" {
		return Size{}
	}
	if v, err := n.Int64(); err == nil {
		return Size{Rows: int(v)}
	}
	v, _ := n.Float64()
	return Size{Fraction: v}
}

func TestSmallCases(t *testing.T) {
	var c smallCases
	load(t, "small_cases.json", &c)
	checked := 0
	for _, k := range c.Cases {
		test, train := size(k.Params.Test), size(k.Params.Train)
		var got []part
		switch k.Kind {
		case "train_test_split":
			class := k.Y
			if !k.Params.Stratify {
				class = nil
			}
			a, b, err := TrainTestSplit(k.N, test, train, class, k.Params.Seed)
			if err != nil {
				t.Errorf("%s: %v", k.Name, err)
			}
			got = []part{{Train: a, Test: b}}
		case "StratifiedShuffleSplit":
			ntest, ntrain, err := sizes(k.N, test, train)
			if err != nil {
				t.Fatal(err)
			}
			r := NewRandom(k.Params.Seed)
			for range k.Params.Splits {
				a, b, err := r.StratifiedShuffle(k.Y, ntrain, ntest)
				if err != nil {
					t.Errorf("%s: %v", k.Name, err)
				}
				got = append(got, part{Train: a, Test: b})
			}
		default:
			got = foldCase(t, k.Kind, k.N, k.Y, k.Groups, k.Params.Splits, test, train, k.Params.Seed, k.Params.Shuffle)
		}
		checked++
		if len(got) != len(k.Splits) {
			t.Fatalf("%s: %d splits, expected %d", k.Name, len(got), len(k.Splits))
		}
		for i, want := range k.Splits {
			if !slices.Equal(got[i].Train, want.Train) || !slices.Equal(got[i].Test, want.Test) {
				t.Errorf("%s, split %d: train %v test %v, want %v %v", k.Name, i, got[i].Train, got[i].Test, want.Train, want.Test)
			}
		}
	}
	if checked != 19 {
		t.Errorf("%d cases checked, expected 19", checked)
	}
}

// foldCase runs a splitter whose parts stand in ascending order.
func foldCase(t *testing.T, kind string, n int, y, groups []int, k int, test, train Size, seed uint32, shuffle bool) []part {
	t.Helper()
	var r *Random
	if shuffle {
		r = NewRandom(seed)
	}
	var all []Fold
	var err error
	switch kind {
	case "KFold":
		all, err = KFold(n, k, r)
	case "StratifiedKFold":
		all, err = StratifiedKFold(y, k, r)
	case "GroupKFold":
		all, err = GroupKFold(groups, k, r)
	case "StratifiedGroupKFold":
		all, err = StratifiedGroupKFold(y, groups, k, r)
	case "GroupShuffleSplit":
		r = NewRandom(seed)
		for range k {
			f, err := r.GroupShuffle(groups, test, train)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, f)
		}
	default:
		t.Fatalf("unknown splitter %q", kind)
	}
	if err != nil {
		t.Fatal(err)
	}
	var parts []part
	for _, f := range all {
		parts = append(parts, part{Train: f.Train, Test: f.Test})
	}
	return parts
}

// The paper's two stages on 10,908 windows, in all three orders of the classes.
func TestPaperSplit(t *testing.T) {
	var c struct {
		Types, Apps []string
		Cases       map[string]map[string]json.RawMessage
	}
	load(t, "paper_split.json", &c)
	checked := 0
	for name, k := range c.Cases {
		var typ, app []int
		for field, into := range map[string]*[]int{"type": &typ, "app": &app} {
			if err := json.Unmarshal(k[field], into); err != nil {
				t.Fatal(err)
			}
		}
		for order, rank := range map[string]func(i int) int{
			"type_app": func(i int) int { return -(typ[i]*len(c.Apps) + app[i]) },
			"app_type": func(i int) int { return -(app[i]*len(c.Types) + typ[i]) },
			"code":     func(i int) int { return typ[i]*len(c.Apps) + app[i] },
		} {
			if k[order] == nil {
				continue
			}
			var want part
			if err := json.Unmarshal(k[order], &want); err != nil {
				t.Fatal(err)
			}
			checked++
			if got := paperSplit(t, len(typ), rank); !slices.Equal(got.Train, want.Train) || !slices.Equal(got.Val, want.Val) || !slices.Equal(got.Test, want.Test) {
				t.Errorf("%s, %s: parts differ", name, order)
			}
		}
	}
	if checked != 4 {
		t.Errorf("%d splits checked, expected 4", checked)
	}
}

func paperSplit(t *testing.T, n int, rank func(int) int) part {
	class := make([]int, n)
	for i := range class {
		class[i] = rank(i)
	}
	rest, test, err := TrainTestSplit(n, Size{Fraction: 0.15}, Size{}, class, 42)
	if err != nil {
		t.Fatal(err)
	}
	left := make([]int, len(rest))
	for i, r := range rest {
		left[i] = class[r]
	}
	train, val, err := TrainTestSplit(len(rest), Size{Fraction: 0.15 / 0.85}, Size{}, left, 42)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*[]int{&train, &val} {
		for i, k := range *p {
			(*p)[i] = rest[k]
		}
	}
	return part{Train: train, Val: val, Test: test}
}
