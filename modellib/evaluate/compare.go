package evaluate

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/modellib/run"
)

// Alpha is the level of significance of the paper's tests (section 4).
const Alpha = 0.05

// Comparison is McNemar's test of two runs on the same test windows, laid out
// as Tables 5 to 8 of the paper.
type Comparison struct {
	Task     string    `json:"task"`
	A        string    `json:"a"` // names of the models, "CNN MT"
	B        string    `json:"b"`
	Split    run.Split `json:"split"`
	Windows  int       `json:"windows"`
	Groups   int       `json:"groups"`
	Table    [2][2]int `json:"table"` // [A correct, incorrect][B correct, incorrect]
	H0       string    `json:"h0"`
	H1       string    `json:"h1"`
	Alpha    float64   `json:"alpha"`
	P        float64   `json:"p"`      // exact, two-sided
	Reject   bool      `json:"reject"` // P < Alpha
	Decision string    `json:"decision"`
	Warning  string    `json:"warning"`

	// The primary test takes groups for independent, not windows. Where the
	// test part allows none, NoTest says why.
	Primary *Permutation `json:"primary,omitempty"`
	NoTest  string       `json:"no_primary,omitempty"`

	// The same contingency table with one vote a superflow; nil unless
	// WithSuperflows was given their names.
	Superflows *SuperflowTable `json:"superflows,omitempty"`
}

// SuperflowTable is McNemar's test on superflows, each by the votes of its
// windows. Superflows of one capture or host are not independent either.
type SuperflowTable struct {
	Table [2][2]int `json:"table"`
	P     float64   `json:"p"`
}

// Compare tests whether a and b are equally often the only one that is right
// on a task. Both must have been tested on the same windows of the same data
// set, with the same classes; otherwise the error names the first difference.
func Compare(a, b *run.Run, task string) (*Comparison, error) {
	pa, pb, err := pair(a, b, task)
	if err != nil {
		return nil, err
	}
	c := &Comparison{
		Task: task, A: modelName(&a.Manifest), B: modelName(&b.Manifest),
		Split: a.Manifest.Split, Windows: len(pa.Window), Alpha: Alpha,
		H0: "p(correct, incorrect) = p(incorrect, correct)",
		H1: "p(correct, incorrect) ≠ p(incorrect, correct)",
	}
	if c.A == c.B {
		c.A, c.B = c.A+" (1)", c.B+" (2)"
	}
	c.Table = contingency(pa, pb)
	c.Groups = groupCount(pa)
	c.decide()
	return c, c.primary(a, pa, pb)
}

// primary runs the paired permutation test over groups, or says why it cannot.
func (c *Comparison) primary(a *run.Run, pa, pb *run.Predictions) error {
	switch {
	case c.Split.Unit == "window":
		c.NoTest = "the split divides windows, which overlap and are not independent"
		return nil
	case c.Groups < 2:
		c.NoTest = "the test part has one group, which cannot be compared with itself"
		return nil
	}
	task, _ := a.Manifest.Task(c.Task)
	ra, err := NewRepeated(c.A, task.Classes, c.Split.NotEstimable, pa)
	if err != nil {
		return err
	}
	rb, err := NewRepeated(c.B, task.Classes, c.Split.NotEstimable, pb)
	if err != nil {
		return err
	}
	c.Primary, err = SignFlip(ra, rb)
	return err
}

// WithSuperflows adds the test on superflows to a comparison of a and b;
// superflow names that of a window of the data set.
func (c *Comparison) WithSuperflows(a, b *run.Run, superflow func(window int) string) error {
	pa, pb, err := pair(a, b, c.Task)
	if err != nil {
		return err
	}
	var sides [2]*run.Predictions
	for i, p := range []*run.Predictions{pa, pb} {
		names := make([]string, len(p.Window))
		for k, w := range p.Window {
			names[k] = superflow(w)
		}
		if sides[i], err = PoolUnits(p, names, Votes); err != nil {
			return err
		}
	}
	t := contingency(sides[0], sides[1])
	c.Superflows = &SuperflowTable{Table: t, P: McNemar(t[0][1], t[1][0])}
	return nil
}

// independent says what the primary test found, in a sentence.
func (c *Comparison) independent() string {
	switch {
	case c.NoTest != "":
		return "Test over groups: none, " + c.NoTest + "."
	case c.Primary == nil: // a table of counts that are known from print
		return ""
	}
	verdict := "no significant difference"
	if c.Primary.P < c.Alpha {
		verdict = "a significant difference"
	}
	return fmt.Sprintf("Test over groups: %s That is %s.", c.Primary, verdict)
}

// perSuperflow is the line on superflows; "" without.
func (c *Comparison) perSuperflow() string {
	if c.Superflows == nil {
		return ""
	}
	t := c.Superflows.Table
	return fmt.Sprintf("McNemar, exact, per superflow by votes (not independent): %d + %d discordant of %s, %s.",
		t[0][1], t[1][0], count(t[0][0]+t[0][1]+t[1][0]+t[1][1], "superflow"), pText(c.Superflows.P))
}

// contingency counts the rows of two models by which of them were right.
func contingency(a, b *run.Predictions) (table [2][2]int) {
	ya, yb := Argmax(a.Probs), Argmax(b.Probs)
	for i, truth := range a.Truth {
		table[wrong(ya[i] != truth)][wrong(yb[i] != truth)]++
	}
	return table
}

