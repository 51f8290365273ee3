package dataset

import "fmt"

// Split divides the windows. Kinds are "published" and "group"; "" is "group"
// by the set's own unit. The same set and spec give the same split.
func (s *Set) Split(spec SplitSpec) (*Split, error) {
	if len(s.Windows) == 0 {
		return nil, fmt.Errorf("%s: the data set has no windows to split", s.Dir)
	}
	var split *Split
	var err error
	switch spec.Kind {
	case "published":
		split, err = s.published(spec)
	case "group", "":
		spec.Kind = "group"
		split, err = s.grouped(spec)
	default:
		err = unknownKind(spec.Kind)
	}
	if err != nil {
		return nil, err
	}
	distinct := map[string]bool{}
	for _, w := range split.Test {
		distinct[split.Group[w]] = true
	}
	split.TestGroups = len(distinct)
	return split, nil
}
