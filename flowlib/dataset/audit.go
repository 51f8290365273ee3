package dataset

import (
	"slices"

	"flowbook/flowlib/label"
)

// Report is what an audit found: what the set holds and what a split leaks.
type Report struct {
	Dataset      string       `json:"dataset"`
	Hash         string       `json:"hash"`
	Windows      int          `json:"windows"`
	Steps        int          `json:"steps"`
	Rows         int          `json:"rows"`
	Features     []string     `json:"features"`
	Split        string       `json:"split"`
	Unit         string       `json:"unit"`
	Parts        []PartCount  `json:"parts"`
	Classes      []ClassCount `json:"classes"`
	Pairs        []PairCount  `json:"pairs"`
	Table9       string       `json:"-"` // proportions of applications within types
	Funnel       []FunnelRow  `json:"funnel"`
	Traits       Traits       `json:"traits"`
	Knows        []Knowledge  `json:"groups_know_type"`
	Dependence   Dependence   `json:"dependence"`
	VPN          int          `json:"vpn"`              // windows inside a VPN
	Constant     []string     `json:"constant"`         // columns that say nothing in any window
	Duplicate    []string     `json:"duplicate"`        // pairs of equal columns
	Scores       []Score      `json:"scores,omitempty"` // of single features and the nearest neighbour, on the test part
	Smells       []Smell      `json:"smells"`
	Missing      []string     `json:"missing"` // for an honest test
	*Certificate `json:"certificate"`
	Written      string         `json:"written,omitempty"` // where the split and its certificate were written
	NotEstim     []string       `json:"not_estimable"`
	GroupsOf     map[string]int `json:"groups_of_not_estimable"`
	Dropped      int            `json:"dropped"` // windows that the split leaves out
	Vanished     []string       `json:"vanished"`
	Unmatched    []string       `json:"unmatched"`
	LeftOut      map[string]int `json:"left_out"`
	Notes        []string       `json:"notes"`
}

// PartCount is the effective size of a part: windows that overlap are not
// independent, their superflows, captures and hosts are closer to it.
type PartCount struct {
	Part       string `json:"part"`
	Windows    int    `json:"windows"`
	Superflows int    `json:"superflows"`
	Tuples     int    `json:"tuples"`
	Captures   int    `json:"captures"`
	Sessions   int    `json:"sessions"`
	// 0 when not known:
	Hosts           int `json:"hosts"`
	Days            int `json:"days"`
	Access          int `json:"access"`          // access networks
	Implementations int `json:"implementations"` // programs
}

// ClassCount is a class of a task with its windows per part and its groups of
// the split's unit.
type ClassCount struct {
	Task       string `json:"task"`
	Class      string `json:"class"`
	Windows    int    `json:"windows"`
	Superflows int    `json:"superflows"`
	Groups     int    `json:"groups"`
	Train      int    `json:"train"`
	Validation int    `json:"validation"`
	Test       int    `json:"test"`
}

// PairCount is a combination of traffic type and application.
type PairCount struct {
	label.Pair
	Windows    int `json:"windows"`
	Superflows int `json:"superflows"`
	Captures   int `json:"captures"`
}

// Audit counts what a set holds and what a split of it leaks.
func Audit(set *Set, split *Split) *Report {
	m := &set.Manifest
	r := &Report{
		Dataset: set.Dir, Hash: set.Hash, Windows: len(set.Windows), Steps: set.Steps, Rows: m.Rows, Features: set.Features,
		Split: split.Name, Unit: split.Unit, NotEstim: split.NotEstimable, GroupsOf: split.GroupsOf, Dropped: split.Dropped,
		Vanished: m.Vanished, Unmatched: m.Unmatched, LeftOut: m.LeftOut, Notes: m.Notes,
		Constant: set.constantColumns(), Funnel: m.Funnel("pair"), Traits: m.Traits(), Knows: set.knows(), Dependence: set.dependence(), Missing: set.missing(split),
		Table9: set.Counts().String(),
	}
	for _, p := range []struct {
		name    string
		windows []int
	}{{"train", split.Train}, {"validation", split.Validation}, {"test", split.Test}} {
		r.Parts = append(r.Parts, set.part(p.name, p.windows))
	}
	r.Classes = append(set.classCounts("type", split), set.classCounts("app", split)...)
	r.Pairs = set.pairCounts()
	r.Duplicate = set.duplicateColumns(r.Constant)
	for i := range set.Windows {
		if set.Windows[i].VPN {
			r.VPN++
		}
	}
	r.Certificate = Certify(set, split)
	r.Smells = set.smells(split, r)
	return r
}

// Counts is how many windows each pair of traffic type and application has:
// its String prints the shape of the paper's Table 9.
func (s *Set) Counts() label.Counts {
	c := label.Counts{}
	for i := range s.Windows {
		c[s.pair(i)]++
	}
	return c
}

func (s *Set) pair(w int) label.Pair {
	return label.Pair{Type: s.Types[s.Windows[w].Type], App: s.Apps[s.Windows[w].App]}
}

// constantColumns are the columns with one value in all windows.
func (s *Set) constantColumns() []string {
	width, used := len(s.Features), s.uses(s.all())
	names := []string{}
	for j, name := range s.Features {
		first, same, any := 0.0, true, false
		for i, n := range used {
			if n == 0 {
				continue
			}
			v := s.Rows[i*width+j]
			if !any {
				first, any = v, true
			}
			same = same && v == first
		}
		if same {
			names = append(names, name)
		}
	}
	return names
}

// distinct counts the different values of a unit among windows; "" does not count.
func (s *Set) distinct(unit string, windows []int) int {
	group, seen := s.groups(unit), map[string]bool{}
	for _, w := range windows {
		if group[w] != "" {
			seen[group[w]] = true
		}
	}
	return len(seen)
}

func (s *Set) part(name string, windows []int) PartCount {
	return PartCount{
		Part: name, Windows: len(windows),
		Superflows: s.distinct("superflow", windows), Tuples: s.distinct("tuple", windows),
		Captures: s.distinct("capture", windows), Sessions: s.distinct("session", windows), Hosts: s.distinct("host", windows),
		Days: s.distinct("day", windows), Access: s.distinct("access", windows), Implementations: s.distinct("implementation", windows),
	}
}

func (s *Set) classCounts(task string, split *Split) []ClassCount {
	classes, y := s.Labels(task)
	counts := make([]ClassCount, len(classes))
	of := make([][]int, len(classes))
	for w, c := range y {
		of[c] = append(of[c], w)
	}
	for c, name := range classes {
		groups := map[string]bool{}
		for _, w := range of[c] {
			groups[split.Group[w]] = true
		}
		counts[c] = ClassCount{Task: task, Class: name, Windows: len(of[c]), Superflows: s.distinct("superflow", of[c]), Groups: len(groups)}
	}
	for _, w := range split.Train {
		counts[y[w]].Train++
	}
	for _, w := range split.Validation {
		counts[y[w]].Validation++
	}
	for _, w := range split.Test {
		counts[y[w]].Test++
	}
	return counts
}

func (s *Set) pairCounts() []PairCount {
	of := map[label.Pair][]int{}
	for w := range s.Windows {
		of[s.pair(w)] = append(of[s.pair(w)], w)
	}
	var counts []PairCount
	for _, t := range s.Types {
		for _, a := range s.Apps {
			p := label.Pair{Type: t, App: a}
			if w := of[p]; len(w) > 0 {
				counts = append(counts, PairCount{p, len(w), s.distinct("superflow", w), s.distinct("capture", w)})
			}
		}
	}
	return slices.Clip(counts)
}
