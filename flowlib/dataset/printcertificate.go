package dataset

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String prints the certificate.
func (c *Certificate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "leakage certificate of the split %s\n", c.Split)
	switch {
	case len(c.Promised) == 0:
		b.WriteString("promised: nothing; windows of one group may stand in two parts\n")
	case len(c.Broken) == 0:
		fmt.Fprintf(&b, "promised and kept: no %s stands in two parts\n", strings.Join(c.Promised, ", "))
	default:
		fmt.Fprintf(&b, "BROKEN: %s stand in two parts; promised were %s\n", strings.Join(c.Broken, ", "), strings.Join(c.Promised, ", "))
	}
	c.writeShared(&b)
	c.Test.write(&b, "test")
	c.Validation.write(&b, "validation")
	fmt.Fprintf(&b, "upper bound on test accuracy that equal inputs with different labels force: type %.4f, app %.4f\n", c.Bound["type"], c.Bound["app"])
	if n := c.Near; n != nil {
		fmt.Fprintf(&b, "near duplicates: %d of %d test windows have a window of train within %g (%d of them with another label); median distance %.3g\n",
			n.Duplicates, n.Windows, n.Radius, n.Conflicting, n.Median)
	}
	if c.Probe != nil {
		c.Probe.write(&b)
	}
	return b.String()
}

// writeShared prints what pairs of parts share.
func (c *Certificate) writeShared(b *strings.Builder) {
	table(b, func(w *tabwriter.Writer) {
		fmt.Fprint(w, "shared between\tpackets\tminiflows\t")
		for _, unit := range Units {
			fmt.Fprintf(w, "%s\t", plural(unit))
		}
		fmt.Fprintln(w)
		for _, p := range []struct {
			name string
			l    Leak
		}{{"test, train", c.Test}, {"validation, train", c.Validation}, {"test, validation", c.TestValidation}} {
			fmt.Fprintf(w, "%s\t%d\t%d\t", p.name, p.l.Packets, p.l.Rows)
			for _, unit := range Units {
				fmt.Fprintf(w, "%d\t", p.l.Groups[unit])
			}
			fmt.Fprintln(w)
		}
	})
}

// plural names several groups of a unit.
func plural(unit string) string {
	switch unit {
	case "tuple":
		return "5-tuples"
	case "access":
		return "access networks"
	}
	return unit + "s"
}

func (l *Leak) write(b *strings.Builder, part string) {
	fmt.Fprintf(b, "%s windows that share rows with train: %d of %d", part, l.SharingRows, l.Windows)
	if l.Twins > 0 {
		fmt.Fprintf(b, " (%d all rows but one at most)", l.Twins)
	}
	fmt.Fprintf(b, "; with the same inputs as one of train: %d", l.Duplicates)
	if l.Conflicting > 0 {
		fmt.Fprintf(b, " (%d of them with another label there)", l.Conflicting)
	}
	b.WriteByte('\n')
}

// write prints the probe as a matrix: splits down, levels of labels across. A
// value outside its range has a mark.
func (p *Probe) write(b *strings.Builder) {
	fmt.Fprintf(b, "labels drawn by lot (%d draws of %d classes, up to %d test windows): how often the nearest neighbour is right;\n* outside the range that labels without any connection give (chance is %.3f): the split does not keep these groups apart\n",
		p.Draws, p.Classes, p.Windows, 1/float64(p.Classes))
	table(b, func(w *tabwriter.Writer) {
		fmt.Fprint(w, "split\t")
		for _, c := range p.Rows[0].Cells {
			fmt.Fprintf(w, "%s\t", c.Level)
		}
		fmt.Fprintln(w)
		for _, r := range p.Rows {
			fmt.Fprintf(w, "%s\t", r.Split)
			for _, c := range r.Cells {
				mark := " "
				if !c.Inside {
					mark = "*"
				}
				fmt.Fprintf(w, "%.3f%s\t", c.Right, mark)
			}
			fmt.Fprintln(w)
		}
	})
}
