package dataset

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"flowbook/internal/testdata"

	"pgregory.net/rapid"
)

// drawSet draws a set of windows whose groups nest: superflows in captures in
// sessions on hosts. A session has one label, a host many.
func drawSet(t *rapid.T) *Set {
	s := &Set{Steps: 1, Features: []string{"x"}, Manifest: Manifest{Unit: "session"}}
	hosts := rapid.IntRange(3, 8).Draw(t, "hosts")
	types, apps := rapid.IntRange(2, 4).Draw(t, "types"), rapid.IntRange(2, 5).Draw(t, "apps")
	for i := range types {
		s.Types = append(s.Types, fmt.Sprint("t", i))
	}
	for i := range apps {
		s.Apps = append(s.Apps, fmt.Sprint("a", i))
	}
	sessions := rapid.IntRange(10, 30).Draw(t, "sessions")
	for n := range sessions {
		label := Window{
			Type: int32(rapid.IntRange(0, types-1).Draw(t, "type")), App: int32(rapid.IntRange(0, apps-1).Draw(t, "app")),
			VPN: rapid.Bool().Draw(t, "vpn"),
		}
		g := Groups{
			Session: fmt.Sprint("s", n), Host: fmt.Sprint("h", n%hosts),
			Day: fmt.Sprintf("2015-03-%02d", 1+n%4), Access: fmt.Sprint("a", n%3), Implementation: fmt.Sprint("i", n%5),
		}
		for c := range rapid.IntRange(1, 2).Draw(t, "captures") {
			w, g := label, g
			g.Capture = fmt.Sprintf("%s-%d", g.Session, c)
			for f := range rapid.IntRange(1, 6).Draw(t, "windows") {
				g.Superflow, g.Tuple = fmt.Sprintf("%s#%d", g.Capture, f/2), fmt.Sprint("tuple ", f%3)
				own := g
				w.Groups = &own
				w.Rows = []int32{int32(len(s.Windows))}
				s.Windows = append(s.Windows, w)
				s.Rows = append(s.Rows, float64(len(s.Windows)))
			}
		}
	}
	return s
}

// specs are all splitters that there are.
func specs(seed uint32) []SplitSpec {
	all := []SplitSpec{{Kind: "published", Seed: seed}, {Kind: "group", Seed: seed}, {Seed: seed}}
	for _, u := range Units {
		for _, of := range []int{3, 4, 5} {
			for _, fold := range []int{1, of} {
				all = append(all, SplitSpec{Kind: "group", Unit: u, Seed: seed, Fold: fold, Of: of})
			}
		}
	}
	return all
}

// The contract of every splitter.
func TestEverySplitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		for _, spec := range specs(rapid.Uint32().Draw(t, "seed")) {
			split, err := s.Split(spec)
			if err != nil {
				continue // too few groups or windows: said, with numbers
			}
			checkParts(t, s, split)
			again, err := s.Split(spec)
			if err != nil || !reflect.DeepEqual(again, split) {
				t.Fatalf("%s: the same spec gave another split", split.Name)
			}
			if split.Unit != "window" {
				checkGroups(t, s, split)
				checkOrder(t, s, split)
			}
		}
	})
}

// checkParts: the parts are disjoint and cover all windows but the dropped.
func checkParts(t *rapid.T, s *Set, split *Split) {
	all := slices.Concat(split.Train, split.Validation, split.Test)
	slices.Sort(all)
	if len(slices.Compact(all)) != len(split.Train)+len(split.Validation)+len(split.Test) {
		t.Fatalf("%s: a window stands in two parts", split.Name)
	}
	if len(all)+split.Dropped != len(s.Windows) {
		t.Fatalf("%s: %d windows in parts, %d dropped, of %d", split.Name, len(all), split.Dropped, len(s.Windows))
	}
	if len(split.Train) == 0 || len(split.Validation) == 0 || len(split.Test) == 0 {
		t.Fatalf("%s: an empty part", split.Name)
	}
	if len(split.Group) != len(s.Windows) {
		t.Fatalf("%s: %d groups for %d windows", split.Name, len(split.Group), len(s.Windows))
	}
}

// checkGroups: no group stands in two parts, and what is not estimable stays in train.
func checkGroups(t *rapid.T, s *Set, split *Split) {
	side, groups := map[string]int{}, map[string]map[string]bool{}
	for i, part := range [][]int{split.Train, split.Validation, split.Test} {
		for _, w := range part {
			g := split.Group[w]
			if at, ok := side[g]; ok && at != i {
				t.Fatalf("%s: group %s stands in two parts", split.Name, g)
			}
			side[g] = i
			p := s.pair(w)
			for _, class := range []string{"type " + p.Type, "app " + p.App} {
				if i > 0 && slices.Contains(split.NotEstimable, class) {
					t.Fatalf("%s: %s is not estimable but not in train", split.Name, class)
				}
				if groups[class] == nil {
					groups[class] = map[string]bool{}
				}
				groups[class][g] = true
			}
		}
	}
	for class, g := range groups {
		if len(g) < fewest && !slices.Contains(split.NotEstimable, class) {
			t.Fatalf("%s: %s has %d groups and is not listed", split.Name, class, len(g))
		}
	}
	if split.TestGroups < 1 || split.TestGroups > len(side) {
		t.Fatalf("%s: %d test groups of %d", split.Name, split.TestGroups, len(side))
	}
}

