package fit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// NotFinite is the error of a training whose loss became NaN or infinite.
type NotFinite struct {
	Epoch, Batch int // from 1
	Task         string
	Loss         float64
	Windows      []int // the windows to look at
	Why          string
}

// Error implements error.
func (e *NotFinite) Error() string {
	return fmt.Sprintf("epoch %d, batch %d: the loss of task %s is %g, expected a finite number: %s (%s)",
		e.Epoch, e.Batch, e.Task, e.Loss, e.Why, windowList(e.Windows))
}

// windowList names a few windows.
func windowList(windows []int) string {
	if len(windows) == 1 {
		return fmt.Sprint("window ", windows[0])
	}
	const most = 5
	text := "windows"
	for i, w := range windows[:min(len(windows), most)] {
		text += fmt.Sprint([]string{" ", ", "}[min(i, 1)], w)
	}
	if len(windows) > most {
		text += fmt.Sprintf(" and %d more", len(windows)-most)
	}
	return text
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// notFinite finds out which windows of the batch spoiled a head's loss: those
// with a number that is none; else those with such an output, where others of
// the batch have a good one; else the step before ruined the weights, and the
// windows with the largest numbers in its batch are the ones to look at.
func (t *training) notFinite(head int, windows []int, logits []float32) error {
	e := &NotFinite{Epoch: t.epoch, Batch: t.done + 1, Task: t.Heads[head].Task, Loss: t.tally[head].Loss,
		Why: "an input is not finite"}
	x, per := t.batch.x, t.batch.per
	e.Windows = bad(windows, func(i int) bool { return !allFinite(x[i*per : (i+1)*per]) })
	if len(e.Windows) > 0 {
		return e
	}
	classes := t.Heads[head].Classes
	e.Why = "the network's output is not finite; look at the size of the inputs"
	e.Windows = bad(windows, func(i int) bool { return !allFinite(logits[i*classes : (i+1)*classes]) })
	if len(e.Windows) > 0 && len(e.Windows) < len(windows) {
		return e
	}
	if t.done > 0 {
		from := (t.done - 1) * t.Batch
		windows = t.train[from : from+t.Batch]
		t.batch.Fill(t.Data, windows)
	}
	e.Why = fmt.Sprintf("the weights are not finite, a lower learning rate (now %g) or a limit on the gradient's norm may help; the largest inputs of the step before stand in", t.rate)
	e.Windows = largest(windows, x, per)
	return e
}

// bad are the windows whose place in the batch f finds bad.
func bad(windows []int, f func(i int) bool) []int {
	var found []int
	for i, w := range windows {
		if f(i) {
			found = append(found, w)
		}
	}
	return found
}

func allFinite(values []float32) bool {
	return !slices.ContainsFunc(values, func(v float32) bool { return !isFinite(float64(v)) })
}

// largest are the three windows with the largest absolute number.
func largest(windows []int, x []float32, per int) []int {
	size := map[int]float64{}
	for i, w := range windows {
		for _, v := range x[i*per : (i+1)*per] {
			size[w] = max(size[w], math.Abs(float64(v)))
		}
	}
	sorted := slices.SortedFunc(slices.Values(windows), func(a, b int) int {
		return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a, b))
	})
	return sorted[:min(3, len(sorted))]
}
