package evaluate

import (
	"fmt"

	"flowbook/modellib/run"
)

// Pooling says how the windows of a superflow or capture make one prediction.
type Pooling string

// The poolings.
const (
	Votes           Pooling = "votes"            // each window votes for its most probable class; probabilities are shares of votes
	MeanProbability Pooling = "mean probability" // mean of the windows' probabilities
)

// PoolUnits makes one prediction a unit, a superflow or a capture, of the
// predictions of its windows. unit[i] names the unit of row i of p. The rows
// of the result stand in order of first appearance, with the number of the
// first window; a tie goes to the first class, as Argmax has it.
//
// Windows of one unit with different truths or groups are an error that names
// the unit: a capture that holds several classes has no class of its own.
func PoolUnits(p *run.Predictions, unit []string, how Pooling) (*run.Predictions, error) {
	if len(unit) != len(p.Window) {
		return nil, fmt.Errorf("pool %s: %d names of units for %s", p.Task, len(unit), count(len(p.Window), "window"))
	}
	if how != Votes && how != MeanProbability {
		return nil, fmt.Errorf("pool %s: pooling is %q, known are %q and %q", p.Task, how, Votes, MeanProbability)
	}
	out := &run.Predictions{Model: p.Model, Task: p.Task}
	row, members := map[string]int{}, []float64{}
	predicted := Argmax(p.Probs)
	for i, u := range unit {
		k, ok := row[u]
		if !ok {
			k = len(out.Window)
			row[u] = k
			out.Window, out.Group, out.Truth = append(out.Window, p.Window[i]), append(out.Group, p.Group[i]), append(out.Truth, p.Truth[i])
			out.Probs, members = append(out.Probs, make([]float64, len(p.Probs[i]))), append(members, 0)
		}
		if out.Truth[k] != p.Truth[i] || out.Group[k] != p.Group[i] {
			return nil, fmt.Errorf("pool %s: %s has windows of class %d in group %q and of class %d in group %q, expected one class and group",
				p.Task, u, out.Truth[k], out.Group[k], p.Truth[i], p.Group[i])
		}
		members[k]++
		if how == Votes {
			out.Probs[k][predicted[i]]++
			continue
		}
		for c, v := range p.Probs[i] {
			out.Probs[k][c] += v
		}
	}
	for k, row := range out.Probs {
		for c := range row {
			row[c] = min(1, row[c]/members[k])
		}
	}
	return out, nil
}

// PoolFolds joins the test parts of the folds of one split into the
// out-of-fold predictions of all windows. A window that two folds tested, or
// folds of different tasks or numbers of classes, are an error.
func PoolFolds(folds ...*run.Predictions) (*run.Predictions, error) {
	if len(folds) == 0 {
		return nil, fmt.Errorf("pool: no folds")
	}
	out := &run.Predictions{Model: folds[0].Model, Task: folds[0].Task}
	fold := map[int]int{}
	for f, p := range folds {
		if p.Task != out.Task || p.Model != out.Model {
			return nil, fmt.Errorf("pool: fold %d is %s for task %s, fold 1 is %s for task %s", f+1, p.Model, p.Task, out.Model, out.Task)
		}
		for i, w := range p.Window {
			if before, ok := fold[w]; ok {
				return nil, fmt.Errorf("pool %s: window %d was tested in folds %d and %d, expected disjoint test parts", p.Task, w, before+1, f+1)
			}
			if len(p.Probs[i]) != len(folds[0].Probs[0]) {
				return nil, fmt.Errorf("pool %s: %d classes in fold %d and %d in fold 1", p.Task, len(p.Probs[i]), f+1, len(folds[0].Probs[0]))
			}
			fold[w] = f
		}
		out.Window, out.Group = append(out.Window, p.Window...), append(out.Group, p.Group...)
		out.Truth, out.Probs = append(out.Truth, p.Truth...), append(out.Probs, p.Probs...)
	}
	return out, nil
}
