package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"flowbook/modellib/run"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar is a progress bar on a terminal. Elsewhere it prints nothing, and a nil
// bar, as under --quiet, does nothing.
type bar struct{ shown *progressbar.ProgressBar }

func (a *app) bar(total int) *bar {
	if a.quiet || !isTerminal(a.err) {
		return nil
	}
	return &bar{progressbar.NewOptions(total, progressbar.OptionSetWriter(a.err),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())}
}

func (b *bar) set(done int, what string) {
	if b == nil {
		return
	}
	b.shown.Describe(what)
	_ = b.shown.Set(done) // a bar that cannot be drawn is no reason to stop
}

func (b *bar) finish() {
	if b != nil {
		_ = b.shown.Finish()
	}
}

// epochs shows a bar on a terminal, a line an epoch elsewhere, nothing when quiet.
func (a *app) epochs(total int) (each func(run.Epoch), done func()) {
	b := a.bar(total)
	each = func(e run.Epoch) {
		b.set(e.Epoch, epochLine(e, total))
		if b == nil {
			a.say("%s", epochLine(e, total))
		}
	}
	return each, b.finish
}

func epochLine(e run.Epoch, of int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "epoch %d/%d loss %.4f validation %.4f", e.Epoch, of, e.Loss, e.ValLoss)
	for _, h := range e.Heads {
		fmt.Fprintf(&b, " %s %.3f/%.3f", h.Task, h.Accuracy, h.ValAccuracy)
	}
	return b.String()
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
