package notebook

import (
	"fmt"
	"regexp"
	"strings"
)

// Edition names what is made of a notebook of the course for handing out.
type Edition string

const (
	// Student has no solutions, no answers and no outputs.
	Student Edition = "student"
	// Teacher has every exercise answered in its cell.
	Teacher Edition = "teacher"
	// Answers holds what is needed to run the answered cells and nothing else;
	// they are tagged answer, and the runner demands that their checks pass.
	Answers Edition = "answers"
)

// Editions lists them all.
var Editions = []Edition{Student, Teacher, Answers}

var (
	hidden   = regexp.MustCompile(`(?s)<details>\s*<summary>(?:Solution|Answer)</summary>.*?</details>\n*`)
	solved   = regexp.MustCompile(`(?s)<details>\s*<summary>Solution</summary>(.*?)</details>`)
	answered = regexp.MustCompile("(?s)```go\n(%%\n.*?)```")
)

// Make returns an edition of a notebook as the bytes of an .ipynb file.
func Make(e Edition, path string) ([]byte, error) {
	d, err := readDocument(path)
	if err != nil {
		return nil, err
	}
	switch e {
	case Student:
		d.setCells(withoutAnswers(d.cells()))
	case Teacher, Answers:
		cells, err := answerCells(d.cells())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if e == Answers {
			cells = onlyAnswers(cells)
			d.note("needs", []any{})
		}
		d.setCells(cells)
	default:
		panic(fmt.Sprintf("notebook: no edition %q", e))
	}
	d.note("edition", string(e))
	return d.bytes()
}

// withoutAnswers cuts solutions and outputs; a cell with nothing left goes.
func withoutAnswers(cells []jsonCell) []jsonCell {
	var out []jsonCell
	for _, c := range cells {
		text := c.source()
		if c.is("markdown") {
			text = strings.TrimRight(hidden.ReplaceAllString(text, ""), "\n")
		}
		if text != "" {
			out = append(out, c.withSource(text))
		}
	}
	return out
}

// answerCells puts every solution that is a whole cell (its first line is %%)
// in place of the code cell before it, tagged answer.
func answerCells(cells []jsonCell) ([]jsonCell, error) {
	out, last := make([]jsonCell, len(cells)), -1
	for i, c := range cells {
		out[i] = c.withSource(c.source())
		if c.is("code") {
			last = i
			continue
		}
		code, err := answer(c.source())
		switch {
		case err != nil:
			return nil, fmt.Errorf("cell %d: %w", i, err)
		case code == "":
		case last < 0:
			return nil, fmt.Errorf("cell %d: a solution without a cell above it to answer", i)
		case out[last].has("answer"):
			return nil, fmt.Errorf("cell %d: a second solution that is a whole cell for cell %d", i, last)
		default:
			out[last] = out[last].withSource(code).tagged("answer")
		}
	}
	return out, nil
}

// answer is the code of the solution in a Markdown cell, "" if it has none.
func answer(markdown string) (string, error) {
	var found []string
	for _, s := range solved.FindAllStringSubmatch(markdown, -1) {
		for _, m := range answered.FindAllStringSubmatch(s[1], -1) {
			found = append(found, strings.TrimRight(m[1], "\n"))
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%d solutions that are whole cells for one exercise cell, expected one", len(found))
}

// onlyAnswers keeps the set-up, the declarations of all cells and the answers.
func onlyAnswers(cells []jsonCell) []jsonCell {
	var out []jsonCell
	for _, c := range cells {
		if !c.is("code") {
			continue
		}
		setup, answer := c.has("setup"), c.has("answer")
		if !setup && !answer {
			above, _, _ := strings.Cut(c.source(), "%%\n")
			if above = strings.TrimRight(above, "\n"); above == "" {
				continue
			}
			c = c.withSource(above)
		}
		out = append(out, c)
	}
	return out
}
