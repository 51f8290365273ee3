package evaluate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"flowbook/modellib/run"

	"gonum.org/v1/gonum/stat"
)

// Report is what a run scores on its test part, with what a reader needs to
// judge it.
type Report struct {
	Dir   string    `json:"dir"`
	Model string    `json:"model"`
	Data  run.Data  `json:"data"`
	Split run.Split `json:"split"`
	Heads []Head    `json:"heads"`
}

// Head is the result of one task: the network and its baselines on the same
// test windows.
type Head struct {
	Task      string       `json:"task"`
	Windows   int          `json:"windows"` // in the test part
	Groups    int          `json:"groups"`  // independent groups among them
	Unit      string       `json:"unit"`    // what a group is
	Network   Score        `json:"network"`
	Baselines []Score      `json:"baselines"`
	PerClass  []ClassScore `json:"per_class"` // of the network
	Confusion *Confusion   `json:"confusion"` // of the network

	// Scored are the classes of the macro mean. The others are either not
	// estimable (too few groups to be in every part of the split) or absent
	// from this test part.
	Scored       []string `json:"scored"`
	NotEstimable []string `json:"not_estimable,omitempty"`
	Absent       []string `json:"absent,omitempty"`

	// Calibrated is what the validation part is good for; nil without one.
	Calibrated *Calibrated `json:"calibrated,omitempty"`
	// Units are scores of whole superflows and captures; AddUnits fills them.
	Units []UnitScore `json:"units,omitempty"`

	// NoInterval says why the scores have no interval; "" when they have.
	NoInterval string `json:"no_interval,omitempty"`
}

// Score is how one model does on a head.
type Score struct {
	Model       string    `json:"model"`
	Accuracy    float64   `json:"accuracy"`
	AccuracyCI  *Interval `json:"accuracy_interval,omitempty"` // 95 %, over groups
	MacroF1     float64   `json:"macro_f1"`                    // over the scored classes
	MacroF1CI   *Interval `json:"macro_f1_interval,omitempty"`
	Macro       PRF       `json:"macro"` // over the scored classes
	Weighted    PRF       `json:"weighted"`
	Micro       PRF       `json:"micro"`
	Balanced    float64   `json:"balanced_accuracy"`
	MCC         float64   `json:"mcc"`
	Kappa       *float64  `json:"kappa"` // null where chance alone is always right
	KerasAtHalf Keras     `json:"keras"`

	// What the probabilities are worth, not only the most probable class.
	LogLoss float64      `json:"log_loss"` // nats a window
	Brier   float64      `json:"brier"`    // summed over classes
	ROC     *float64     `json:"roc_area"` // one against the rest, mean over the scored classes
	PR      *float64     `json:"pr_area"`
	ByWidth *Reliability `json:"calibration"`            // CalibrationBins of one width
	ByMass  *Reliability `json:"calibration_equal_mass"` // CalibrationBins of one size
}

// Run scores every head of an opened run. A run without predictions for one
// of its tasks, or without a scored class, is an error that names it.
func Run(r *run.Run) (*Report, error) {
	rep := &Report{Dir: r.Dir, Model: r.Manifest.Model, Data: r.Manifest.Data, Split: r.Manifest.Split}
	if len(r.Manifest.Tasks) == 0 {
		return nil, fmt.Errorf("run %s: the manifest names no task", r.Dir)
	}
	for _, task := range r.Manifest.Tasks {
		p, err := networkFor(r, task.Name)
		if err != nil {
			return nil, err
		}
		h, err := newHead(r, task, p)
		if err != nil {
			return nil, err
		}
		rep.Heads = append(rep.Heads, *h)
	}
	return rep, nil
}

// Head returns the result of a task, and panics when the run has no such task.
func (r *Report) Head(task string) *Head {
	for i := range r.Heads {
		if r.Heads[i].Task == task {
			return &r.Heads[i]
		}
	}
	panic(fmt.Sprintf("evaluate: the report of %s has no task %q", r.Dir, task))
}

// networkFor finds the network's predictions for a task.
func networkFor(r *run.Run, task string) (*run.Predictions, error) {
	for i := range r.Predictions {
		p := &r.Predictions[i]
		if p.Task != task {
			continue
		}
		if len(p.Window) == 0 {
			return nil, fmt.Errorf("run %s: found no test windows for task %s, expected at least one", r.Dir, task)
		}
		return p, nil
	}
	return nil, fmt.Errorf("run %s: found no predictions for task %s, expected those of its test part", r.Dir, task)
}

