package dataset

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"flowbook/flowlib/label"
)

// FunnelRow is what remains of a class on the way to its windows. A class that
// is lost on the way, as web browsing was in the paper (§3.3), ends with 0.
type FunnelRow struct {
	Class      string `json:"class"`      // of the task: "voip"
	Captures   int    `json:"captures"`   // that the labels know
	Superflows int    `json:"superflows"` // that the meter or the table had
	Sequences  int    `json:"sequences"`  // of them, those with a row that is not left out
	Long       int    `json:"long"`       // of them, those with as many rows as a window (20 miniflows)
	Windows    int    `json:"windows"`
	Rows       int    `json:"rows"`
	Background int    `json:"background"` // rows of DNS, NTP and their like, kept or not
}

// Funnel counts what remains of every class of a task, "type", "app" or
// "pair", sorted by name.
func (m *Manifest) Funnel(task string) []FunnelRow {
	at := map[string]int{}
	var rows []FunnelRow
	for i := range m.Inputs {
		in := &m.Inputs[i]
		if in.Label == nil {
			continue
		}
		class := className(task, in.Label)
		k, ok := at[class]
		if !ok {
			k = len(rows)
			at[class] = k
			rows = append(rows, FunnelRow{Class: class})
		}
		r := &rows[k]
		r.Captures++
		r.Superflows += in.Superflows
		r.Sequences += in.Sequences
		r.Long += in.Long
		r.Windows += in.Windows
		r.Rows += in.Rows
		for _, n := range in.Background {
			r.Background += n
		}
	}
	slices.SortFunc(rows, func(a, b FunnelRow) int { return strings.Compare(a.Class, b.Class) })
	return rows
}

func className(task string, l *label.Label) string {
	switch task {
	case "type":
		return l.Type
	case "app":
		return l.App
	case "pair":
		return l.Type + "/" + l.App
	}
	panic(fmt.Sprintf("dataset: funnel of %q, known are type, app and pair", task))
}

// Captures counts the labelled captures of each pair of type and application:
// the paper's Table 2.
func (m *Manifest) Captures() label.Counts {
	c := label.Counts{}
	for _, in := range m.Inputs {
		if in.Label != nil {
			c[label.Pair{Type: in.Label.Type, App: in.Label.App}]++
		}
	}
	return c
}

func writeFunnel(b *strings.Builder, steps int, rows []FunnelRow) {
	table(b, func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "funnel\tcaptures\tsuperflows\twith rows\twith %d rows\twindows\tbackground\t\n", steps)
		for _, r := range rows {
			share := 0.0
			if r.Rows > 0 {
				share = float64(r.Background) / float64(r.Rows)
			}
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%.1f %%\t\n", r.Class, r.Captures, r.Superflows, r.Sequences, r.Long, r.Windows, 100*min(share, 1))
		}
	})
	for _, r := range rows {
		if r.Windows == 0 {
			fmt.Fprintf(b, "vanished: %s has %d captures and %d superflows, none long enough for a window\n", r.Class, r.Captures, r.Superflows)
		}
	}
}
