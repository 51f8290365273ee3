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
	length := int64(rapid.SampledFrom([]int{20, 90, 130}).Draw(t, "seconds"))
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
				w.Start = int64(n*100 + f)
				w.End = w.Start + length
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
		all = append(all,
			SplitSpec{Kind: "stratified", Unit: u, Seed: seed}, SplitSpec{Kind: "stratified", Unit: u, Seed: seed, Fold: 3, Of: 3, Repeat: 2},
			SplitSpec{Kind: "group", Unit: u, Seed: seed, Repeat: 3, Inner: 2, InnerOf: 3},
			SplitSpec{Kind: "leave-one-out", Unit: u, Seed: seed}, SplitSpec{Kind: "leave-one-out", Unit: u, Seed: seed, Fold: 2, Inner: 2, InnerOf: 2},
			SplitSpec{Kind: "open-world", Unit: u, Seed: seed, Leave: "a0"}, SplitSpec{Kind: "open-world", Unit: u, Seed: seed, Leave: "a1", Inner: 1},
			SplitSpec{Kind: "time", Unit: u},
		)
		all = append(all, SplitSpec{Kind: "group", Unit: u, Seed: seed, Fold: 1, Of: 3}, SplitSpec{Kind: "group", Unit: u, Seed: seed, Fold: 5, Of: 5})
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
			checkKind(t, s, split)
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

// checkKind: what only some splitters promise.
func checkKind(t *rapid.T, s *Set, split *Split) {
	outside := slices.Concat(split.Train, split.Validation)
	switch spec := split.Spec; spec.Kind {
	case "leave-one-out":
		for _, w := range split.Test {
			if split.Group[w] != spec.Leave {
				t.Fatalf("%s: the test part holds %s", split.Name, split.Group[w])
			}
		}
	case "open-world":
		for _, w := range outside {
			if s.Apps[s.Windows[w].App] == spec.Leave {
				t.Fatalf("%s: train or validation holds it", split.Name)
			}
		}
		for _, w := range split.Test {
			if s.Apps[s.Windows[w].App] != spec.Leave {
				t.Fatalf("%s: the test part holds another application", split.Name)
			}
		}
	case "time":
		for _, pair := range [][2][]int{{split.Train, split.Validation}, {split.Validation, split.Test}} {
			for _, a := range pair[0] {
				for _, b := range pair[1] {
					if s.Windows[a].End >= s.Windows[b].Start {
						t.Fatalf("%s: a window ends after one of a later part begins", split.Name)
					}
				}
			}
		}
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
				if i > 0 && slices.Contains(split.NotEstimable, class) && class != "app "+split.Spec.Leave {
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
		if split.Dropped == 0 && len(g) < fewest && !slices.Contains(split.NotEstimable, class) {
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

// The contract is tested on every kind, not passed over by its errors.
func TestEverySplitterDivides(t *testing.T) {
	s := &Set{Types: []string{"t0", "t1"}, Apps: []string{"a0", "a1", "a2"}, Manifest: Manifest{Unit: "host"}}
	for i := range 240 {
		n := fmt.Sprint(i / 4)
		s.Windows = append(s.Windows, Window{
			Type: int32(i / 4 % 2), App: int32(i / 4 % 3), Start: int64(i / 4 * 10), End: int64(i/4*10 + 5),
			Groups: &Groups{Superflow: n, Tuple: n, Capture: n, Session: n, Host: fmt.Sprint(i / 16), Day: fmt.Sprint(i / 16), Access: fmt.Sprint(i / 16), Implementation: fmt.Sprint(i / 16)},
		})
	}
	for _, spec := range specs(1) {
		split, err := s.Split(spec)
		if err != nil || split.NotEstimable != nil && spec.Kind != "open-world" {
			t.Errorf("%+v: %v", spec, err)
		}
	}
	for kind, want := range map[string]int{"published": 1, "time": 1, "group": 10, "stratified": 10, "open-world": 10, "leave-one-out": 15} {
		spec := SplitSpec{Kind: kind, Unit: "host"}
		if kind == "open-world" {
			spec.Leave = "a1"
		}
		folds, err := s.Folds(spec, 2)
		if err != nil || len(folds) != want {
			t.Errorf("%s: %d folds, expected %d, %v", kind, len(folds), want, err)
		}
		tested := map[int]int{}
		for _, f := range folds {
			split, err := s.Split(f)
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			for _, w := range split.Test {
				tested[w]++
			}
		}
		for w, n := range tested {
			if n != map[bool]int{true: 2, false: 1}[want == 10] {
				t.Errorf("%s: window %d is tested %d times", kind, w, n)
			}
		}
		if kind != "published" && kind != "time" && kind != "open-world" && len(tested) != len(s.Windows) {
			t.Errorf("%s: %d windows are tested of %d", kind, len(tested), len(s.Windows))
		}
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
		`"random", known are published, group`:   {Kind: "random"},
		`no application to leave out`:            {Kind: "open-world"},
		`leaves "x" out, expected leave-one-out`: {Kind: "group", Leave: "x"},
		`inner fold is 3 of 2`:                   {Kind: "group", Inner: 3, InnerOf: 2},
		`repeat is -1`:                           {Repeat: -1},
		`"port": known units are superflow`:      {Kind: "group", Unit: "port"},
		`fold is 4 of 3`:                         {Kind: "group", Fold: 4, Of: 3},
		`fold is 1 of 2`:                         {Kind: "group", Fold: 1, Of: 2},
		`fold is -1 of 0`:                        {Kind: "group", Fold: -1},
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
		`"random", known are published, group`:                {Kind: "random"},
		`application "y" out, known are ["x"]`:                {Kind: "open-world", Leave: "y", Unit: "superflow"},
		`type "a" has no other`:                               {Kind: "open-world", Leave: "x", Unit: "superflow"},
		`there are 8 that can be left out`:                    {Kind: "leave-one-out", Unit: "superflow", Fold: 9},
		`there is no such superflow`:                          {Kind: "leave-one-out", Unit: "superflow", Leave: "z"},
		`0 of 1 hold no class with fewer`:                     {Kind: "leave-one-out"},
		`fall into 1 stretches of time`:                       {Kind: "time"},
		`known units are superflow, tuple`:                    {Kind: "group", Unit: "port"},
		`the host of capture c is not known`:                  {Kind: "group", Unit: "host"},
		`2 groups, of which 2 hold a class with fewer than 3`: {Kind: "group"},
		`fold is 4 of 3`:                                      {Kind: "group", Unit: "superflow", Fold: 4, Of: 3},
		`fold is 0 of 2`:                                      {Kind: "group", Unit: "superflow", Of: 2},
		`leaves a part empty`:                                 {Kind: "group", Unit: "superflow", Fold: 9, Of: 9},
	} {
		if _, err := s.Split(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, expected %q", spec, err, want)
		}
	}
}
