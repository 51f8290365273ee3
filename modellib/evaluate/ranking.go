package evaluate

import (
	"math"
	"slices"
)

// Area is how well one class is told from all others by its probability,
// whatever the threshold.
type Area struct {
	Class string
	ROC   float64 // area under the ROC curve, 0.5 for a coin
	PR    float64 // average precision, the share of the class for a coin
}

// Areas computes both areas one class against the rest. A class that has no
// window, or all of them, has neither: NaN.
func Areas(classes []string, truth []int, probs [][]float64) []Area {
	sameLength(truth, probs)
	out := make([]Area, len(classes))
	score, positive := make([]float64, len(truth)), make([]bool, len(truth))
	for k, name := range classes {
		for i, row := range probs {
			score[i], positive[i] = row[k], truth[i] == k
		}
		curve := NewRanking(positive, score)
		out[k] = Area{Class: name, ROC: curve.ROCArea(), PR: curve.AveragePrecision()}
	}
	return out
}

// MeanArea averages the ROC areas over the classes that have one; weighted
// counts each class by its windows, as scikit-learn's average="weighted".
func MeanArea(areas []Area, truth []int) (macro, weighted float64) {
	support := make([]float64, len(areas))
	for _, k := range truth {
		support[k]++
	}
	var n, windows float64
	for k, a := range areas {
		if math.IsNaN(a.ROC) {
			continue
		}
		macro += a.ROC
		weighted += support[k] * a.ROC
		windows += support[k]
		n++
	}
	return macro / n, weighted / windows
}

// Ranking counts, from the highest score down, what lies at or above each
// threshold. Equal scores share a threshold: no order among them is invented.
type Ranking struct {
	Threshold           []float64
	TruePos, FalsePos   []int // at or above the threshold
	Positives, Negative int
}

// NewRanking sorts the scores. It panics when lengths differ.
func NewRanking(positive []bool, score []float64) *Ranking {
	if len(positive) != len(score) {
		panic("evaluate: as many scores as truths are needed")
	}
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case score[a] > score[b]:
			return -1
		case score[a] < score[b]:
			return 1
		}
		return 0
	})
	r := &Ranking{}
	for n, i := range order {
		if positive[i] {
			r.Positives++
		} else {
			r.Negative++
		}
		if n+1 < len(order) && score[order[n+1]] == score[i] {
			continue
		}
		r.Threshold = append(r.Threshold, score[i])
		r.TruePos = append(r.TruePos, r.Positives)
		r.FalsePos = append(r.FalsePos, r.Negative)
	}
	return r
}

// ROCArea is the probability that a positive scores above a negative, where a
// tie counts one half; NaN without both.
func (r *Ranking) ROCArea() float64 {
	if r.Positives == 0 || r.Negative == 0 {
		return math.NaN()
	}
	twice, tp, fp := 0, 0, 0
	for i := range r.Threshold {
		twice += (r.FalsePos[i] - fp) * (r.TruePos[i] + tp)
		tp, fp = r.TruePos[i], r.FalsePos[i]
	}
	return float64(twice) / (2 * float64(r.Positives) * float64(r.Negative))
}

// AveragePrecision is the area under the steps of the precision-recall curve:
// the sum of precision times the recall gained at each threshold. Nothing is
// interpolated. It is NaN without positives or without negatives.
func (r *Ranking) AveragePrecision() float64 {
	if r.Positives == 0 || r.Negative == 0 {
		return math.NaN()
	}
	sum, tp := 0.0, 0
	for i := range r.Threshold {
		sum += float64(r.TruePos[i]-tp) * ratio(r.TruePos[i], r.TruePos[i]+r.FalsePos[i])
		tp = r.TruePos[i]
	}
	return sum / float64(r.Positives)
}

// FalsePositiveRate is the share of negatives at or above the highest
// threshold that reaches the given share of positives: FPR at 95 % TPR.
func (r *Ranking) FalsePositiveRate(recall float64) float64 {
	if r.Positives == 0 || r.Negative == 0 {
		return math.NaN()
	}
	for i := range r.Threshold {
		if ratio(r.TruePos[i], r.Positives) >= recall {
			return ratio(r.FalsePos[i], r.Negative)
		}
	}
	return 1
}
