package run

import (
	"fmt"
	"slices"
	"strings"
)

// Table is the trials as rows under a header, those that went furthest first,
// the failed ones last: number, settings, epochs, best epoch, validation loss
// and macro F1 of each head, parameters, processor seconds, state.
func (s *Search) Table() (header []string, rows [][]string) {
	header = []string{"trial"}
	for _, d := range s.Space {
		header = append(header, d.Name)
	}
	header = append(header, "epochs", "best", "loss")
	for _, task := range s.Tasks {
		header = append(header, "F1 "+task)
	}
	header = append(header, "parameters", "CPU s", "state")
	listed := s.Ranked()
	for _, t := range s.Trials {
		if !slices.ContainsFunc(listed, func(l Trial) bool { return l.Number == t.Number }) {
			listed = append(listed, t)
		}
	}
	for _, t := range listed {
		rows = append(rows, s.row(t))
	}
	return header, rows
}

func (s *Search) row(t Trial) []string {
	row := []string{fmt.Sprint(t.Number)}
	for _, d := range s.Space {
		row = append(row, fmt.Sprint(t.Settings[d.Name]))
	}
	row = append(row, fmt.Sprint(t.Epochs), fmt.Sprint(t.Best), fmt.Sprintf("%.4f", t.Loss))
	for i := range s.Tasks {
		f1 := "–"
		if i < len(t.MacroF1) {
			f1 = fmt.Sprintf("%.3f", t.MacroF1[i])
		}
		row = append(row, f1)
	}
	return append(row, fmt.Sprint(t.Params), fmt.Sprintf("%.1f", t.CPU), t.State)
}

// CSV is the table as a file.
func (s *Search) CSV() []byte {
	header, rows := s.Table()
	return encodeTable(header, rows)
}

// String is the best trials as text, and what the search cost.
func (s *Search) String() string {
	header, rows := s.Table()
	const most = 12
	left := len(rows) - most
	rows = append([][]string{header}, rows[:min(most, len(rows))]...)
	widths := make([]int, len(header))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-len([]rune(cell)))
			fmt.Fprintf(&b, "%s%s%s", []string{"", "  "}[min(i, 1)], pad, cell)
		}
		b.WriteString("\n")
	}
	if left > 0 {
		fmt.Fprintf(&b, "and %d more\n", left)
	}
	epochs := 0
	for _, t := range s.Trials {
		epochs += t.Epochs
	}
	fmt.Fprintf(&b, "\nValidation part of the split: %s; the test part was not looked at.\n", s.Split.Name)
	fmt.Fprintf(&b, "Cost of the search: %d trials, %d epochs, %.0f s of processor time, %.0f s of waiting.\n", len(s.Trials), epochs, s.CPU, s.Seconds)
	return b.String()
}
