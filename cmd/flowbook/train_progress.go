package main

import (
	"fmt"
	"strings"
	"time"

	"flowbook/modellib"
	"flowbook/modellib/fit"
	"flowbook/modellib/run"
)

// watch shows a training: a bar with the time left on a terminal, a line an
// epoch elsewhere, nothing when quiet. total is the number of epochs, 0 where
// it is not known before.
func (a *app) watch(total int) (w modellib.Watch, done func()) {
	t := &trainingShown{app: a, total: total}
	w.Note = func(text string) {
		t.finish()
		a.say("%s", text)
	}
	w.Progress = t.step
	w.Epoch = t.epoch
	return w, t.finish
}

// trainingShown is what the terminal shows of a training.
type trainingShown struct {
	*app
	bar   *bar
	total int // epochs
	start time.Time
	first fit.Progress // where this part of the training began
	last  fit.Progress
	line  string // of the last epoch
}

// step moves the bar.
func (t *trainingShown) step(p fit.Progress) {
	if t.start.IsZero() || p.Done() < t.last.Done() {
		t.finish()
		t.start, t.first, t.line = time.Now(), p, ""
		t.bar = t.app.bar(p.Epochs * p.Batches)
	}
	t.last, t.total = p, p.Epochs
	what := t.line
	if what == "" {
		what = fmt.Sprintf("epoch %d/%d", p.Epoch, p.Epochs)
	}
	t.bar.set((p.Epoch-1)*p.Batches+p.Batch, what)
}

// epoch prints a line where there is no bar.
func (t *trainingShown) epoch(e run.Epoch) {
	t.line = epochLine(e, t.total)
	if t.bar == nil {
		t.say("%s%s", t.line, t.left())
	}
}

// left says how long the rest takes, if no early stop comes.
func (t *trainingShown) left() string {
	done := t.last.Done() - t.first.Done()
	if done <= 0 || t.last.Done() >= 1 {
		return ""
	}
	rest := time.Duration(float64(time.Since(t.start)) * (1 - t.last.Done()) / done)
	return fmt.Sprintf(" (%v left at most)", rest.Round(time.Second))
}

// finish takes the bar away.
func (t *trainingShown) finish() {
	t.bar.finish()
	t.bar = nil
}

func epochLine(e run.Epoch, of int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "epoch %d/%d loss %.4f validation %.4f", e.Epoch, of, e.Loss, e.ValLoss)
	for _, h := range e.Heads {
		fmt.Fprintf(&b, " %s %.3f/%.3f", h.Task, h.Accuracy, h.ValAccuracy)
	}
	return b.String()
}
