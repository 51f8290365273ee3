package notebook

import "regexp"

var (
	checked = regexp.MustCompile(`\bexercise\.(?:Check|Near|Try)\(`)
	open    = regexp.MustCompile(`(?m)^#{2,3} Exercise[^\n]*\(open\)`)
)

// answers demands of every exercise that checks an answer, open ones aside, a
// solution that is a whole cell: the teacher's edition and the run of all
// solutions are made of them.
func (l *linter) answers(nb *Notebook) {
	for i := range nb.Cells {
		c := &nb.Cells[i]
		if c.Type != "code" || !checked.MatchString(string(c.Source)) {
			continue
		}
		l.cell = i
		before, after := neighbour(nb, i-1), neighbour(nb, i+1)
		if open.MatchString(before) {
			continue
		}
		switch code, err := answer(after); {
		case err != nil:
			l.say("answer", "%v", err)
		case code == "":
			l.say("answer", "the cell after it has no solution that is a whole cell: Go in a fence, first line %%%%")
		}
	}
}

// neighbour is the text of a Markdown cell, "" where there is none.
func neighbour(nb *Notebook, i int) string {
	if i < 0 || i >= len(nb.Cells) || nb.Cells[i].Type != "markdown" {
		return ""
	}
	return string(nb.Cells[i].Source)
}
