package flowlib

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
)

// String is the difference as two tables: by correction and by column.
func (d *Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d flows, %s: %d flows, %d begin with the same packet\n\n", d.From, d.FromFlows, d.To, d.ToFlows, d.Matched)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "correction\twhat\tnew flows\tgone\tchanged")
	for _, s := range d.Steps {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\n", s.Correction, s.What, s.Begun, s.Gone, s.Changed)
	}
	w.Flush()
	b.WriteString("\n")
	fmt.Fprintln(w, "column\tflows that differ\tmedian |difference|\tlargest\tthrough (flows changed)")
	for _, c := range d.Columns {
		var through []string
		for _, s := range c.Through {
			through = append(through, fmt.Sprintf("%s %d", s.Correction, s.Flows))
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", c.Name, c.Differ, size(c.Median), size(c.Largest), strings.Join(through, ", "))
	}
	w.Flush()
	return b.String()
}

// size is a difference for people; text, NaN and Infinity have none.
func size(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.6g", x)
}

// MarshalJSON writes sizes that are not numbers as null.
func (c ColumnDifference) MarshalJSON() ([]byte, error) {
	number := func(x float64) *float64 {
		if math.IsNaN(x) {
			return nil
		}
		return &x
	}
	return json.Marshal(struct {
		Name            string
		Differ          int
		Median, Largest *float64
		Through         []Share
	}{c.Name, c.Differ, number(c.Median), number(c.Largest), c.Through})
}
