package paper

import (
	"fmt"

	"flowbook/modellib/evaluate"
)

// Verdict is one comparison of the list that was fixed before training.
type Verdict struct {
	Pairing
	TitleA, TitleB string
	Test           *evaluate.Permutation // over groups; nil where the split leaks
	Holm           float64               // p of Test, adjusted over the list; NaN without Test
	Windows        Discordant            // the paper's test, first seed: windows are not independent
	Superflows     Discordant            // likewise, by superflow
}

// Discordant is McNemar's exact test: how often one of two was right alone.
type Discordant struct {
	Both, OnlyA, OnlyB, Neither int
	P                           float64
}

func discordant(truth, a, b []int) Discordant {
	var d Discordant
	for i, t := range truth {
		switch right, other := a[i] == t, b[i] == t; {
		case right && other:
			d.Both++
		case right:
			d.OnlyA++
		case other:
			d.OnlyB++
		default:
			d.Neither++
		}
	}
	d.P = evaluate.McNemar(d.OnlyA, d.OnlyB)
	return d
}

// Compare answers the list of comparisons that was fixed before training, as
// far as the arm has their models, with Holm's correction over all of them.
func (a *Arm) Compare(list []Pairing) ([]Verdict, error) {
	var out []Verdict
	var p []float64
	for _, pair := range list {
		v, err := a.verdict(pair)
		if err != nil {
			return nil, fmt.Errorf("%s, %s against %s, %s: %w", a.Preset, pair.A, pair.B, pair.Task, err)
		}
		if v == nil {
			continue
		}
		out = append(out, *v)
		if v.Test != nil {
			p = append(p, v.Test.P)
		}
	}
	adjusted := evaluate.Holm(p)
	for i := range out {
		if out[i].Test != nil {
			out[i].Holm, adjusted = adjusted[0], adjusted[1:]
		}
	}
	return out, nil
}

func (a *Arm) verdict(pair Pairing) (*Verdict, error) {
	one, two := a.Predictions(pair.A, pair.Task), a.Predictions(pair.B, pair.Task)
	if len(one) == 0 || len(two) == 0 {
		return nil, nil
	}
	v := &Verdict{Pairing: pair, TitleA: a.title(pair.A), TitleB: a.title(pair.B)}
	v.Windows = discordant(one[0].Truth, evaluate.Argmax(one[0].Probs), evaluate.Argmax(two[0].Probs))
	sa, err := a.superflows(pair.A, pair.Task, 0)
	if err != nil {
		return nil, err
	}
	sb, err := a.superflows(pair.B, pair.Task, 0)
	if err != nil {
		return nil, err
	}
	v.Superflows = discordant(sa.Truth, evaluate.Argmax(sa.Probs), evaluate.Argmax(sb.Probs))
	if a.Split.Unit == "window" {
		return v, nil // no unit of the test part is independent of train
	}
	for len(two) < len(one) { // a baseline has no seeds: it says the same each time
		two = append(two, two[0])
	}
	t, _ := a.task(pair.Task)
	ra, err := evaluate.NewRepeated(v.TitleA, t.Classes, t.NotEstimable, one...)
	if err != nil {
		return nil, err
	}
	rb, err := evaluate.NewRepeated(v.TitleB, t.Classes, t.NotEstimable, two...)
	if err != nil {
		return nil, err
	}
	v.Test, err = evaluate.SignFlip(ra, rb)
	return v, err
}

// Better says who is ahead by the test over groups: 1 for A, -1 for B, 0 where
// the difference is not significant after Holm's correction or was not tested.
func (v *Verdict) Better() int {
	switch {
	case v.Test == nil || !(v.Holm < evaluate.Alpha):
		return 0
	case v.Test.Difference > 0:
		return 1
	}
	return -1
}

// Published says who is ahead by the paper's procedure, McNemar over windows.
func (v *Verdict) Published() int {
	switch {
	case !(v.Windows.P < evaluate.Alpha):
		return 0
	case v.Windows.OnlyA > v.Windows.OnlyB:
		return 1
	}
	return -1
}

// pText writes a p-value with four decimals, as the paper does.
func pText(p float64) string {
	if p < 0.00005 {
		return "p < 0.0001"
	}
	return fmt.Sprintf("p = %.4f", p)
}

// String is the comparison in a sentence.
func (v Verdict) String() string {
	head := fmt.Sprintf("%s, %s against %s", capital(taskTitle(v.Task)), v.TitleA, v.TitleB)
	if v.Test == nil {
		return fmt.Sprintf("%s: %s alone is right on %d windows, %s on %d; McNemar %s, %s.", head,
			v.TitleA, v.Windows.OnlyA, v.TitleB, v.Windows.OnlyB, pText(v.Windows.P), words(v.Published(), v.TitleA, v.TitleB))
	}
	text := fmt.Sprintf("%s: macro F1 differs by %+.3f; sign-flip over %s, %s: %s, after Holm %s: %s", head, v.Test.Difference,
		plural(v.Test.Groups, "group"), plural(v.Test.Seeds, "seed"), pText(v.Test.P), pText(v.Holm), words(v.Better(), v.TitleA, v.TitleB))
	if v.Test.SmallestP >= evaluate.Alpha {
		text += fmt.Sprintf(" (so few groups cannot give a p below %.3f)", v.Test.SmallestP)
	}
	return text + "."
}

func words(better int, a, b string) string {
	switch better {
	case 1:
		return a + " is better"
	case -1:
		return b + " is better"
	}
	return "no significant difference"
}
