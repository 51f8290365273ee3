package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// SplitSpec says how windows are divided into train, validation and test.
type SplitSpec struct {
	Kind string `json:"kind"`           // "published" (random over windows, scikit-learn-exact) or "group"
	Unit string `json:"unit,omitempty"` // for "group": one of Units; "" takes the set's own
	Seed uint32 `json:"seed"`
	Fold int    `json:"fold,omitempty"` // for "group": which fold is the test part, from 1
	Of   int    `json:"of,omitempty"`   // for "group": number of folds
}

// Check says what is wrong with the spec whatever the set.
func (s SplitSpec) Check() error {
	switch {
	case s.Kind != "" && s.Kind != "group" && s.Kind != "published":
		return unknownKind(s.Kind)
	case s.Unit != "" && !slices.Contains(Units, s.Unit):
		return unknownUnit(s.Unit)
	case s.Fold < 0 || s.Of < 0 || s.Of > 0 && (s.Of < fewest || s.Fold > s.Of):
		return fmt.Errorf("split: fold is %d of %d, expected at least %d folds and one of them", s.Fold, s.Of, fewest)
	}
	return nil
}

func unknownUnit(unit string) error {
	return fmt.Errorf("split by %q: known units are %s", unit, strings.Join(Units, ", "))
}

func unknownKind(kind string) error {
	return fmt.Errorf("split is %q, known are published and group", kind)
}

// Split is a division of the windows of a set.
type Split struct {
	Spec                    SplitSpec
	Name                    string // as printed beside every score
	Unit                    string
	Train, Validation, Test []int    // window numbers
	Group                   []string // group of every window of the set
	TestGroups              int      // distinct groups in Test
	NotEstimable            []string // "type p2p", "app aim": classes with fewer than 3 groups; they stay in train
	Dropped                 int      // windows left out, such as rare pairs of the published split
}
