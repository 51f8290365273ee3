package dataset

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The certificate equals a loop over all pairs of windows.
func TestLeakOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		s.Steps = rapid.IntRange(1, 4).Draw(t, "steps")
		n := len(s.Windows)
		for i := range s.Rows {
			s.Rows[i] = float64(rapid.IntRange(0, 3).Draw(t, "value"))
		}
		for i := range s.Windows {
			s.Windows[i].Rows = nil
			for k := range s.Steps {
				s.Windows[i].Rows = append(s.Windows[i].Rows, int32((i+k)%n))
			}
		}
		perm := rapid.Permutation(s.all()).Draw(t, "order")
		train, test := perm[:n*2/3], perm[n*2/3:]
		got := s.leak(train, test, s.prints())
		want := s.slowLeak(train, test)
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Fatalf("%+v, slowly %+v", got, want)
		}
	})
}

func (s *Set) slowLeak(train, test []int) Leak {
	l := Leak{Windows: len(test), Groups: map[string]int{}}
	rows := map[int32]bool{}
	for _, w := range test {
		most, same, other := 0, false, false
		for _, v := range train {
			shared := 0
			for _, r := range s.Windows[w].Rows {
				for _, q := range s.Windows[v].Rows {
					if r == q {
						rows[r] = true
						shared++
					}
				}
			}
			most = max(most, shared)
			if s.equalInputs(w, v) {
				same = true
				other = other || s.pair(w) != s.pair(v)
			}
		}
		for count, yes := range map[*int]bool{&l.SharingRows: most > 0, &l.Twins: most > 0 && most >= s.Steps-1, &l.Duplicates: same, &l.Conflicting: other} {
			if yes {
				*count++
			}
		}
	}
	l.Rows = len(rows)
	for _, unit := range Units {
		group, both := s.groups(unit), map[string]bool{}
		for _, a := range train {
			for _, b := range test {
				if group[a] == group[b] {
					both[group[a]] = true
				}
			}
		}
		l.Groups[unit] = len(both)
	}
	return l
}

func (s *Set) equalInputs(a, b int) bool {
	for k := range s.Steps {
		for j := range s.Features {
			if s.Rows[int(s.Windows[a].Rows[k])*len(s.Features)+j] != s.Rows[int(s.Windows[b].Rows[k])*len(s.Features)+j] {
				return false
			}
		}
	}
	return true
}

// A split by a unit shares nothing of that unit, and no rows.
func TestGroupSplitsLeakNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		unit := rapid.SampledFrom(Units).Draw(t, "unit")
		split, err := s.Split(SplitSpec{Kind: "group", Unit: unit, Seed: 1, Of: 3})
		if err != nil {
			return
		}
		r := Audit(s, split)
		if r.Test.Groups[unit] != 0 || r.Validation.Groups[unit] != 0 || r.Test.SharingRows != 0 {
			t.Fatalf("split %s: %+v", split.Name, r.Test)
		}
		windows := 0
		for _, p := range r.Parts {
			windows += p.Windows
		}
		types := 0
		for _, c := range r.Classes {
			if c.Task == "type" {
				types += c.Train + c.Validation + c.Test
			}
		}
		if windows != len(s.Windows) || types != windows {
			t.Fatalf("%d windows in parts, %d in classes, of %d", windows, types, len(s.Windows))
		}
	})
}

func TestConstantColumns(t *testing.T) {
	s := grid([][]float64{{1, 5, 9}, {2, 5, 9}, {2, 5, 8}}, 1)
	s.Windows = s.Windows[:2] // the third row is in no window
	if got := fmt.Sprint(s.constantColumns()); got != "[column 1 column 2]" {
		t.Error(got)
	}
}

func TestLabels(t *testing.T) {
	s := &Set{Types: []string{"chat", "voip"}, Apps: []string{"skype"}, Windows: []Window{{Type: 1, VPN: true}, {Type: 0}}}
	for task, want := range map[string]string{"type": "[chat voip] [1 0]", "app": "[skype] [0 0]", "vpn": "[non-vpn vpn] [1 0]", "pair": "[chat/skype voip/skype] [1 0]"} {
		classes, y := s.Labels(task)
		if got := fmt.Sprint(classes, y); got != want {
			t.Errorf("%s: %s", task, got)
		}
	}
	defer func() {
		if fmt.Sprint(recover()) != `dataset: task is "day", known are type, app, pair and vpn` {
			t.Error("no panic")
		}
	}()
	s.Labels("day")
}
