package paper

import (
	"fmt"
	"strings"
	"time"

	"flowbook/modellib/evaluate"
)

// Block is one piece of a report: exactly one of its fields is set.
type Block struct {
	Head   string // a heading of the second level
	Sub    string // of the third
	Text   string // a paragraph
	List   []string
	Table  *evaluate.Table
	Figure *Figure
}

// Figure is what is to be drawn. Package plots draws it; this package links no
// drawing.
type Figure struct {
	Name    string // of its file: "figure-cnn"
	Alt     string // what is to be seen
	Network *Architecture
	Matrix  *evaluate.Confusion
	Title   string
}

// Document is a report: a title, and blocks in order.
type Document struct {
	Title  string
	Blocks []Block
}

func (d *Document) head(s string)           { d.Blocks = append(d.Blocks, Block{Head: s}) }
func (d *Document) sub(s string)            { d.Blocks = append(d.Blocks, Block{Sub: s}) }
func (d *Document) table(t *evaluate.Table) { d.Blocks = append(d.Blocks, Block{Table: t}) }
func (d *Document) list(items ...string)    { d.Blocks = append(d.Blocks, Block{List: items}) }
func (d *Document) figure(f Figure)         { d.Blocks = append(d.Blocks, Block{Figure: &f}) }
func (d *Document) text(f string, args ...any) {
	d.Blocks = append(d.Blocks, Block{Text: fmt.Sprintf(f, args...)})
}

// Report is everything that the results say, as a document.
func (r *Results) Report() (*Document, error) {
	d := &Document{Title: "The paper, made anew: " + r.Source.Name}
	verdicts := map[string][]Verdict{}
	for _, a := range r.Arms {
		var err error
		if verdicts[a.Preset], err = a.Compare(r.Comparisons); err != nil {
			return nil, err
		}
	}
	r.opening(d, verdicts)
	side, err := r.SideBySide()
	if err != nil {
		return nil, err
	}
	d.table(side)
	r.theData(d)
	r.networks(d)
	for _, a := range r.Arms {
		if err := a.section(d, verdicts[a.Preset]); err != nil {
			return nil, err
		}
	}
	fair := verdicts[Recommended]
	if fair == nil {
		fair = verdicts[Published]
	}
	return d, r.closing(d, fair)
}

// opening says what this is and what came out.
func (r *Results) opening(d *Document, verdicts map[string][]Verdict) {
	d.text("Van Gils et al., Classification of Network Traffic Using Flow-Based Features and Deep Learning: its four models under three presets on %s (%s). "+
		"Published does what the authors' program does, figures what their text and figures say, recommended splits by independent groups. "+
		"Every number below is computed from the predictions in this directory.", r.Source.Name, r.sourceWords())
	if r.Quick {
		d.text("This is a quick run: one seed, one fold, and early stopping in every arm. Its differences between models mean little; the full run has several seeds and tests every group.")
	}
	if len(r.Left) > 0 {
		d.sub("What these data do not allow")
		d.list(r.Left...)
	}
	d.head("Answers")
	for _, preset := range []string{Recommended, Published, Figures} {
		a := r.Arm(preset)
		if a == nil {
			continue
		}
		all := verdicts[preset]
		d.sub(capital(preset) + map[string]string{
			Published: ": the paper's procedure", Figures: ": the networks as drawn, split as published", Recommended: ": groups that were not trained on",
		}[preset])
		for _, ans := range []Answer{a.RQ1(all), a.RQ2(all)} {
			d.text("%s %s", ans.Question, ans.Short)
			d.list(ans.Because...)
		}
		d.text("%s", a.Origin())
	}
	d.text("The paper found (section 5): the CNN significantly better on application and not on type (RQ1); the multi-task CNN significantly better than the single-task ones on application and not on type (RQ2).")
}

func (r *Results) sourceWords() string {
	switch r.Source.Kind {
	case "course":
		return "traffic that a laboratory recorded: stand-ins with the paper's class names, not those products"
	case "dataset":
		return "a data set that was built before; its flows were measured once, so all presets share them"
	}
	return "captures"
}

