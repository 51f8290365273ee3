package dataset

import (
	"fmt"
	"slices"

	"flowbook/flowlib/dataset/sklearn"
)

// fewest is how many groups a class needs so that train, validation and test
// can each have one.
const fewest = 3

// foldsFor is how many folds a group split has where the spec does not say: 5,
// or 4 where a fold would get fewer than 3 groups.
func foldsFor(groups int) int {
	if groups >= 15 {
		return 5
	}
	return max(min(4, groups), fewest)
}

// grouped divides the windows so that no group stands on two sides. The groups
// are dealt into folds so that every class is spread over them; one fold is the
// test part, the next one the validation part, the rest train. Nested, the
// validation part is a fold of another deal, of the groups outside the test part.
//
// A class with fewer than 3 groups is not estimable: its groups stay in train,
// whole, so that the unit is the same for all classes.
func (s *Set) grouped(spec SplitSpec) (*Split, error) {
	if spec.Unit == "" {
		spec.Unit = s.Manifest.Unit
	}
	group, err := s.knownGroups(spec.Unit)
	if err != nil {
		return nil, err
	}
	if spec.Kind == "open-world" {
		if err := s.checkLeave(spec.Leave); err != nil {
			return nil, err
		}
	}
	d := s.newDeal(group, spec)
	if err := d.settle(&spec); err != nil {
		return nil, err
	}
	part, err := s.parts(d, group, spec)
	if err != nil {
		return nil, err
	}
	split := &Split{Spec: spec, Name: spec.name(), Unit: spec.Unit, Group: group}
	split.NotEstimable, split.GroupsOf = d.notEstimable()
	split.take(part)
	if spec.Kind == "open-world" {
		s.openWorld(split)
	}
	return split, nil
}

// The parts of a split.
const (
	inTrain = iota
	inValidation
	inTest
)

// take gives the windows their parts, by their groups.
func (s *Split) take(part func(group string) int) {
	for w, g := range s.Group {
		switch part(g) {
		case inTest:
			s.Test = append(s.Test, w)
		case inValidation:
			s.Validation = append(s.Validation, w)
		default:
			s.Train = append(s.Train, w)
		}
	}
}

// parts deals the groups and says which part each is in.
func (s *Set) parts(d *deal, group []string, spec SplitSpec) (func(string) int, error) {
	var fold map[string]int
	var err error
	if spec.Kind == "stratified" {
		fold, err = s.stratified(d, group, spec)
	} else {
		fold = d.deal(spec.Of, func(string) bool { return false })
	}
	if err != nil {
		return nil, err
	}
	isTest := func(g string) bool { f, dealt := fold[g]; return dealt && f == spec.Fold-1 }
	isValidation := func(g string) bool { f, dealt := fold[g]; return dealt && f == spec.Fold%spec.Of }
	if spec.InnerOf > 0 {
		isValidation = d.inner(spec, isTest)
	}
	return func(g string) int {
		switch {
		case isTest(g):
			return inTest
		case isValidation(g):
			return inValidation
		}
		return inTrain
	}, nil
}

// inner deals the groups outside the test part and says which ones validate.
func (d *deal) inner(spec SplitSpec, isTest func(string) bool) func(string) bool {
	fold := d.deal(spec.InnerOf, isTest)
	return func(g string) bool { f, dealt := fold[g]; return dealt && f == spec.Inner-1 }
}

// stratified deals the groups that may leave train as scikit-learn's
// StratifiedGroupKFold does: classes are the pairs of type and application,
// groups go by their names.
func (s *Set) stratified(d *deal, group []string, spec SplitSpec) (map[string]int, error) {
	var class, number []int
	free := d.free()
	for w, g := range group {
		if i, ok := slices.BinarySearch(free, g); ok {
			class = append(class, s.pairRank(w))
			number = append(number, i)
		}
	}
	r := sklearn.NewRandom(spec.Seed)
	var folds []sklearn.Fold
	for range max(spec.Repeat, 1) {
		var err error
		if folds, err = sklearn.StratifiedGroupKFold(class, number, spec.Of, r); err != nil {
			return nil, fmt.Errorf("split stratified by %s: %w", spec.Unit, err)
		}
	}
	fold := map[string]int{}
	for f := range folds {
		for _, row := range folds[f].Test {
			fold[free[number[row]]] = f
		}
	}
	return fold, nil
}

// knownGroups are the groups of all windows for a unit, each with a name.
func (s *Set) knownGroups(unit string) ([]string, error) {
	if !slices.Contains(Units, unit) {
		return nil, unknownUnit(unit)
	}
	group := s.groups(unit)
	if i := slices.Index(group, ""); i >= 0 {
		return nil, fmt.Errorf("split by %s: the %[1]s of capture %s is not known", unit, s.Windows[i].Group("capture"))
	}
	return group, nil
}

// groups are the groups of all windows for a unit.
func (s *Set) groups(unit string) []string {
	g := make([]string, len(s.Windows))
	for i := range s.Windows {
		g[i] = s.Windows[i].Group(unit)
	}
	return g
}

// settle fills in the fold and the number of folds, and says when there are
// too few groups for a split.
func (d *deal) settle(spec *SplitSpec) error {
	free := len(d.free())
	if free < 2 || len(d.names) < fewest {
		return fmt.Errorf("split by %s: %d groups, of which %d hold a class with fewer than %d groups and stay in train, expected at least 2 others for validation and test", spec.Unit, len(d.names), len(d.pinned), fewest)
	}
	if spec.Of == 0 {
		spec.Of = foldsFor(free)
	}
	spec.Fold = max(spec.Fold, 1)
	if spec.Fold > spec.Of {
		return fmt.Errorf("split by %s: fold is %d of %d, expected 1 to at least 3", spec.Unit, spec.Fold, spec.Of)
	}
	if spec.Inner > 0 && spec.InnerOf == 0 {
		spec.InnerOf = foldsFor(free - free/spec.Of)
	}
	if spec.InnerOf > 0 {
		spec.Inner = max(spec.Inner, 1)
	}
	return nil
}

// name is how a split is called beside a score.
func (s SplitSpec) name() string {
	name := fmt.Sprintf("by %s, fold %d of %d", s.Unit, s.Fold, s.Of)
	switch s.Kind {
	case "stratified":
		name = "stratified " + name
	case "open-world":
		name = fmt.Sprintf("open world without %s, %s", s.Leave, name)
	case "leave-one-out":
		name = fmt.Sprintf("leaving out %s %s", s.Unit, s.Leave)
	}
	if s.Repeat > 1 {
		name += fmt.Sprintf(", repeat %d", s.Repeat)
	}
	if s.InnerOf > 0 && s.Kind != "leave-one-out" {
		name += fmt.Sprintf(", validation %d of %d", s.Inner, s.InnerOf)
	}
	return name
}
