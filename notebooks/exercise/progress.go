package exercise

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows how far a long cell is, on one line that is redrawn at most
// four times a second. Nobody watches a headless run ($FLOWBOOK_HEADLESS, set by
// the report) or CI ($CI): there it is silent, and outputs hold no noise.
type Progress struct {
	what string
	bar  *progressbar.ProgressBar
}

// NewProgress starts a bar of total steps.
func NewProgress(what string, total int) *Progress {
	if watched() {
		return newProgress(os.Stdout, what, total)
	}
	return newProgress(io.Discard, what, total)
}

// watched reports whether a person sees the outputs while the cell runs.
func watched() bool { return os.Getenv("FLOWBOOK_HEADLESS") == "" && os.Getenv("CI") == "" }

func newProgress(w io.Writer, what string, total int) *Progress {
	return &Progress{what, progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(250*time.Millisecond),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)}
}

// Step says that n steps are done, with a note such as the loss.
func (p *Progress) Step(n int, note string) {
	p.bar.Describe(p.what + " " + note)
	_ = p.bar.Set(n) // drawing is best effort: a step beyond the total shows a full bar
}

// Done removes the bar.
func (p *Progress) Done() {
	_ = p.bar.Finish() // drawing is best effort
}
