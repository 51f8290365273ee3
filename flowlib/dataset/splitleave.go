package dataset

import (
	"fmt"
	"slices"
)

// leaveOneOut makes one group the test part. The groups that remain are dealt
// into folds for validation. A group that stays in train, because it holds a
// class with fewer than 3 groups, cannot be left out.
func (s *Set) leaveOneOut(spec SplitSpec) (*Split, error) {
	if spec.Unit == "" {
		spec.Unit = "capture"
	}
	group, err := s.knownGroups(spec.Unit)
	if err != nil {
		return nil, err
	}
	d := s.newDeal(group, spec)
	free := d.free()
	if len(free) < 2 || len(d.names) < fewest {
		return nil, fmt.Errorf("split leaves a %s out: %d of %d hold no class with fewer than %d groups, expected at least 2 for validation and test", spec.Unit, len(free), len(d.names), fewest)
	}
	if err := d.choose(&spec, free); err != nil {
		return nil, err
	}
	isTest := func(g string) bool { return g == spec.Leave }
	isValidation := d.inner(spec, isTest)
	split := &Split{Spec: spec, Name: spec.name(), Unit: spec.Unit, Group: group}
	split.NotEstimable, split.GroupsOf = d.notEstimable()
	split.take(func(g string) int {
		switch {
		case isTest(g):
			return inTest
		case isValidation(g):
			return inValidation
		}
		return inTrain
	})
	return split, nil
}

// choose settles which group is left out, by name or by number, and the inner folds.
func (d *deal) choose(spec *SplitSpec, free []string) error {
	spec.Of = len(free)
	if spec.Leave == "" {
		spec.Fold = max(spec.Fold, 1)
		if spec.Fold > len(free) {
			return fmt.Errorf("split leaves %s %d out, there are %d that can be left out", spec.Unit, spec.Fold, len(free))
		}
		spec.Leave = free[spec.Fold-1]
	}
	at, ok := slices.BinarySearch(free, spec.Leave)
	switch {
	case d.pinned[spec.Leave]:
		return fmt.Errorf("split leaves %s %q out: it holds a class with fewer than %d groups, which stays in train", spec.Unit, spec.Leave, fewest)
	case !ok:
		return fmt.Errorf("split leaves %s %q out: there is no such %[1]s", spec.Unit, spec.Leave)
	}
	spec.Fold = at + 1
	if spec.InnerOf == 0 {
		spec.InnerOf = max(min(foldsFor(len(free)-1), len(free)-1), 2)
	}
	spec.Inner = max(spec.Inner, 1)
	return nil
}

// checkLeave wants an application of the set whose types others have too.
func (s *Set) checkLeave(app string) error {
	left := slices.Index(s.Apps, app)
	if left < 0 {
		return fmt.Errorf("split open-world leaves application %q out, known are %q", app, s.Apps)
	}
	in, without := map[int32]bool{}, map[int32]bool{}
	for i := range s.Windows {
		if w := &s.Windows[i]; int(w.App) == left {
			in[w.Type] = true
		} else {
			without[w.Type] = true
		}
	}
	for t := range in {
		if !without[t] {
			return fmt.Errorf("split open-world leaves application %q out: type %q has no other, so that nothing is left to learn it from", app, s.Types[t])
		}
	}
	return nil
}

// openWorld takes the application that is left out away from train and
// validation, and all others from test. The application cannot be named right;
// its type can.
func (s *Set) openWorld(split *Split) {
	left := func(w int) bool { return s.Apps[s.Windows[w].App] == split.Spec.Leave }
	kept := func(w int) bool { return !left(w) }
	n := len(split.Train) + len(split.Validation) + len(split.Test)
	split.Train = slices.DeleteFunc(split.Train, left)
	split.Validation = slices.DeleteFunc(split.Validation, left)
	split.Test = slices.DeleteFunc(split.Test, kept)
	split.Dropped += n - len(split.Train) - len(split.Validation) - len(split.Test)
}
