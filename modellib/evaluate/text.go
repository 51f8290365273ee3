package evaluate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String is the report as plain text, at most 80 columns wide.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n\n", r.Model, r.Dir)
	s := r.Split
	b.WriteString(wrap(fmt.Sprintf("Split: %s; test part from %s.", s.Name, origin(s.TestGroups, s.Unit)), "  ", 80))
	b.WriteString(wrap(fmt.Sprintf("Windows: %s train, %s validation, %s test; %d steps of %d features.",
		thousands(s.Train), thousands(s.Validation), thousands(s.Test), r.Data.Steps, len(r.Data.Features)), "  ", 80))
	b.WriteString(wrap(fmt.Sprintf("Data set: %s (%s).", r.Data.Dir, abbreviate(r.Data.Hash)), "  ", 80))
	for i := range r.Heads {
		b.WriteByte('\n')
		b.WriteString(r.Heads[i].String())
	}
	return b.String()
}

// String is one head as plain text, at most 80 columns wide.
func (h *Head) String() string {
	var b strings.Builder
	b.WriteString(h.ScoreTable().String())
	b.WriteByte('\n')
	b.WriteString(h.ProbabilityTable().String())
	if h.Calibrated != nil {
		b.WriteString(wrap(h.Calibrated.String(), "", 80))
	}
	b.WriteByte('\n')
	if len(h.Units) > 0 {
		b.WriteString(h.UnitTable().String())
		b.WriteByte('\n')
	}
	b.WriteString(h.ClassTable().String())
	b.WriteByte('\n')
	b.WriteString(h.confusionText())
	return b.String()
}

// ScoreTable has a row a model: macro F1, accuracy, and the paper's metrics.
func (h *Head) ScoreTable() *Table {
	t := &Table{
		Caption: fmt.Sprintf("%s: %s, %s from %s", taskTitle(h.Task), count(len(h.Confusion.Classes), "class"),
			count(h.Windows, "test window"), h.Origin()),
		Header: []string{"Model", "Macro F1", "95 %", "Accuracy", "95 %", "P", "R", "F1"},
	}
	for _, s := range append([]Score{h.Network}, h.Baselines...) {
		t.Rows = append(t.Rows, []string{s.Model, three(s.MacroF1), interval(s.MacroF1CI), three(s.Accuracy), interval(s.AccuracyCI),
			three(s.KerasAtHalf.Precision), three(s.KerasAtHalf.Recall), three(s.KerasAtHalf.F1)})
	}
	t.Notes = h.notes()
	return t
}

// ProbabilityTable has a row a model: what its probabilities are worth.
func (h *Head) ProbabilityTable() *Table {
	t := &Table{
		Caption: "Probabilities, on the same windows",
		Header:  []string{"Model", "Log loss", "Brier", "ROC area", "PR area", "ECE", "95 %", "Equal mass"},
		Notes:   []string{fmt.Sprintf("ROC and PR: area one class against the rest, mean over the classes of the macro mean. ECE: expected calibration error, %d bins of equal width, in the last column of equal mass.", CalibrationBins)},
	}
	for _, s := range append([]Score{h.Network}, h.Baselines...) {
		t.Rows = append(t.Rows, []string{s.Model, three(s.LogLoss), three(s.Brier), maybe(s.ROC), maybe(s.PR),
			three(s.ByWidth.ECE), interval(s.ByWidth.Interval), three(s.ByMass.ECE)})
	}
	return t
}

// maybe writes a score, or "–" where there is none.
func maybe(v *float64) string {
	if v == nil {
		return "–"
	}
	return three(*v)
}

// Origin says how many independent groups the test windows come from: "12
// groups (host)". Under a split that divides windows it names their superflows,
// which stand on both sides.
func (h *Head) Origin() string { return origin(h.Groups, h.Unit) }

func origin(groups int, unit string) string {
	if unit == "window" {
		return count(groups, "superflow") + ", not kept apart"
	}
	return count(groups, "group") + " (" + unit + ")"
}

