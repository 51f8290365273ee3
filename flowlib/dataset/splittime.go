package dataset

import (
	"cmp"
	"fmt"
	"slices"
)

// The share of the windows that trains, and that trains or validates, in a
// split by time.
const earliest, early = 0.70, 0.85

// byTime trains on the earliest groups, validates on later ones and tests on
// the latest. Groups that overlap in time are not parted, so that every window
// of train ends before any of validation begins, and so on. Validation and test
// lose the windows of classes that train has not met.
func (s *Set) byTime(spec SplitSpec) (*Split, error) {
	if spec.Unit == "" {
		spec.Unit = "capture"
	}
	group, err := s.knownGroups(spec.Unit)
	if err != nil {
		return nil, err
	}
	blocks := s.blocks(group)
	if len(blocks) < fewest {
		return nil, fmt.Errorf("split by time: the %ss fall into %d stretches of time that do not overlap, expected at least %d", spec.Unit, len(blocks), fewest)
	}
	part := cutBlocks(blocks, len(s.Windows))
	split := &Split{Spec: spec, Name: fmt.Sprintf("by time, earliest %ss train, latest test", spec.Unit), Unit: spec.Unit, Group: group}
	split.take(func(g string) int { return part[g] })
	s.dropUnmet(split)
	return split, nil
}

// block is a stretch of time whose groups overlap.
type block struct {
	first, last int64 // µs
	groups      []string
	windows     int
}

// blocks are the stretches in the order of time.
func (s *Set) blocks(group []string) []block {
	of := map[string]*block{}
	for w, g := range group {
		b := of[g]
		if b == nil {
			b = &block{first: s.Windows[w].Start, last: s.Windows[w].End, groups: []string{g}}
			of[g] = b
		}
		b.first, b.last = min(b.first, s.Windows[w].Start), max(b.last, s.Windows[w].End)
		b.windows++
	}
	var all []block
	for _, b := range of {
		all = append(all, *b)
	}
	slices.SortFunc(all, func(a, b block) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.groups[0], b.groups[0]))
	})
	var merged []block
	for _, b := range all {
		if n := len(merged); n > 0 && b.first <= merged[n-1].last {
			m := &merged[n-1]
			m.last, m.windows = max(m.last, b.last), m.windows+b.windows
			m.groups = append(m.groups, b.groups...)
			continue
		}
		merged = append(merged, b)
	}
	return merged
}

// cutBlocks gives each group its part: blocks in order of time, cut where the
// shares of windows come nearest to what they should be, no part empty.
func cutBlocks(blocks []block, windows int) map[string]int {
	cut := func(share float64, least, most int) int {
		best, sum, distance := least, 0, 2.0
		for i := range blocks {
			sum += blocks[i].windows
			d := float64(sum)/float64(windows) - share
			if d < 0 {
				d = -d
			}
			if i+1 >= least && i+1 <= most && d < distance {
				best, distance = i+1, d
			}
		}
		return best
	}
	first := cut(earliest, 1, len(blocks)-2)
	second := cut(early, first+1, len(blocks)-1)
	part := map[string]int{}
	for i, b := range blocks {
		for _, g := range b.groups {
			switch {
			case i >= second:
				part[g] = inTest
			case i >= first:
				part[g] = inValidation
			}
		}
	}
	return part
}

// dropUnmet takes the windows whose type or application train does not hold
// away from validation and test, and lists those classes with their groups.
func (s *Set) dropUnmet(split *Split) {
	met := map[string]bool{}
	for _, w := range split.Train {
		p := s.pair(w)
		met["type "+p.Type], met["app "+p.App] = true, true
	}
	groups := s.classGroups(split.Group)
	split.GroupsOf = map[string]int{}
	for _, t := range s.Types {
		split.unmet("type "+t, met, groups)
	}
	for _, a := range s.Apps {
		split.unmet("app "+a, met, groups)
	}
	n := len(split.Validation) + len(split.Test)
	unmet := func(w int) bool {
		p := s.pair(w)
		return slices.Contains(split.NotEstimable, "type "+p.Type) || slices.Contains(split.NotEstimable, "app "+p.App)
	}
	split.Validation = slices.DeleteFunc(split.Validation, unmet)
	split.Test = slices.DeleteFunc(split.Test, unmet)
	split.Dropped += n - len(split.Validation) - len(split.Test)
}

func (s *Split) unmet(class string, met map[string]bool, groups map[string]map[string]bool) {
	if n := len(groups[class]); n > 0 && (!met[class] || n < fewest) {
		s.NotEstimable = append(s.NotEstimable, class)
		s.GroupsOf[class] = n
	}
}

// classGroups are the groups of every class of both tasks.
func (s *Set) classGroups(group []string) map[string]map[string]bool {
	of := map[string]map[string]bool{}
	for w, g := range group {
		p := s.pair(w)
		for _, class := range []string{"type " + p.Type, "app " + p.App} {
			if of[class] == nil {
				of[class] = map[string]bool{}
			}
			of[class][g] = true
		}
	}
	return of
}
