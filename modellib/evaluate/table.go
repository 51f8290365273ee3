package evaluate

import (
	"strings"
	"unicode/utf8"
)

// Table is a small table for reading: as text, or as Markdown in a notebook.
type Table struct {
	Caption string     `json:"caption"`
	Header  []string   `json:"header"`
	Rows    [][]string `json:"rows"`
	Notes   []string   `json:"notes,omitempty"` // sentences below it
}

// String is the table as text, with caption and notes wrapped at 80 columns.
func (t *Table) String() string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(wrap(t.Caption, "", 80))
		b.WriteByte('\n')
	}
	b.WriteString(t.grid())
	for i, n := range t.Notes {
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(wrap(n, "", 80))
	}
	return b.String()
}

// grid is header and rows in columns; numbers stand at the right.
func (t *Table) grid() string {
	width := make([]int, len(t.Header))
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		for i, s := range row {
			width[i] = max(width[i], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	line := func(row []string) {
		var l strings.Builder
		for i, s := range row {
			gap := strings.Repeat(" ", width[i]-utf8.RuneCountInString(s))
			if i > 0 {
				l.WriteString("  ")
			}
			if t.numeric(i) {
				l.WriteString(gap + s)
			} else {
				l.WriteString(s + gap)
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	line(t.Header)
	for _, row := range t.Rows {
		line(row)
	}
	return b.String()
}

// numeric reports whether a column holds numbers only ("–" stands for none).
func (t *Table) numeric(col int) bool {
	for _, row := range t.Rows {
		if s := row[col]; s != "" && s != "–" && (s[0] < '0' || s[0] > '9') {
			return false
		}
	}
	return len(t.Rows) > 0
}

// Markdown is the table with its caption above and its notes below.
func (t *Table) Markdown() string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString("**" + escape(t.Caption) + "**\n\n")
	}
	rule := make([]string, len(t.Header))
	for i := range rule {
		rule[i] = ":--"
		if t.numeric(i) {
			rule[i] = "--:"
		}
	}
	line := func(row []string, clean bool) {
		cells := make([]string, len(row))
		for i, s := range row {
			cells[i] = s
			if clean {
				cells[i] = escape(s)
			}
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(t.Header, true)
	line(rule, false)
	for _, row := range t.Rows {
		line(row, true)
	}
	for _, n := range t.Notes {
		b.WriteString("\n" + escape(n) + "\n")
	}
	return b.String()
}

// escape keeps class names such as "file_transfer" from becoming Markdown.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "$", `\$`, "`", "\\`").Replace(s)
}

// wrap breaks text between words so that no line is longer than width columns
// (a longer word stands alone). Lines after the first start with indent.
func wrap(text, indent string, width int) string {
	var b strings.Builder
	col := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case col+1+n > width:
			b.WriteString("\n" + indent)
			col = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(word)
		col += n
	}
	b.WriteByte('\n')
	return b.String()
}
