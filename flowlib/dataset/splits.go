package dataset

import "fmt"

// Split divides the windows; a spec without a kind is "group" by the set's own
// unit. The same set and spec give the same split.
func (s *Set) Split(spec SplitSpec) (*Split, error) {
	if len(s.Windows) == 0 {
		return nil, fmt.Errorf("%s: the data set has no windows to split", s.Dir)
	}
	if err := spec.Check(); err != nil {
		return nil, err
	}
	split, err := s.divide(spec)
	if err != nil {
		return nil, err
	}
	if len(split.Test) == 0 || len(split.Train) == 0 || len(split.Validation) == 0 {
		return nil, fmt.Errorf("split %s leaves a part empty (train %d, validation %d, test %d windows), expected fewer folds or more groups",
			split.Name, len(split.Train), len(split.Validation), len(split.Test))
	}
	distinct := map[string]bool{}
	for _, w := range split.Test {
		distinct[split.Group[w]] = true
	}
	split.TestGroups = len(distinct)
	return split, nil
}

func (s *Set) divide(spec SplitSpec) (*Split, error) {
	switch spec.Kind {
	case "published":
		return s.published(spec)
	case "leave-one-out":
		return s.leaveOneOut(spec)
	case "time":
		return s.byTime(spec)
	case "":
		spec.Kind = "group"
	}
	return s.grouped(spec)
}

// Folds are the specs of all folds of a spec, and of all repeats when there
// are several: their test parts together are every window that can be tested,
// once a repeat. With leave-one-out they are all groups that can be left out.
// A published split, and one by time, is one fold.
func (s *Set) Folds(spec SplitSpec, repeats int) ([]SplitSpec, error) {
	spec.Fold, spec.Repeat = 1, 0
	first, err := s.Split(spec)
	if err != nil {
		return nil, err
	}
	spec = first.Spec
	of := max(spec.Of, 1)
	if spec.Kind == "leave-one-out" {
		spec.Leave = ""
		repeats = 1
	}
	if spec.Kind == "published" || spec.Kind == "time" {
		return []SplitSpec{spec}, nil
	}
	var all []SplitSpec
	for repeat := 1; repeat <= max(repeats, 1); repeat++ {
		for fold := 1; fold <= of; fold++ {
			spec.Fold, spec.Repeat = fold, repeat
			if repeats <= 1 {
				spec.Repeat = 0
			}
			all = append(all, spec)
		}
	}
	return all, nil
}
