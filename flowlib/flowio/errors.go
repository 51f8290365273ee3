package flowio

import (
	"fmt"
	"strings"
)

// RowError is one broken row of a table.
type RowError struct {
	Path     string
	Line     int    // in the file, the header is line 1
	Column   string // "" when the row as a whole is wrong
	Found    string
	Expected string
}

func (e *RowError) Error() string {
	where := fmt.Sprintf("%s: line %d", e.Path, e.Line)
	if e.Column != "" {
		where += ", column " + e.Column
	}
	return fmt.Sprintf("%s: found %s, expected %s", where, e.Found, e.Expected)
}

// listed is how many broken rows of one table are kept with their place.
const listed = 10

// RowErrors are the broken rows of one table; its good rows were kept.
type RowErrors struct {
	Path  string
	Errs  []*RowError // the first ones
	Total int
}

func (e *RowErrors) Error() string {
	var b strings.Builder
	if e.Total > 1 {
		fmt.Fprintf(&b, "%s: %d broken rows were left out", e.Path, e.Total)
	}
	for _, err := range e.Errs {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(err.Error())
	}
	if more := e.Total - len(e.Errs); more > 0 {
		fmt.Fprintf(&b, "\n%s: and %d more", e.Path, more)
	}
	return b.String()
}

// Unwrap gives errors.As the single rows.
func (e *RowErrors) Unwrap() []error {
	errs := make([]error, len(e.Errs))
	for i, err := range e.Errs {
		errs[i] = err
	}
	return errs
}

func (e *RowErrors) add(err *RowError) {
	e.Total++
	if len(e.Errs) < listed {
		e.Errs = append(e.Errs, err)
	}
}

// quoted shortens what was found so that a message stays one line.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}