// notes are the sentences that a score must not stand without.
func (h *Head) notes() []string {
	mean := fmt.Sprintf("Macro F1 is the mean over %d of %s.", len(h.Scored), count(len(h.Confusion.Classes), "class"))
	if len(h.NotEstimable) > 0 {
		mean += " Not estimable (too few groups): " + strings.Join(h.NotEstimable, ", ") + "."
	}
	if len(h.Absent) > 0 {
		mean += " Absent from the test part: " + strings.Join(h.Absent, ", ") + "."
	}
	how := fmt.Sprintf("95 %%: bootstrap over %s, %s draws, tails of Student's t.", h.Origin(), thousands(Draws))
	if h.NoInterval != "" {
		how = strings.ToUpper(h.NoInterval[:1]) + h.NoInterval[1:] + "."
	}
	notes := []string{mean, how}
	if len(h.Baselines) == 0 {
		notes = append(notes, "No baseline was stored with this run, so the score says little.")
	}
	return append(notes, "P, R, F1: Keras' micro precision, recall and F1 over all outputs at threshold 0.5, as in Table 3 of the paper.")
}

// ClassTable has a row a class that the test part or the network knows.
func (h *Head) ClassTable() *Table {
	t := &Table{Caption: "Per class, " + h.Network.Model, Header: []string{"Class", "Precision", "Recall", "F1", "Windows"}}
	for k, s := range h.PerClass {
		if s.Windows == 0 && h.Confusion.Predicted(k) == 0 {
			continue
		}
		recall, f1 := three(s.Recall), three(s.F1)
		if s.Windows == 0 { // nothing could be found
			recall, f1 = "–", "–"
		}
		t.Rows = append(t.Rows, []string{s.Class, three(s.Precision), recall, f1, thousands(s.Windows)})
	}
	return t
}

// three writes a score with three decimals, as the paper does.
func three(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// interval writes an interval, or "–" for none.
func interval(i *Interval) string {
	if i == nil {
		return "–"
	}
	return i.String()
}

// taskTitle is the name of a task in a heading.
func taskTitle(task string) string {
	switch task {
	case "type":
		return "Traffic type"
	case "app":
		return "Application"
	}
	return task
}

// confusionText is the confusion matrix where it fits into 80 columns, and
// the most frequent confusions where it does not.
func (h *Head) confusionText() string {
	t := &Table{Caption: "Confusion matrix, " + h.Network.Model + ": a row a true class, a column a predicted class", Header: []string{"Class", ""}}
	for k, name := range h.Confusion.Classes {
		if h.Confusion.Support(k) == 0 && h.Confusion.Predicted(k) == 0 {
			continue
		}
		row := []string{name, letter(k)}
		t.Header = append(t.Header, letter(k))
		for p := range h.Confusion.Classes {
			if h.Confusion.Support(p) > 0 || h.Confusion.Predicted(p) > 0 {
				row = append(row, strconv.Itoa(h.Confusion.Count[k][p]))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	for _, line := range strings.Split(t.grid(), "\n") {
		if utf8.RuneCountInString(line) > 80 {
			return h.ConfusionTable(10).String()
		}
	}
	return t.String()
}

// letter names a class in the head of a column: a … z, aa, ab, …
func letter(k int) string {
	if k < 26 {
		return string(rune('a' + k))
	}
	return letter(k/26-1) + letter(k%26)
}

// ConfusionTable lists the n most frequent confusions.
func (h *Head) ConfusionTable(n int) *Table {
	type pair struct{ truth, predicted, windows int }
	var pairs []pair
	for t, row := range h.Confusion.Count {
		for p, v := range row {
			if t != p && v > 0 {
				pairs = append(pairs, pair{t, p, v})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return b.windows - a.windows })
	t := &Table{
		Caption: fmt.Sprintf("Most frequent confusions, %s (%d of %d pairs of classes are confused)", h.Network.Model, len(pairs),
			len(h.Confusion.Classes)*(len(h.Confusion.Classes)-1)),
		Header: []string{"True class", "Predicted as", "Windows", "Share of the class"},
	}
	for _, c := range pairs[:min(n, len(pairs))] {
		t.Rows = append(t.Rows, []string{h.Confusion.Classes[c.truth], h.Confusion.Classes[c.predicted], thousands(c.windows),
			three(ratio(c.windows, h.Confusion.Support(c.truth)))})
	}
	return t
}
