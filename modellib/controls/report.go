package controls

import (
	"fmt"
	"slices"

	"flowbook/modellib/evaluate"
)

// Row is one experiment with what it should come to.
type Row struct {
	Name     string             `json:"name"`
	Split    string             `json:"split"`
	MacroF1  float64            `json:"macro_f1"`
	Interval *evaluate.Interval `json:"interval,omitempty"`
	Windows  int                `json:"windows"`
	Groups   int                `json:"groups"`
	Expected string             `json:"expected,omitempty"`
	Verdict  string             `json:"verdict,omitempty"`
	Failed   bool               `json:"failed,omitempty"` // not as expected
}

// Report is a table of controls.
type Report struct {
	Title string   `json:"title"`
	Task  string   `json:"task,omitempty"`
	Rows  []Row    `json:"rows"`
	Notes []string `json:"notes,omitempty"`
}

// row is the outcome of an experiment without an expectation.
func (o *Outcome) row() Row {
	return Row{Name: o.Name, Split: o.Split, MacroF1: o.MacroF1(), Interval: o.Interval(), Windows: o.Repeated.Windows, Groups: len(o.Repeated.Groups)}
}

// Failed are the rows that are not as expected.
func (r *Report) Failed() []Row {
	var out []Row
	for _, row := range r.Rows {
		if row.Failed {
			out = append(out, row)
		}
	}
	return out
}

// Table lays the report out. Expectation and verdict stand only where there
// are any.
func (r *Report) Table() *evaluate.Table {
	t := &evaluate.Table{Caption: r.Title, Header: []string{"", "Split", "Macro F1", "95 %", "Groups"}, Notes: r.Notes}
	expected := slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Expected != "" })
	verdict := slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Verdict != "" })
	if expected {
		t.Header = append(t.Header, "Expected")
	}
	if verdict {
		t.Header = append(t.Header, "Verdict")
	}
	for _, row := range r.Rows {
		between := "–"
		if row.Interval != nil {
			between = row.Interval.String()
		}
		cells := []string{row.Name, row.Split, fmt.Sprintf("%.3f", row.MacroF1), between, fmt.Sprint(row.Groups)}
		if expected {
			cells = append(cells, row.Expected)
		}
		if verdict {
			cells = append(cells, row.Verdict)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// String is the report as text.
func (r *Report) String() string { return r.Table().String() }

// expectChance says whether a score is no better than chance: the interval
// holds it or lies below.
func (row *Row) expectChance(chance float64) {
	row.Expected = fmt.Sprintf("chance, %.3f", chance)
	low := row.MacroF1 - 0.1 // without an interval, a margin that says so
	if row.Interval != nil {
		low = row.Interval.Low
	}
	if row.Failed = low > chance; row.Failed {
		row.Verdict = "NOT AS EXPECTED: better than chance"
		return
	}
	row.Verdict = "as expected"
}
