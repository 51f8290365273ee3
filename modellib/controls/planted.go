package controls

import (
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
)

// Plant is a control set with what theory says of it (package data/control).
type Plant struct {
	Kind   string // "signal", "leak" or "nothing"
	Set    *dataset.Set
	Best   float64 // macro F1 of the best possible classifier on groups that it has not seen
	Chance float64
}

// near is how far a forest of a few hundred superflows may stay below the best
// possible score.
const near = 0.1

// leaked is what knowing the superflow of nearly every window is worth at least.
const leaked = 0.9

// Planted runs forest and 1-NN on control sets, by host and with windows dealt
// at random. The pipeline is sound when it finds the signal and stays below
// what is possible, when only the random split profits from the leak, and when
// nothing is found where nothing is.
func Planted(plants []Plant) (*Report, error) {
	r := &Report{Title: "Control sets: planted signal, planted leak, nothing", Task: "type", Notes: []string{
		"A leak helps only where windows of one superflow stand on both sides: the random split scores by it, and above what is possible for an honest one.",
	}}
	for _, p := range plants {
		for _, m := range []Model{Forest(1), Nearest(baseline.L2, 1)} {
			for _, kind := range []string{"group", "published"} {
				o, err := Experiment{Name: p.Kind + ", " + m.Name, Set: p.Set, Task: "type", Model: m, Split: dataset.SplitSpec{Kind: kind, Seed: 42}}.Run()
				if err != nil {
					return nil, fmt.Errorf("control set %s: %w", p.Kind, err)
				}
				row := o.row()
				p.judge(&row, kind == "published", m.Name)
				r.Rows = append(r.Rows, row)
			}
		}
	}
	return r, nil
}

// judge compares a score with theory.
func (p Plant) judge(row *Row, windows bool, model string) {
	switch {
	case windows && p.Kind == "leak":
		row.Expected = fmt.Sprintf("above %.1f", leaked)
		row.settle(row.MacroF1 > leaked, "the leak is exposed", "the leak was not found")
	case windows && p.Kind == "signal":
		row.Expected = fmt.Sprintf("above %.3f", p.Best)
		row.settle(row.MacroF1 > p.Best, "the leak is exposed", "the leak was not found")
	case p.Kind == "signal" && model == Forest(1).Name:
		row.Expected = fmt.Sprintf("%.3f at best", p.Best)
		low := row.MacroF1
		if row.Interval != nil {
			low = row.Interval.Low
		}
		row.settle(row.MacroF1 >= p.Best-near && low <= p.Best, "the signal is found", "found less, or more than is there")
	case p.Kind == "signal": // the error of 1-NN is at most twice the least possible (Cover and Hart, 1967)
		row.Expected = fmt.Sprintf("%.3f to %.3f", 1-2*(1-p.Best), p.Best)
		row.settle(row.MacroF1 >= 1-2*(1-p.Best)-near && row.MacroF1 <= p.Best, "the signal is found", "found less, or more than is there")
	default:
		row.expectChance(p.Chance)
	}
}

func (row *Row) settle(ok bool, yes, no string) {
	row.Failed, row.Verdict = !ok, yes
	if !ok {
		row.Verdict = "NOT AS EXPECTED: " + no
	}
}