// newHead scores the network and its baselines for one task.
func newHead(r *run.Run, task run.Task, p *run.Predictions) (*Head, error) {
	predicted := Argmax(p.Probs)
	h := &Head{
		Task: task.Name, Windows: len(p.Window), Unit: r.Manifest.Split.Unit,
		Groups:    groupCount(p),
		Confusion: NewConfusion(task.Classes, p.Truth, predicted),
	}
	h.PerClass = h.Confusion.PerClass()
	scored := h.choose(r.Manifest.Split.NotEstimable)
	if len(scored) == 0 {
		return nil, fmt.Errorf("run %s, task %s: none of %d classes is both estimable and in the test part", r.Dir, task.Name, len(task.Classes))
	}
	h.NoInterval = noInterval(h.Unit, h.Groups)
	h.Network = h.score(p, scored)
	for i := range r.Validation {
		v := &r.Validation[i]
		if v.Task != task.Name || len(v.Window) == 0 {
			continue
		}
		c, err := h.calibrate(v, p)
		if err != nil {
			return nil, fmt.Errorf("run %s, task %s: %w", r.Dir, task.Name, err)
		}
		h.Calibrated = c
	}
	for i := range r.Baselines {
		b := &r.Baselines[i]
		if b.Task != task.Name {
			continue
		}
		if err := sameWindows(p, b); err != nil {
			return nil, fmt.Errorf("run %s, task %s: %s and %s were tested on different windows: %w", r.Dir, task.Name, p.Model, b.Model, err)
		}
		h.Baselines = append(h.Baselines, h.score(b, scored))
	}
	return h, nil
}

// choose divides the classes into scored, not estimable and absent ones and
// returns the numbers of the scored. The split lists a class that is not
// estimable as "TASK CLASS".
func (h *Head) choose(notEstimable []string) []int {
	var scored []int
	for k, class := range h.Confusion.Classes {
		switch {
		case slices.Contains(notEstimable, h.Task+" "+class):
			h.NotEstimable = append(h.NotEstimable, class)
		case h.Confusion.Support(k) == 0:
			h.Absent = append(h.Absent, class)
		default:
			h.Scored = append(h.Scored, class)
			scored = append(scored, k)
		}
	}
	return scored
}

// noInterval says why a test part allows no interval, or "".
func noInterval(unit string, groups int) string {
	switch {
	case unit == "window":
		return "no interval: the split divides windows, which overlap and are not independent"
	case groups < MinGroups:
		return fmt.Sprintf("no interval: %s, %d needed", count(groups, "group"), MinGroups)
	}
	return ""
}

// count writes "1 group", "3 groups", "1,637 windows".
func count(n int, noun string) string {
	if n != 1 {
		noun = plural(noun)
	}
	return thousands(n) + " " + noun
}

// plural is the plural of a noun such as window or class.
func plural(noun string) string {
	if strings.HasSuffix(noun, "s") {
		return noun + "es"
	}
	return noun + "s"
}

// thousands writes a count with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// score computes every metric of one model's predictions.
func (h *Head) score(p *run.Predictions, scored []int) Score {
	predicted := Argmax(p.Probs)
	c := NewConfusion(h.Confusion.Classes, p.Truth, predicted)
	macro := c.Macro(scored)
	s := Score{
		Model: p.Model, Accuracy: c.Accuracy(), MacroF1: macro.F1, Macro: macro,
		Weighted: c.Weighted(), Micro: c.Micro(), Balanced: c.BalancedAccuracy(), MCC: c.MCC(),
		Kappa: known(c.Kappa()), KerasAtHalf: NewKeras(p.Truth, p.Probs),
		LogLoss: LogLoss(p.Truth, p.Probs), Brier: Brier(p.Truth, p.Probs),
		ByWidth: EqualWidth(p.Truth, p.Probs, CalibrationBins), ByMass: EqualMass(p.Truth, p.Probs, CalibrationBins),
	}
	s.ROC, s.PR = h.areas(p, scored)
	if h.NoInterval == "" {
		a, f := bootstrap(scored, groupSums(groupMembers(p.Group), p.Truth, predicted, len(c.Classes)))
		s.AccuracyCI, s.MacroF1CI = &a, &f
		s.ByWidth.WithInterval(p.Group, p.Truth, p.Probs)
		s.ByMass.WithInterval(p.Group, p.Truth, p.Probs)
	}
	return s
}

// areas are the mean ROC and PR areas of the scored classes that have one.
func (h *Head) areas(p *run.Predictions, scored []int) (roc, pr *float64) {
	var r, a []float64
	for k, area := range Areas(h.Confusion.Classes, p.Truth, p.Probs) {
		if slices.Contains(scored, k) && !math.IsNaN(area.ROC) {
			r, a = append(r, area.ROC), append(a, area.PR)
		}
	}
	return known(stat.Mean(r, nil)), known(stat.Mean(a, nil))
}

// known is a pointer to v, nil for NaN, which JSON has no word for.
func known(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// sameWindows says where two lists of tested windows differ first.
func sameWindows(a, b *run.Predictions) error {
	for i := range min(len(a.Window), len(b.Window)) {
		switch {
		case a.Window[i] != b.Window[i]:
			return fmt.Errorf("test window %d is number %d of the data set in one and %d in the other", i+1, a.Window[i], b.Window[i])
		case a.Truth[i] != b.Truth[i]:
			return fmt.Errorf("test window %d (number %d) has class %d in one and %d in the other", i+1, a.Window[i], a.Truth[i], b.Truth[i])
		case a.Group[i] != b.Group[i]:
			return fmt.Errorf("test window %d (number %d) is in group %q in one and %q in the other", i+1, a.Window[i], a.Group[i], b.Group[i])
		}
	}
	if len(a.Window) != len(b.Window) {
		return fmt.Errorf("%s in one and %s in the other", count(len(a.Window), "window"), count(len(b.Window), "window"))
	}
	return nil
}