// theData is Tables 1, 2 and 9.
func (r *Results) theData(d *Document) {
	d.head("Related systems and data")
	d.table(Table1())
	for _, a := range r.Arms {
		if a.Preset != Recommended && r.Arm(Recommended) != nil {
			continue
		}
		d.table(a.Table2())
		d.table(a.Table9())
	}
	t := &evaluate.Table{Caption: "The windows under each preset.",
		Header: []string{"Preset", "Windows", "Superflows", "Captures", "Steps", "Inputs", "Constant inputs", "Dialect", "Data set"}}
	for _, a := range r.Arms {
		constant := fmt.Sprint(len(a.Data.Constant))
		t.Rows = append(t.Rows, []string{a.Preset, thousands(a.Data.Windows), thousands(a.Data.Superflows), thousands(a.Data.Captures), fmt.Sprint(a.Data.Steps),
			fmt.Sprint(len(a.Data.Features)), constant, a.Data.Recipe.Dialect, a.Data.Hash[:min(12, len(a.Data.Hash))]})
		for _, c := range a.Changes {
			t.Notes = append(t.Notes, capital(a.Preset)+": "+c)
		}
		if len(a.Data.Constant) > 0 {
			t.Notes = append(t.Notes, fmt.Sprintf("%s: constant are %s.", capital(a.Preset), strings.Join(a.Data.Constant, ", ")))
		}
	}
	d.table(t)
}

// networks is Figures 1 to 3.
func (r *Results) networks(d *Document) {
	d.head("The networks (Figures 1 to 3)")
	for _, a := range r.Arms {
		for _, n := range a.Drawn {
			total := 0
			for _, l := range n.Trunk {
				total += l.Params
			}
			for _, h := range n.Heads {
				for _, l := range h {
					total += l.Params
				}
			}
			name := strings.ToLower(strings.ReplaceAll(n.Title, " ", "-"))
			d.figure(Figure{Name: "figure-" + a.Preset + "-" + name, Title: fmt.Sprintf("%s, %s (%s)", n.Title, a.Preset, n.Figure), Network: &n,
				Alt: fmt.Sprintf("Drawing of the %s of preset %s, as %s of the paper: %d layers, then %d heads, %s weights.", n.Title, a.Preset, n.Figure, len(n.Trunk), len(n.Heads), thousands(total))})
		}
	}
}

// section is the tables of one arm.
func (a *Arm) section(d *Document, all []Verdict) error {
	d.head(capital(a.Preset))
	t3, err := a.Table3()
	if err != nil {
		return err
	}
	d.table(t3)
	d.table(a.Table4())
	for _, t := range a.Contingency(all) {
		d.table(t)
	}
	d.table(a.Verdicts(all))
	for _, task := range a.Tasks {
		c := a.Confusion(winner, task.Name)
		d.figure(Figure{Name: fmt.Sprintf("figure-%s-confusion-%s", a.Preset, task.Name), Matrix: c,
			Title: fmt.Sprintf("%s, %s, %s", a.title(winner), taskTitle(task.Name), a.Preset),
			Alt:   fmt.Sprintf("Confusion matrix of %s for %s under preset %s, all seeds added: %.1f %% of windows lie on the diagonal.", a.title(winner), taskTitle(task.Name), a.Preset, 100*c.Accuracy())})
		d.table(a.classes(task))
	}
	return nil
}

// classes is how well the winner finds each class.
func (a *Arm) classes(task Task) *evaluate.Table {
	t := &evaluate.Table{Caption: fmt.Sprintf("Per class, %s, %s, %s; all seeds added.", a.title(winner), taskTitle(task.Name), a.Preset),
		Header: []string{"Class", "Precision", "Recall", "F1", "Windows tested"}, Notes: []string{a.Origin()}}
	seeds := max(1, len(a.Predictions(winner, task.Name)))
	for _, c := range a.Confusion(winner, task.Name).PerClass() {
		t.Rows = append(t.Rows, []string{c.Class, three(c.Precision), three(c.Recall), three(c.F1), thousands(c.Windows / seeds)})
	}
	return t
}

// closing is the limits, the paper's numbers and how to get this again.
func (r *Results) closing(d *Document, fair []Verdict) error {
	d.head("Limits")
	pitfalls, err := r.Pitfalls(fair)
	if err != nil {
		return err
	}
	d.table(pitfalls)
	d.head("The paper's own numbers")
	d.table(ClaimTable())
	d.head("How to get this again")
	command := "flowbook paper"
	if r.Source.Kind != "course" {
		command += " --data " + r.Source.Name
	}
	if r.Quick {
		command += " --quick"
	}
	d.text("%s --out DIR", command)
	d.text("Computed by %s (%s) with %s in %v of training, measured. What determines the numbers has the hash %s; the data have %s.", r.Backend.Name, r.Backend.Device,
		plural(r.Backend.Threads, "thread"), (time.Duration(r.Seconds) * time.Second).Round(time.Second), r.Key[:min(12, len(r.Key))], r.Source.Hash[:min(12, len(r.Source.Hash))])
	return nil
}
