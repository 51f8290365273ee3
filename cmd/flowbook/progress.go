package main

import (
	"io"
	"os"

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

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
