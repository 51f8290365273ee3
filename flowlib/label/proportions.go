package label

import (
	"fmt"
	"slices"
	"strings"
)

// Pair is one combination of traffic type and application.
type Pair struct {
	Type string `json:"type"`
	App  string `json:"app"`
}

// Counts says how often each pair occurs among windows (the paper's Table 9)
// or captures (Table 2).
type Counts map[Pair]int

// Total is the number of all.
func (c Counts) Total() int {
	n := 0
	for _, v := range c {
		n += v
	}
	return n
}

// Types are the traffic types that occur, sorted.
func (c Counts) Types() []string { return c.names(func(p Pair) string { return p.Type }) }

// Apps are the applications that occur, sorted.
func (c Counts) Apps() []string { return c.names(func(p Pair) string { return p.App }) }

func (c Counts) names(of func(Pair) string) []string {
	var all []string
	for p, n := range c {
		if n > 0 && !slices.Contains(all, of(p)) {
			all = append(all, of(p))
		}
	}
	slices.Sort(all)
	return all
}

// OfType is how often a traffic type occurs.
func (c Counts) OfType(typ string) int {
	n := 0
	for p, v := range c {
		if p.Type == typ {
			n += v
		}
	}
	return n
}

// OfApp is how often an application occurs.
func (c Counts) OfApp(app string) int {
	n := 0
	for p, v := range c {
		if p.App == app {
			n += v
		}
	}
	return n
}

// Within is the proportion of an application within a traffic type, the body
// of Table 9; 0 when the type does not occur.
func (c Counts) Within(p Pair) float64 { return ratio(c[p], c.OfType(p.Type)) }

// Marginal is the proportion of an application among all, the last column of
// Table 9.
func (c Counts) Marginal(app string) float64 { return ratio(c.OfApp(app), c.Total()) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Dependence is how far the tasks are from independence: the largest
// difference between an application's proportion within a type and among all
// (§3.3 of the paper), and where it is. Independent tasks give 0.
func (c Counts) Dependence() (largest float64, at Pair) {
	for _, t := range c.Types() {
		for _, a := range c.Apps() {
			p := Pair{t, a}
			d := c.Within(p) - c.Marginal(a)
			if d > largest {
				largest, at = d, p
			}
		}
	}
	return largest, at
}

// String prints the proportions in the shape of the paper's Table 9:
// applications down, traffic types across, the marginal proportion last.
func (c Counts) String() string {
	types, apps := c.Types(), c.Apps()
	rows := [][]string{append(append([]string{"application"}, types...), "proportion")}
	for _, a := range apps {
		row := []string{a}
		for _, t := range types {
			row = append(row, proportion(c.Within(Pair{t, a})))
		}
		rows = append(rows, append(row, proportion(c.Marginal(a))))
	}
	return align(rows)
}

// Matrix prints the counts in the same shape, sums last.
func (c Counts) Matrix() string {
	types, apps := c.Types(), c.Apps()
	rows := [][]string{append(append([]string{"application"}, types...), "all")}
	for _, a := range apps {
		row := []string{a}
		for _, t := range types {
			row = append(row, fmt.Sprint(c[Pair{t, a}]))
		}
		rows = append(rows, append(row, fmt.Sprint(c.OfApp(a))))
	}
	last := []string{"all"}
	for _, t := range types {
		last = append(last, fmt.Sprint(c.OfType(t)))
	}
	return align(append(rows, append(last, fmt.Sprint(c.Total()))))
}

// proportion prints as Table 9 does: 0 for none, three digits, four where
// three would show nothing.
func proportion(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0.0005:
		return fmt.Sprintf("%.4f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// align pads the first column on the right and the others on the left.
func align(rows [][]string) string {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, f := range r {
			width[i] = max(width[i], len([]rune(f)))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%-*s", width[0], r[0])
		for i, f := range r[1:] {
			fmt.Fprintf(&b, "  %*s", width[i+1], f)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
