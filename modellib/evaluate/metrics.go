package evaluate

import "math"

// ClassScore is how well one class was found.
type ClassScore struct {
	Class     string  `json:"class"`
	Precision float64 `json:"precision"` // of the windows given to the class, the share that belongs there
	Recall    float64 `json:"recall"`    // of the windows of the class, the share that was found
	F1        float64 `json:"f1"`        // harmonic mean of both
	Windows   int     `json:"windows"`   // windows of the class in the test part
}

// PRF is precision, recall and F1 averaged over classes.
type PRF struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// Accuracy is the share of windows that were given to their class.
func (c *Confusion) Accuracy() float64 { return ratio(c.correct(), c.Total()) }

// PerClass scores every class. Where a precision, recall or F1 has nothing to
// divide by it is 0.
func (c *Confusion) PerClass() []ClassScore { return c.PerClassOr(0) }

// PerClassOr is PerClass with another value than 0 where there is nothing to
// divide by: scikit-learn's zero_division, 1 or NaN.
func (c *Confusion) PerClassOr(empty float64) []ClassScore {
	scores := make([]ClassScore, len(c.Classes))
	for k, name := range c.Classes {
		tp, support, predicted := c.Count[k][k], c.Support(k), c.Predicted(k)
		scores[k] = ClassScore{
			Class:     name,
			Precision: ratioOr(tp, predicted, empty),
			Recall:    ratioOr(tp, support, empty),
			F1:        ratioOr(2*tp, support+predicted, empty),
			Windows:   support,
		}
	}
	return scores
}

// Macro averages over the given class numbers with equal weight. Without
// classes it is NaN.
func (c *Confusion) Macro(classes []int) PRF {
	var m PRF
	per := c.PerClass()
	for _, k := range classes {
		m.Precision += per[k].Precision
		m.Recall += per[k].Recall
		m.F1 += per[k].F1
	}
	n := float64(len(classes))
	return PRF{m.Precision / n, m.Recall / n, m.F1 / n}
}

// Weighted averages over all classes, each weighted by its windows.
func (c *Confusion) Weighted() PRF {
	var m PRF
	n := float64(c.Total())
	for _, s := range c.PerClass() {
		w := float64(s.Windows) / n
		m.Precision += w * s.Precision
		m.Recall += w * s.Recall
		m.F1 += w * s.F1
	}
	return m
}

// Micro counts over all classes together. With one predicted class a window
// its precision, recall and F1 all equal the accuracy.
func (c *Confusion) Micro() PRF {
	a := c.Accuracy()
	return PRF{a, a, a}
}

// Present returns the class numbers that have windows in the test part.
func (c *Confusion) Present() []int {
	var present []int
	for k := range c.Classes {
		if c.Support(k) > 0 {
			present = append(present, k)
		}
	}
	return present
}

// BalancedAccuracy is the mean recall of the classes that have windows.
func (c *Confusion) BalancedAccuracy() float64 { return c.Macro(c.Present()).Recall }

// BalancedAdjusted is the balanced accuracy rescaled so that guessing scores 0.
// It is NaN with one class.
func (c *Confusion) BalancedAdjusted() float64 {
	chance := 1 / float64(len(c.Present()))
	return (c.BalancedAccuracy() - chance) / (1 - chance)
}

// Kappa is Cohen's kappa: the agreement beyond what class frequencies alone
// would give. It is NaN when all windows have one class and were given to it.
func (c *Confusion) Kappa() float64 {
	n := float64(c.Total())
	chance := 0.0
	for k := range c.Count {
		chance += float64(c.Support(k)) / n * float64(c.Predicted(k)) / n
	}
	return (c.Accuracy() - chance) / (1 - chance)
}

// MCC is the multi-class Matthews correlation coefficient (Gorodkin's R_K),
// and 0 when the truth or the prediction has one class only.
func (c *Confusion) MCC() float64 {
	n := float64(c.Total())
	var cross, truth, predicted float64
	for k := range c.Count {
		t, p := float64(c.Support(k)), float64(c.Predicted(k))
		cross += t * p
		truth += t * t
		predicted += p * p
	}
	d := math.Sqrt((n*n - truth) * (n*n - predicted))
	if d == 0 {
		return 0
	}
	return (float64(c.correct())*n - cross) / d
}
