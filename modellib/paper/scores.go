package paper

import (
	"fmt"
	"math"

	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
)

// Score is how a model of an arm does on a task: means over seeds, each seed
// scored once on all its test windows.
type Score struct {
	Model    string
	Task     string
	Accuracy float64
	Keras    evaluate.Keras     // the paper's micro precision, recall and F1 at threshold 0.5
	MacroF1  float64            // over the estimable classes
	SeedSD   float64            // of MacroF1; NaN with one seed
	Interval *evaluate.Interval // 95 % of MacroF1, over groups; nil where there is none
	Repeated *evaluate.Repeated
}

// Score scores a model, nil when the arm has no such predictions.
func (a *Arm) Score(model, task string) (*Score, error) {
	all := a.Predictions(model, task)
	if len(all) == 0 {
		return nil, nil
	}
	s := &Score{Model: a.resolve(model), Task: task}
	t, _ := a.task(task)
	var err error
	if s.Repeated, err = evaluate.NewRepeated(a.title(model), t.Classes, t.NotEstimable, all...); err != nil {
		return nil, err
	}
	s.MacroF1, s.SeedSD = s.Repeated.MacroF1()
	if a.Split.Unit != "window" {
		s.Interval = s.Repeated.Interval()
	}
	n := float64(len(all))
	for _, p := range all {
		k := evaluate.NewKeras(p.Truth, p.Probs)
		s.Accuracy += k.Accuracy / n
		s.Keras.Accuracy += k.Accuracy / n
		s.Keras.Precision += k.Precision / n
		s.Keras.Recall += k.Recall / n
		s.Keras.F1 += k.F1 / n
	}
	return s, nil
}

// Confusion is the confusion matrix of a model, all seeds added.
func (a *Arm) Confusion(model, task string) *evaluate.Confusion {
	t, _ := a.task(task)
	var truth, predicted []int
	for _, p := range a.Predictions(model, task) {
		truth, predicted = append(truth, p.Truth...), append(predicted, evaluate.Argmax(p.Probs)...)
	}
	return evaluate.NewConfusion(t.Classes, truth, predicted)
}

// superflows are the predictions of one seed by superflow: the mean of the
// probabilities of its windows.
func (a *Arm) superflows(model, task string, seed int) (*run.Predictions, error) {
	t := a.seen[task]
	name := a.resolve(model)
	s := t.tests[key(name, t.models[name][seed])]
	return evaluate.PoolUnits(&s.Predictions, s.superflow, evaluate.MeanProbability)
}

// order is how models stand in tables.
var order = []string{GRU, CNN, Single, Pair, ReadOff, Forest, Nearest, Majority}

// scores are those of all models of an arm for a task, in the order of tables.
func (a *Arm) scores(task string) ([]*Score, error) {
	var out []*Score
	for _, m := range order {
		s, err := a.Score(m, task)
		if err != nil {
			return nil, err
		}
		if s != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

// NoInterval says why scores of the arm have none, "" when they have.
func (a *Arm) NoInterval() string {
	switch {
	case a.Split.Unit == "window" && a.Leak.SharingRows > 0:
		return "no interval: the split divides windows, which overlap and are not independent"
	case a.Split.Unit == "window":
		return "no interval: the split divides windows of one capture between train and test"
	case a.Groups < evaluate.MinGroups:
		return fmt.Sprintf("no interval: %s tested, %d needed", plural(a.Groups, "group"), evaluate.MinGroups)
	}
	return ""
}

// leaks says what the test part shares with train.
func (a *Arm) leaks() string {
	if a.Leak.SharingRows > 0 {
		return fmt.Sprintf("%s of %s test windows share rows with a training window", thousands(a.Leak.SharingRows), thousands(a.Leak.Windows))
	}
	for _, unit := range []string{"superflow", "capture", "session", "host"} {
		if n := a.Leak.Groups[unit]; n > 0 {
			return fmt.Sprintf("train holds windows of %s of the test part", plural(n, unit))
		}
	}
	return "the test part shares nothing with train"
}

// Origin is what every score of the arm must not stand without.
func (a *Arm) Origin() string {
	windows := 0
	for _, t := range a.Tasks {
		if p := a.Predictions(winner, t.Name); len(p) > 0 {
			windows = len(p[0].Window)
		}
	}
	text := fmt.Sprintf("Random split over windows, as published; %s test windows; %s", thousands(windows), a.leaks())
	if a.Split.Unit != "window" {
		text = fmt.Sprintf("Split by %s, %d of %d folds tested; %s test windows from %s", a.Split.Unit, a.Folds, a.Of, thousands(windows), plural(a.Groups, a.Split.Unit))
	}
	text += "; " + plural(len(a.Seeds), "seed")
	if why := a.NoInterval(); why != "" {
		return text + "; " + why + "."
	}
	return text + "; intervals: 95 %, bootstrap over groups."
}

func three(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

func intervalText(i *evaluate.Interval) string {
	if i == nil {
		return "–"
	}
	return i.String()
}

// thousands writes a count with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural writes "1 seed", "5 seeds".
func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun[len(noun)-1] == 's':
		return thousands(n) + " " + noun + "es"
	}
	return thousands(n) + " " + noun + "s"
}
