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

// Folds are the splits of the task.
func (t Task) Folds(set *dataset.Set) ([]*dataset.Split, error) {
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
