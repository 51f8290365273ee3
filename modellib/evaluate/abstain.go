package evaluate

import (
	"cmp"
	"fmt"
	"slices"
)

// RiskPoint is one threshold of confidence: what is answered and how often
// an answer is wrong.
type RiskPoint struct {
	Threshold float64 `json:"threshold"` // answers have this confidence or more
	Coverage  float64 `json:"coverage"`  // share of windows that get an answer
	Risk      float64 `json:"risk"`      // share of answers that are wrong
	Answers   int     `json:"answers"`
}

// RiskCoverage says, for every threshold, what abstaining below it costs and
// gains (El-Yaniv and Wiener, On the Foundations of Noise-free Selective
// Classification, 2010). Points go from the most confident windows to all of
// them; windows of equal confidence are answered together.
func RiskCoverage(truth []int, probs [][]float64) []RiskPoint {
	sameLength(truth, probs)
	predicted, confidence := Argmax(probs), Confidence(probs)
	order := make([]int, len(truth))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(confidence[b], confidence[a]) })
	var points []RiskPoint
	wrong := 0
	for n, i := range order {
		if predicted[i] != truth[i] {
			wrong++
		}
		if n+1 < len(order) && confidence[order[n+1]] == confidence[i] {
			continue
		}
		points = append(points, RiskPoint{Threshold: confidence[i], Coverage: ratio(n+1, len(order)), Risk: ratio(wrong, n+1), Answers: n + 1})
	}
	return points
}

// RiskArea is the mean risk over all coverages: the area under the steps of
// the risk–coverage curve. Windows that are equally confident share one risk.
func RiskArea(points []RiskPoint) float64 {
	area, before := 0.0, 0.0
	for _, p := range points {
		area += (p.Coverage - before) * p.Risk
		before = p.Coverage
	}
	return area
}

// ThresholdFor is the lowest threshold at which at most the given share of
// answers is wrong; on validation windows it is the threshold to predict with.
// Where even the most confident answers are wrong more often it is an error.
func ThresholdFor(points []RiskPoint, risk float64) (RiskPoint, error) {
	for _, p := range slices.Backward(points) {
		if p.Risk <= risk {
			return p, nil
		}
	}
	return RiskPoint{}, fmt.Errorf("abstain: no threshold keeps the risk at or below %g among %s", risk, count(len(points), "threshold"))
}

// Abstained marks the windows whose confidence is below the threshold.
func Abstained(probs [][]float64, threshold float64) []bool {
	out := make([]bool, len(probs))
	for i, c := range Confidence(probs) {
		out[i] = c < threshold
	}
	return out
}
