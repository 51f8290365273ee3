package paper

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/modellib/evaluate"
)

// Pitfalls fills in the ten pitfalls of Arp et al., Dos and Don'ts of Machine
// Learning in Computer Security (2022), from the results: for each what the
// published procedure does, what the fair one does, and what stays open.
func (r *Results) Pitfalls(all []Verdict) (*evaluate.Table, error) {
	pub, fair := r.Arm(Published), r.Arm(Recommended)
	a := fair
	if a == nil {
		a = pub
	}
	if a == nil {
		return nil, fmt.Errorf("%s: found no arm, expected published or recommended", r.Dir)
	}
	t := &evaluate.Table{
		Caption: "The ten pitfalls of Arp et al. (2022), filled in from these results.",
		Header:  []string{"Pitfall", "Published procedure", "Fair procedure", "What stays open"},
	}
	baseRate, err := a.baseRate()
	if err != nil {
		return nil, err
	}
	leak := func(a *Arm) string {
		if a == nil {
			return "not run"
		}
		return fmt.Sprintf("%s of %s test windows share rows with train, %s all but one; infinities are filled from %s",
			thousands(a.Leak.SharingRows), thousands(a.Leak.Windows), thousands(a.Leak.Twins), filledFrom(a.Data.Recipe.Infinities))
	}
	inputs := func(a *Arm) string {
		if a == nil {
			return "not run"
		}
		vpn := "the VPN flag is no input"
		if slices.Contains(a.Data.Features, "VPN") {
			vpn = "the VPN flag, an answer, is an input"
		}
		return fmt.Sprintf("%s; %d of %d inputs are constant", vpn, len(a.Data.Constant), len(a.Data.Features))
	}
	t.Rows = [][]string{
		{"1 Sampling bias", "the same data", r.sampling(a), "who and what was never recorded; other networks and years"},
		{"2 Label inaccuracy", "a capture's name labels all its flows, background included", "likewise for captures; laboratory labels are exact", "how many flows of a capture are background"},
		{"3 Data snooping", leak(pub), leak(fair), "rates and presets were chosen before on data of the same kind"},
		{"4 Spurious correlations", inputs(pub), inputs(fair), "what hosts, links and days have in common with classes: see flowbook evaluate --controls"},
		{"5 Biased parameters", "the winner is chosen on the test part (section 4)", "the winner is chosen on validation" + winnerText(a), "one architecture size each"},
		{"6 Inappropriate baseline", "none", baselineText(all), "tuned baselines"},
		{"7 Inappropriate measures", "accuracy, and micro precision and recall at threshold 0.5", "macro F1 first, per class, with intervals over groups", a.NoInterval()},
		{"8 Base rate fallacy", "not discussed", baseRate, "the shares of classes where it is used"},
		{"9 Lab-only evaluation", "two users in a laboratory", r.laboratory(), "traffic of real users"},
		{"10 Threat model", "none", "none: nobody evades on purpose here", "traffic shaped to look like another class"},
	}
	return t, nil
}

func filledFrom(infinities string) string {
	if infinities == "column-max" {
		return "all data, test included"
	}
	return "nothing: such rows are left out"
}

func (r *Results) sampling(a *Arm) string {
	what := map[string]string{
		"course": "laboratory stand-ins with the paper's class names", "captures": "captures of the user's own", "dataset": "a data set of the user's own",
	}[r.Source.Kind]
	return fmt.Sprintf("%s: %s windows of %s superflows in %s captures; a window needs %d steps, so short flows are left out", what,
		thousands(a.Data.Windows), thousands(a.Data.Superflows), thousands(a.Data.Captures), a.Data.Steps)
}

func (r *Results) laboratory() string {
	if r.Source.Kind == "course" {
		return "a laboratory network in one process"
	}
	return "the captures as given"
}

func winnerText(a *Arm) string {
	var parts []string
	for _, s := range a.Scores {
		parts = append(parts, fmt.Sprintf("%s %.3f", a.title(s.Model), s.MacroF1))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf(" (macro F1 %s)", strings.Join(parts, ", "))
}

// baselineText says how the winner stands against the forest.
func baselineText(all []Verdict) string {
	var parts []string
	for _, v := range all {
		if v.Question == "baseline" && v.Test != nil {
			parts = append(parts, fmt.Sprintf("%s: %s − forest = %+.3f (%s)", taskTitle(v.Task), v.TitleA, v.Test.Difference, words(v.Better(), v.TitleA, "forest")))
		}
	}
	if len(parts) == 0 {
		return "majority, 1-NN and a forest on the same windows"
	}
	return "majority, 1-NN, forest; macro F1 on " + strings.Join(parts, "; ")
}

// baseRate shows what precision is left for the rarest scored type when it is
// one window in a hundred.
func (a *Arm) baseRate() (string, error) {
	s, err := a.Score(winner, "type")
	if err != nil || s == nil {
		return "not computed", err
	}
	c := a.Confusion(winner, "type")
	rare := s.Repeated.Scored[0]
	for _, k := range s.Repeated.Scored {
		if c.Support(k) < c.Support(rare) {
			rare = k
		}
	}
	prior := make([]float64, len(c.Classes))
	rest := 0
	for _, k := range c.Present() {
		if k != rare {
			rest += c.Support(k)
		}
	}
	if rest == 0 {
		return "one class only", nil
	}
	for _, k := range c.Present() {
		prior[k] = .99 * float64(c.Support(k)) / float64(rest)
	}
	prior[rare] = .01
	_, shifted := c.UnderPrior(prior)
	return fmt.Sprintf("precision of %s is %.3f here and %.3f where it is 1 %% of windows", c.Classes[rare], c.PerClass()[rare].Precision, shifted[rare].Precision), nil
}
