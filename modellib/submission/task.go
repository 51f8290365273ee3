package submission

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"flowbook/flowlib/dataset"
)

// Task is a named task of a data set.
type Task struct {
	Name  string // "course-1.0/type/by-host"
	Set   string // "course-1.0"
	Label string // "type", "app" or "vpn"
	Unit  string // "host"

	// Part is the frozen part of each capture, by its name without ending:
	// train, validation or test. Without it folds are dealt, and every window
	// is tested once.
	Part map[string]string
}

// ParseTask reads SET/LABEL/by-UNIT.
func ParseTask(name string) (Task, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || parts[0] == "" {
		return Task{}, fmt.Errorf("task %q: expected SET/LABEL/by-UNIT, such as course-1.0/type/by-host", name)
	}
	t := Task{Name: name, Set: parts[0], Label: parts[1], Unit: strings.TrimPrefix(parts[2], "by-")}
	if !slices.Contains([]string{"type", "app", "vpn"}, t.Label) {
		return Task{}, fmt.Errorf("task %q: label is %q, known are type, app and vpn", name, t.Label)
	}
	if !strings.HasPrefix(parts[2], "by-") || !slices.Contains(dataset.Units, t.Unit) {
		return Task{}, fmt.Errorf("task %q: split is %q, known are by-%s", name, parts[2], strings.Join(dataset.Units, ", by-"))
	}
	return t, nil
}

// splitSeed deals the folds of every named task.
const splitSeed = 42

// Spec is the split of the task.
func (t Task) Spec() dataset.SplitSpec {
	return dataset.SplitSpec{Kind: "group", Unit: t.Unit, Seed: splitSeed}
}

// Folds are the splits of the task: the frozen one, or those of Spec.
func (t Task) Folds(set *dataset.Set) ([]*dataset.Split, error) {
	if t.Part != nil {
		s, err := t.frozen(set)
		return []*dataset.Split{s}, err
	}
	specs, err := set.Folds(t.Spec(), 1)
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", t.Name, err)
	}
	var out []*dataset.Split
	for _, s := range specs {
		split, err := set.Split(s)
		if err != nil {
			return nil, fmt.Errorf("task %s: %w", t.Name, err)
		}
		out = append(out, split)
	}
	return out, nil
}

// frozen is the split that Part says. Windows of captures that it does not
// name are left out.
func (t Task) frozen(set *dataset.Set) (*dataset.Split, error) {
	s := &dataset.Split{Name: "frozen, by " + t.Unit, Unit: t.Unit, Group: make([]string, len(set.Windows))}
	classes, y := set.Labels(t.Label)
	groups, tested := make([]map[string]bool, len(classes)), map[string]bool{}
	for k := range groups {
		groups[k] = map[string]bool{}
	}
	for w := range set.Windows {
		group := set.Windows[w].Group(t.Unit)
		s.Group[w] = group
		switch t.Part[set.Windows[w].Group("capture")] {
		case "train":
			s.Train = append(s.Train, w)
		case "validation":
			s.Validation = append(s.Validation, w)
		case "test":
			s.Test, tested[group] = append(s.Test, w), true
		default:
			s.Dropped++
			continue
		}
		groups[y[w]][group] = true
	}
	if len(s.Train) == 0 || len(s.Test) == 0 {
		return nil, fmt.Errorf("task %s: the captures of %s leave %d windows to train on and %d to test, expected some of both", t.Name, set.Dir, len(s.Train), len(s.Test))
	}
	s.TestGroups = len(tested)
	for k, name := range classes {
		if n := len(groups[k]); n > 0 && n < fewest {
			s.NotEstimable = append(s.NotEstimable, t.Label+" "+name)
		}
	}
	return s, nil
}

// fewest is how many groups a class needs to have a score, as in a dealt split.
const fewest = 3

// WriteFolds writes a CSV row a window and fold: window, fold, part (train,
// validation or test), group and truth.
func (t Task) WriteFolds(w io.Writer, set *dataset.Set) error {
	folds, err := t.Folds(set)
	if err != nil {
		return err
	}
	classes, y := set.Labels(t.Label)
	out := csv.NewWriter(w)
	if err := out.Write([]string{"window", "fold", "part", "group", "truth"}); err != nil {
		return fmt.Errorf("write folds: %w", err)
	}
	for f, split := range folds {
		for _, part := range []struct {
			name    string
			windows []int
		}{{"train", split.Train}, {"validation", split.Validation}, {"test", split.Test}} {
			for _, w := range part.windows {
				row := []string{strconv.Itoa(w), strconv.Itoa(f + 1), part.name, split.Group[w], classes[y[w]]}
				if err := out.Write(row); err != nil {
					return fmt.Errorf("write folds: %w", err)
				}
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write folds: %w", err)
	}
	return nil
}