// checkOrder: with the windows in another order each has the same side.
func checkOrder(t *rapid.T, s *Set, split *Split) {
	perm := rapid.Permutation(s.all()).Draw(t, "order")
	other := *s
	other.Windows = make([]Window, len(s.Windows))
	for i, w := range perm {
		other.Windows[i] = s.Windows[w]
	}
	again, err := other.Split(split.Spec)
	if err != nil {
		t.Fatal(err)
	}
	for i := range again.Test {
		again.Test[i] = perm[again.Test[i]]
	}
	slices.Sort(again.Test)
	if !slices.Equal(again.Test, split.Test) {
		t.Fatalf("%s: another order of the windows gave another test part", split.Name)
	}
}

// Over all folds every window outside pinned groups is tested exactly once.
func TestFoldsCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		tested, validated, complete := map[int]int{}, map[int]int{}, true
		for fold := 1; fold <= 3; fold++ {
			split, err := s.Split(SplitSpec{Kind: "group", Unit: "session", Seed: 1, Fold: fold, Of: 3})
			if err != nil {
				complete = false
				break
			}
			for _, w := range split.Test {
				tested[w]++
			}
			for _, w := range split.Validation {
				validated[w]++
			}
		}
		for w := range s.Windows {
			if complete && (tested[w] > 1 || tested[w] != validated[w]) {
				t.Fatalf("window %d was tested %d and validated %d times", w, tested[w], validated[w])
			}
		}
	})
}

// The published split of a set equals the reference through the set's own
// windows: 10,908 of them, in blocks and mixed.
func TestPublishedSplitOfSet(t *testing.T) {
	text, err := os.ReadFile(testdata.Shared(t, "golden", "split", "paper_split.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Types, Apps []string
		Cases       map[string]struct {
			Type, App []int32
			Want      struct{ Train, Val, Test []int } `json:"type_app"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for name, c := range file.Cases {
		s := &Set{Types: file.Types, Apps: file.Apps, Windows: make([]Window, len(c.Type))}
		for i := range s.Windows {
			s.Windows[i].Type, s.Windows[i].App = c.Type[i], c.App[i]
		}
		got, err := s.Split(SplitSpec{Kind: "published", Seed: 42})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Train, c.Want.Train) || !slices.Equal(got.Validation, c.Want.Val) || !slices.Equal(got.Test, c.Want.Test) {
			t.Errorf("%s: the parts differ from scikit-learn's", name)
		}
		if got.Name != "published random split (leaks)" || got.Dropped != 0 {
			t.Errorf("%s: %q, dropped %d", name, got.Name, got.Dropped)
		}
	}
}

func TestRarePairsAreDropped(t *testing.T) {
	s := &Set{Types: []string{"a", "b"}, Apps: []string{"x", "y"}}
	for i := range 42 {
		w := Window{Type: int32(i % 2), App: int32(i % 2)}
		if i < 2 {
			w = Window{Type: 1, App: 0}
		}
		s.Windows = append(s.Windows, w)
	}
	split, err := s.Split(SplitSpec{Kind: "published", Seed: 1})
	if err != nil || split.Dropped != 2 {
		t.Fatalf("dropped %d, %v", split.Dropped, err)
	}
	for _, w := range slices.Concat(split.Train, split.Validation, split.Test) {
		if w < 2 {
			t.Errorf("window %d is in a part", w)
		}
	}
}

func TestSplitSpecCheck(t *testing.T) {
	for _, spec := range []SplitSpec{{}, {Kind: "published", Seed: 42}, {Kind: "group", Unit: "host"}, {Kind: "group", Fold: 3, Of: 3}, {Of: 4}, {Fold: 9}} {
		if err := spec.Check(); err != nil {
			t.Errorf("%+v: %v", spec, err)
		}
	}
	for want, spec := range map[string]SplitSpec{
		`"random", known are published and group`: {Kind: "random"},
		`"port": known units are superflow`:       {Kind: "group", Unit: "port"},
		`fold is 4 of 3`:                          {Kind: "group", Fold: 4, Of: 3},
		`fold is 1 of 2`:                          {Kind: "group", Fold: 1, Of: 2},
		`fold is -1 of 0`:                         {Kind: "group", Fold: -1},
	} {
		if err := spec.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, expected %q", spec, err, want)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	s := &Set{Dir: "d", Types: []string{"a"}, Apps: []string{"x"}, Manifest: Manifest{Unit: "session"}}
	if _, err := s.Split(SplitSpec{}); err == nil || !strings.Contains(err.Error(), "no windows") {
		t.Errorf("no windows: %v", err)
	}
	for i := range 8 {
		s.Windows = append(s.Windows, Window{Groups: &Groups{Capture: "c", Session: fmt.Sprint(i % 2), Superflow: fmt.Sprint(i)}})
	}
	for want, spec := range map[string]SplitSpec{
		`"random", known are published and group`:             {Kind: "random"},
		`known units are superflow, tuple`:                    {Kind: "group", Unit: "port"},
		`the host of capture c is not known`:                  {Kind: "group", Unit: "host"},
		`2 groups, of which 2 hold a class with fewer than 3`: {Kind: "group"},
		`fold is 4 of 3`:      {Kind: "group", Unit: "superflow", Fold: 4, Of: 3},
		`fold is 1 of 2`:      {Kind: "group", Unit: "superflow", Of: 2},
		`leaves a part empty`: {Kind: "group", Unit: "superflow", Fold: 9, Of: 9},
	} {
		if _, err := s.Split(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, expected %q", spec, err, want)
		}
	}
}
