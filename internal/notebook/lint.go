package notebook

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The limits of a code cell: it fits beside its text on a screen and on a page.
const (
	MaxLines   = 20
	MaxColumns = 72
)

// Tags are the cell tags that the report understands.
var Tags = []string{"setup", "hide-input", "skip-report", "skip-ci", "raises-exception", "figure", "measured", "trained", "answer"}

// Problem is one thing that is wrong with a notebook.
type Problem struct {
	Path string
	Cell int    // from 0; -1 for the notebook as a whole
	Rule string // short name of the rule
	Text string // what was found, and what to do
}

func (p Problem) String() string {
	where := p.Path
	if p.Cell >= 0 {
		where += fmt.Sprintf(": cell %d", p.Cell)
	}
	return fmt.Sprintf("%s: %s: %s", where, p.Rule, p.Text)
}

// Lint says what is wrong with the form of a notebook: what readers need
// (goals, exercise with solution, figure, summary), what keeps pages readable
// and differences between two versions small, and what would not run. The rules
// are listed in docs/notebooks.md.
func Lint(path string) []Problem {
	l := &linter{path: path, cell: -1}
	nb, err := Read(path)
	if err != nil {
		l.say("format", "%v", err)
		return l.problems
	}
	l.whole(nb)
	ids := map[string]int{}
	for i := range nb.Cells {
		l.cell = i
		l.identity(nb.Cells[i].ID, ids)
		l.anyCell(&nb.Cells[i])
		if nb.Cells[i].Type == "code" {
			l.codeCell(&nb.Cells[i])
		}
	}
	l.answers(nb)
	l.cell = -1
	if _, err := Script(path); err != nil {
		l.say("script", "%v", err)
	}
	return l.problems
}

type linter struct {
	path     string
	cell     int
	problems []Problem
}

func (l *linter) say(rule, format string, args ...any) {
	l.problems = append(l.problems, Problem{l.path, l.cell, rule, fmt.Sprintf(format, args...)})
}

var (
	goals    = regexp.MustCompile(`(?mi)^(#+ |\*\*)what you will learn`)
	summary  = regexp.MustCompile(`(?m)^## Summary\s*$`)
	exercise = regexp.MustCompile(`(?m)^#{2,3} Exercise(?:[^s]|$)`)
	solution = regexp.MustCompile(`<details>\s*<summary>Solution`)
	show     = regexp.MustCompile(`\bplots\.Show\(`)
)

// whole checks what a notebook has as a whole.
func (l *linter) whole(nb *Notebook) {
	if nb.Metadata.Kernel.Name != "gonb" {
		l.say("kernel", "the kernel is %q, expected gonb", nb.Metadata.Kernel.Name)
	}
	if nb.Metadata.Language.Version != "" {
		l.say("version", "the version of Go is stored: make notebooks removes it")
	}
	all := markdown(nb.Cells)
	first, last := markdown(nb.Cells[:min(2, len(nb.Cells))]), markdown(nb.Cells[max(0, len(nb.Cells)-1):])
	if !strings.HasPrefix(first, "# ") {
		l.say("title", "the first cell must start with a title: # …")
	}
	if !goals.MatchString(first) {
		l.say("goals", "the first two cells must say **What you will learn**")
	}
	if !summary.MatchString(last) {
		l.say("summary", "the last cell must be a ## Summary")
	}
	if n, m := len(exercise.FindAllString(all, -1)), len(solution.FindAllString(all, -1)); n == 0 || n != m {
		l.say("exercise", "%d headings that begin with Exercise and %d <details><summary>Solution, expected at least one and as many", n, m)
	}
	if !slices.ContainsFunc(nb.Cells, func(c Cell) bool {
		return c.Type == "code" && (show.MatchString(string(c.Source)) || c.tagged("figure"))
	}) {
		l.say("figure", "no cell shows a figure")
	}
	l.setup(nb)
}

func markdown(cells []Cell) string {
	var parts []string
	for _, c := range cells {
		if c.Type == "markdown" {
			parts = append(parts, string(c.Source))
		}
	}
	return strings.Join(parts, "\n\n")
}

// setup checks the first code cell.
func (l *linter) setup(nb *Notebook) {
	i := slices.IndexFunc(nb.Cells, func(c Cell) bool { return c.Type == "code" })
	if i < 0 {
		l.say("setup", "there is no code")
		return
	}
	c := &nb.Cells[i]
	if !strings.HasPrefix(string(c.Source), "//gonb:!bash setup.sh\n//gonb:%noautoget\n") || !c.tagged("setup") {
		l.say("setup", "the first code cell must start with //gonb:!bash setup.sh and //gonb:%%noautoget and have the tag setup")
	}
}

var validID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// identity checks that a cell keeps its name.
func (l *linter) identity(id string, seen map[string]int) {
	if first, twice := seen[id]; twice {
		l.say("id", "the id %q is that of cell %d", id, first)
	} else if !validID.MatchString(id) {
		l.say("id", "the id %q is not one of nbformat 4.5: make notebooks gives it one", id)
	}
	seen[id] = l.cell
}

var (
	absolute = regexp.MustCompile(`(^|[\s"'(=\x60])/(home|tmp|root|Users|work|mnt|var|opt|src)/`)
	link     = regexp.MustCompile(`\]\(([\w./-]+)(#[^)]*)?\)`)
	codeSpan = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// withoutCode is Markdown less its code, where nothing is a link.
func withoutCode(markdown string) string { return codeSpan.ReplaceAllString(markdown, "") }

// anyCell checks source that is text or code.
func (l *linter) anyCell(c *Cell) {
	if m := absolute.FindString(string(c.Source)); m != "" {
		l.say("path", "an absolute path (%s…): use exercise.Root or exercise.Work", strings.TrimSpace(m))
	}
	for _, tag := range c.Metadata.Tags {
		if !slices.Contains(Tags, tag) {
			l.say("tag", "the tag %q means nothing here, known are %s", tag, strings.Join(Tags, ", "))
		}
	}
	if c.Metadata.Execution != nil {
		l.say("timing", "times of execution are stored: make notebooks removes them")
	}
	if c.Type != "markdown" {
		return
	}
	for _, m := range link.FindAllStringSubmatch(withoutCode(string(c.Source)), -1) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(l.path), m[1])); err != nil {
			l.say("link", "no file %s to link to", m[1])
		}
	}
}

// codeCell checks a code cell and its outputs.
func (l *linter) codeCell(c *Cell) {
	if c.Count != nil {
		l.say("count", "an execution count is stored: make notebooks removes it")
	}
	source := string(c.Source)
	if n := strings.Count(strings.TrimRight(source, "\n"), "\n") + 1; n > MaxLines && !c.tagged("setup") {
		l.say("lines", "%d lines, at most %d: move code into a package", n, MaxLines)
	}
	for line := range strings.Lines(source) {
		if n := columns(line); n > MaxColumns {
			l.say("columns", "a line of %d columns, at most %d: %.30s…", n, MaxColumns, strings.TrimSpace(line))
		}
	}
	l.formatted(source)
	for i := range c.Outputs {
		l.output(c, &c.Outputs[i])
	}
}

// columns is the width of a line with tabs of four.
func columns(line string) int {
	return len([]rune(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")))
}

// formatted checks that the Go of a cell is as gofmt writes it.
func (l *linter) formatted(source string) {
	p, err := split(source)
	if err != nil {
		return // the rule script says why
	}
	for _, part := range []string{p.declarations, p.body} {
		if out, err := format.Source([]byte(part)); err == nil && string(out) != part {
			l.say("format", "not gofmt-ed:\n%s", out)
		}
	}
}