// wrong is the row or column of the contingency table.
func wrong(incorrect bool) int {
	if incorrect {
		return 1
	}
	return 0
}

// decide fills p, the decision in words and the warning.
func (c *Comparison) decide() {
	onlyA, onlyB := c.Table[0][1], c.Table[1][0]
	c.P = McNemar(onlyA, onlyB)
	c.Reject = c.P < c.Alpha
	better := c.A
	if onlyB > onlyA {
		better = c.B
	}
	if c.Reject {
		c.Decision = fmt.Sprintf("%s is below alpha = %g, so H0 is rejected: %s is better on these windows.", pText(c.P), c.Alpha, better)
	} else {
		c.Decision = fmt.Sprintf("%s is not below alpha = %g, so H0 is not rejected: these windows show no significant difference, which does not prove that there is none.", pText(c.P), c.Alpha)
	}
	c.Warning = fmt.Sprintf("windows are not independent: %s from %s. The test takes them for independent, so its p is too small.",
		count(c.Windows, "window"), origin(c.Groups, c.Split.Unit))
}

// pText writes a p-value with four decimals, as the paper does.
func pText(p float64) string {
	if p < 0.00005 {
		return "p < 0.0001"
	}
	return fmt.Sprintf("p = %.4f", p)
}

// pair finds the predictions of both runs for a task and checks that they
// are about the same windows.
func pair(a, b *run.Run, task string) (pa, pb *run.Predictions, err error) {
	ta, ok := a.Manifest.Task(task)
	if !ok {
		return nil, nil, fmt.Errorf("run %s has no task %q", a.Dir, task)
	}
	tb, ok := b.Manifest.Task(task)
	if !ok {
		return nil, nil, fmt.Errorf("run %s has no task %q", b.Dir, task)
	}
	differ := fmt.Sprintf("%s and %s cannot be compared on task %s", a.Dir, b.Dir, task)
	if ha, hb := a.Manifest.Data.Hash, b.Manifest.Data.Hash; ha != hb {
		return nil, nil, fmt.Errorf("%s: data set %s in one and %s in the other", differ, abbreviate(ha), abbreviate(hb))
	}
	if !slices.Equal(ta.Classes, tb.Classes) {
		return nil, nil, fmt.Errorf("%s: classes %s in one and %s in the other", differ, strings.Join(ta.Classes, ", "), strings.Join(tb.Classes, ", "))
	}
	if pa, err = networkFor(a, task); err != nil {
		return nil, nil, err
	}
	if pb, err = networkFor(b, task); err != nil {
		return nil, nil, err
	}
	if err := sameWindows(pa, pb); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", differ, err)
	}
	return pa, pb, nil
}

// abbreviate shortens a hash for reading.
func abbreviate(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	if hash == "" {
		return "without a hash"
	}
	return hash
}

// modelName names a run as the paper's tables do: MT for a multi-task model,
// ST for a single-task one.
func modelName(m *run.Manifest) string {
	kind := "ST"
	if len(m.Tasks) > 1 {
		kind = "MT"
	}
	return strings.ToUpper(m.Model) + " " + kind
}

// String is the contingency table with the test, at most 80 columns wide.
func (c *Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s against %s\n\n", taskTitle(c.Task), c.A, c.B)
	b.WriteString(c.ContingencyTable().grid())
	b.WriteByte('\n')
	for _, line := range []string{
		fmt.Sprintf("Split: %s, %s from %s.", c.Split.Name, count(c.Windows, "test window"), origin(c.Groups, c.Split.Unit)),
		"H0: " + c.H0,
		"H1: " + c.H1,
		c.independent(),
		c.perSuperflow(),
		fmt.Sprintf("McNemar, exact, two-sided, per window (not independent), %d + %d discordant windows: %s, alpha = %g.", c.Table[0][1], c.Table[1][0], pText(c.P), c.Alpha),
		c.Decision,
		"Warning: " + c.Warning,
	} {
		if line != "" {
			b.WriteString(wrap(line, "", 80))
		}
	}
	return b.String()
}

// ContingencyTable is the comparison as a table of the paper's shape.
func (c *Comparison) ContingencyTable() *Table {
	t := &Table{
		Caption: fmt.Sprintf("Contingency table for %s of %s and %s.", strings.ToLower(taskTitle(c.Task)), c.A, c.B),
		Header:  []string{c.A + ` \ ` + c.B, "Correct", "Incorrect"},
	}
	for i, name := range []string{"Correct", "Incorrect"} {
		t.Rows = append(t.Rows, []string{name, thousands(c.Table[i][0]), thousands(c.Table[i][1])})
	}
	t.Notes = []string{
		fmt.Sprintf("H0: %s; H1: %s; McNemar's exact two-sided test. %s", c.H0, c.H1, c.Decision),
		fmt.Sprintf("Split: %s. Warning: %s", c.Split.Name, c.Warning),
	}
	for _, line := range []string{c.independent(), c.perSuperflow()} {
		if line != "" {
			t.Notes = append(t.Notes, line)
		}
	}
	return t
}

// Markdown is the contingency table with test and warning, for a notebook.
func (c *Comparison) Markdown() string { return c.ContingencyTable().Markdown() }
