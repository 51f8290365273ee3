package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// SplitSpec says how windows are divided into train, validation and test.
//
//	published       random over windows, scikit-learn-exact: windows that overlap stand on both sides
//	group           the groups of Unit dealt into folds so that every class is spread over them
//	stratified      the same by scikit-learn's StratifiedGroupKFold over the pairs of type and application
//	leave-one-out   one group of Unit, such as a capture, is the test part
//	open-world      group, but train and validation lack the application Leave and only it is tested
//	time            the earliest groups of Unit train, the latest test
//
// In all but published a group stands on one side whole, and the classes with
// fewer than 3 groups stay in train.
type SplitSpec struct {
	Kind    string `json:"kind"`
	Unit    string `json:"unit,omitempty"` // one of Units; "" takes the set's own
	Seed    uint32 `json:"seed"`
	Fold    int    `json:"fold,omitempty"`     // which fold (or group to leave out, in sorted order) is the test part, from 1
	Of      int    `json:"of,omitempty"`       // number of folds
	Repeat  int    `json:"repeat,omitempty"`   // which deal of the seed, from 1
	Inner   int    `json:"inner,omitempty"`    // nested: which fold of the groups outside the test part validates, from 1
	InnerOf int    `json:"inner_of,omitempty"` // number of those folds; 0 takes the next fold of the deal for validation
	Leave   string `json:"leave,omitempty"`    // the group, or the application, that is left out of train
}

// kinds are the splitters there are.
var kinds = []string{"published", "group", "stratified", "leave-one-out", "open-world", "time"}

// Check says what is wrong with the spec whatever the set.
func (s SplitSpec) Check() error {
	switch {
	case s.Kind != "" && !slices.Contains(kinds, s.Kind):
		return unknownKind(s.Kind)
	case s.Unit != "" && !slices.Contains(Units, s.Unit):
		return unknownUnit(s.Unit)
	case s.Kind == "open-world" && s.Leave == "":
		return fmt.Errorf("split open-world: found no application to leave out, expected one")
	case s.Kind != "open-world" && s.Kind != "leave-one-out" && s.Leave != "":
		return fmt.Errorf("split is %q and leaves %q out, expected leave-one-out or open-world", s.Kind, s.Leave)
	case s.Repeat < 0:
		return fmt.Errorf("split: repeat is %d, expected 1 or more", s.Repeat)
	case s.Kind == "leave-one-out" && (s.Fold < 0 || s.Of < 0):
		return fmt.Errorf("split: group %d of %d is left out, expected one of them", s.Fold, s.Of)
	case s.Kind == "leave-one-out":
		return checkFold("inner fold", s.Inner, s.InnerOf, 2)
	}
	if err := checkFold("inner fold", s.Inner, s.InnerOf, 2); err != nil {
		return err
	}
	return checkFold("fold", s.Fold, s.Of, fewest)
}

// checkFold wants a fold of at least so many, or none named.
func checkFold(what string, fold, of, least int) error {
	if fold < 0 || of < 0 || of > 0 && (of < least || fold > of) {
		return fmt.Errorf("split: %s is %d of %d, expected at least %d folds and one of them", what, fold, of, least)
	}
	return nil
}

func unknownUnit(unit string) error {
	return fmt.Errorf("split by %q: known units are %s", unit, strings.Join(Units, ", "))
}

func unknownKind(kind string) error {
	return fmt.Errorf("split is %q, known are %s", kind, strings.Join(kinds, ", "))
}

// Split is a division of the windows of a set.
type Split struct {
	Spec                    SplitSpec
	Name                    string // as printed beside every score
	Unit                    string
	Train, Validation, Test []int          // window numbers
	Group                   []string       // group of every window of the set
	TestGroups              int            // distinct groups in Test
	NotEstimable            []string       // "type p2p", "app aim": classes with fewer than 3 groups; they stay in train
	GroupsOf                map[string]int // of each class in NotEstimable: its groups
	Dropped                 int            // windows left out, such as rare pairs of the published split
}
