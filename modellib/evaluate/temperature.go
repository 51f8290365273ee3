package evaluate

import (
	"fmt"
	"math"
)

// Temperature softens (above 1) or sharpens (below 1) probabilities without
// changing which class is most probable: p_k becomes p_k^(1/T), normalised.
// For a softmax output that is softmax(z/T) of its logits z (Guo et al., On
// Calibration of Modern Neural Networks, 2017).
type Temperature float64

// The temperature is sought between these.
const (
	coldest = 1e-2
	hottest = 1e2
)

// Calibrate finds the temperature that gives validation windows the smallest
// log loss. The loss is convex in 1/T, so its slope has one root; where the
// root lies outside 0.01 … 100 (all windows right, or probabilities that say
// nothing) the nearer end is returned, and 1 where every temperature is as
// good. It must be fitted on validation, never on the test part.
//
// Without windows it is an error.
func Calibrate(truth []int, probs [][]float64) (Temperature, error) {
	sameLength(truth, probs)
	if len(truth) == 0 {
		return 1, fmt.Errorf("calibrate: found no validation windows, expected at least one")
	}
	logs := make([][]float64, len(probs))
	flat := true
	for i, row := range probs {
		logs[i] = logRow(row)
		for _, l := range logs[i] {
			flat = flat && l == logs[i][0]
		}
	}
	if flat {
		return 1, nil
	}
	low, high := 1/hottest, 1/coldest // of 1/T
	for range 100 {
		mid := math.Sqrt(low * high)
		if lossSlope(truth, logs, mid) <= 0 { // 0 once every row has settled on its class
			low = mid
		} else {
			high = mid
		}
	}
	return Temperature(1 / math.Sqrt(low*high)), nil
}

// logRow are logarithms of probabilities; 0 counts as the smallest float32,
// since softmax outputs are float32.
func logRow(row []float64) []float64 {
	out := make([]float64, len(row))
	for k, p := range row {
		out[k] = math.Log(max(p, math.SmallestNonzeroFloat32))
	}
	return out
}

// lossSlope is the derivative of the log loss by b = 1/T: the mean over
// windows of the expected logarithm minus that of the true class.
func lossSlope(truth []int, logs [][]float64, b float64) float64 {
	sum := 0.0
	p := make([]float64, len(logs[0]))
	for i, l := range logs {
		soften(p, l, b)
		for k := range p {
			sum += p[k] * l[k]
		}
		sum -= l[truth[i]]
	}
	return sum / float64(len(logs))
}

// soften writes exp(b·l), normalised, to p.
func soften(p, l []float64, b float64) {
	top := math.Inf(-1)
	for _, v := range l {
		top = max(top, b*v)
	}
	sum := 0.0
	for k, v := range l {
		p[k] = math.Exp(b*v - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}

// Apply returns the probabilities at this temperature; 1 leaves them alone
// but for normalising. It panics when the temperature is not above 0.
func (t Temperature) Apply(probs [][]float64) [][]float64 {
	if !(t > 0) {
		panic(fmt.Sprintf("evaluate: temperature %g, want one above 0", float64(t)))
	}
	out := make([][]float64, len(probs))
	for i, row := range probs {
		out[i] = make([]float64, len(row))
		soften(out[i], logRow(row), 1/float64(t))
	}
	return out
}
