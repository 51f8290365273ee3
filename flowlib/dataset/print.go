package dataset

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Summary says in a few lines what the set holds.
func (s *Set) Summary() string {
	var b strings.Builder
	m := &s.Manifest
	captures := 0
	for _, in := range m.Inputs {
		if in.Label != nil {
			captures++
		}
	}
	fmt.Fprintf(&b, "%d windows of %d %s × %d features from %d superflows\n%d rows of %d labelled captures\n",
		len(s.Windows), s.Steps, m.Recipe.Sequence, len(s.Features), m.Superflows, m.Rows, captures)
	fmt.Fprintf(&b, "types: %s\napps: %s\n", strings.Join(s.Types, ", "), strings.Join(s.Apps, ", "))
	fmt.Fprintf(&b, "split unit: %s (%d groups)", m.Unit, s.distinct(m.Unit, s.all()))
	writeLeftOut(&b, m.LeftOut)
	writeList(&b, "labels without a window", m.Vanished)
	writeList(&b, "without a label, left out", m.Unmatched)
	for _, n := range m.Notes {
		fmt.Fprintf(&b, "\nnote: %s", n)
	}
	for _, in := range m.Inputs {
		if in.Error != "" {
			fmt.Fprintf(&b, "\nbad input: %s", in.Error)
		}
	}
	return b.String()
}

func writeLeftOut(b *strings.Builder, leftOut map[string]int) {
	for i, why := range slices.Sorted(maps.Keys(leftOut)) {
		if i == 0 {
			b.WriteString("\nrows left out: ")
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%d %s", leftOut[why], why)
	}
}

func writeList(b *strings.Builder, what string, names []string) {
	if len(names) > 0 {
		fmt.Fprintf(b, "\n%s: %s", what, strings.Join(names, ", "))
	}
}

// String prints the report.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d windows of %d rows × %d features; split %s\n\n", r.Windows, r.Steps, len(r.Features), r.Split)
	r.writeParts(&b)
	r.writeClasses(&b)
	fmt.Fprintf(&b, "\n%s", r.Table9)
	b.WriteByte('\n')
	writeFunnel(&b, r.Steps, r.Funnel)
	d := r.Dependence
	fmt.Fprintf(&b, "\ndependence of the tasks: the type says %.3f of %.3f bits about the application; Cramér's V %.3f; largest P(app|type) − P(app) %.3f (%s)\n", d.Bits, d.Entropy, d.CramersV, d.Largest, d.At)
	for _, k := range r.Knows {
		fmt.Fprintf(&b, "%s says %.3f of %.3f bits about the type (%d groups)\n", k.Unit, k.Bits, k.Entropy, k.Groups)
	}
	fmt.Fprintf(&b, "inside a VPN: %d of %d windows; at ports of encrypted protocols: %d of %d flows\n", r.VPN, r.Windows, r.Traits.Encrypted, r.Traits.Rows)
	fmt.Fprintf(&b, "\nconstant columns: %d of %d", len(r.Constant), len(r.Features))
	if len(r.Constant) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(r.Constant, ", "))
	}
	writeLeftOut(&b, r.LeftOut)
	writeList(&b, "labels without a window", r.Vanished)
	writeList(&b, "captures without a label", r.Unmatched)
	writeList(&b, fmt.Sprintf("not estimable (fewer than %d groups, or all of them beside such a class)", fewest), r.tooFew())
	if r.Dropped > 0 {
		fmt.Fprintf(&b, "\nwindows of pairs too rare for this split: %d", r.Dropped)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\nnote: %s", n)
	}
	b.WriteString("\n\n")
	b.WriteString(r.Certificate.String())
	r.writeScores(&b)
	if len(r.Smells) > 0 {
		b.WriteString("\nsmells\n")
	}
	for _, s := range r.Smells {
		fmt.Fprintf(&b, "- %s: %s. %s\n", s.Name, s.Found, strings.ToUpper(s.Do[:1])+s.Do[1:])
	}
	if len(r.Missing) > 0 {
		b.WriteString("\nmissing for an honest test\n")
	}
	for _, m := range r.Missing {
		fmt.Fprintf(&b, "- %s\n", m)
	}
	if r.Written != "" {
		fmt.Fprintf(&b, "written to %s\n", r.Written)
	}
	return strings.TrimRight(b.String(), "\n")
}

// tooFew are the classes that no score can speak of, with their groups.
func (r *Report) tooFew() []string {
	var names []string
	for _, n := range r.NotEstim {
		names = append(names, fmt.Sprintf("%s (%d)", n, r.GroupsOf[n]))
	}
	return names
}

// writeScores prints what the simplest models reach.
func (r *Report) writeScores(b *strings.Builder) {
	if len(r.Scores) == 0 {
		return
	}
	b.WriteString("\nsimple models on the test part of this split\n")
	table(b, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "model\ttask\tmacro F1\taccuracy\t")
		for _, s := range r.Scores {
			fmt.Fprintf(w, "%s\t%s\t%.3f\t%.3f\t\n", s.Model, s.Task, s.MacroF1, s.Accuracy)
		}
	})
}

// table lines up columns that are parted by tabs.
func table(b *strings.Builder, rows func(w *tabwriter.Writer)) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	rows(w)
	w.Flush() // to a strings.Builder, which takes all
}

func (r *Report) writeParts(b *strings.Builder) {
	table(b, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "part\twindows\tsuperflows\ttuples\tcaptures\tsessions\thosts\t")
		for _, p := range r.Parts {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", p.Part, p.Windows, p.Superflows, p.Tuples, p.Captures, p.Sessions, p.Hosts)
		}
	})
}

func (r *Report) writeClasses(b *strings.Builder) {
	b.WriteByte('\n')
	unit := r.Unit + "s"
	if r.Unit == "window" {
		unit = "groups"
	}
	table(b, func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "class\twindows\tsuperflows\t%s\ttrain\tvalidation\ttest\t\n", unit)
		for _, c := range r.Classes {
			fmt.Fprintf(w, "%s %s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", c.Task, c.Class, c.Windows, c.Superflows, c.Groups, c.Train, c.Validation, c.Test)
		}
	})
}
