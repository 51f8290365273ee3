package evaluate

import (
	"fmt"
	"math"
	"slices"
)

// CalibrationBins is how many bins a reliability diagram has here.
const CalibrationBins = 15

// Bin is one bar of a reliability diagram: the windows whose confidence (the
// largest probability) lies in (Low, High].
type Bin struct {
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Windows    int     `json:"windows"`
	Accuracy   float64 `json:"accuracy"`   // share that was right
	Confidence float64 `json:"confidence"` // mean
}

// Reliability compares confidence with accuracy, bin by bin.
type Reliability struct {
	Bins []Bin   `json:"bins"` // those with windows
	ECE  float64 `json:"ece"`  // expected calibration error: mean |accuracy − confidence| over windows
	MCE  float64 `json:"mce"`  // the largest gap of a bin

	Interval *Interval `json:"ece_interval,omitempty"` // of the ECE, over groups
}

// EqualWidth cuts [0, 1] into bins of one width.
func EqualWidth(truth []int, probs [][]float64, bins int) *Reliability {
	checkBins(bins)
	return newReliability(truth, probs, widthEdges(bins))
}

// EqualMass cuts at the quantiles of the confidences (interpolated linearly,
// as NumPy's percentile), so that bins hold about equally many windows. Equal
// confidences stay in one bin, so with ties bins may be larger, or empty.
func EqualMass(truth []int, probs [][]float64, bins int) *Reliability {
	checkBins(bins)
	return newReliability(truth, probs, massEdges(Confidence(probs), bins))
}

func checkBins(bins int) {
	if bins < 1 {
		panic(fmt.Sprintf("evaluate: %d bins, want at least 1", bins))
	}
}

// widthEdges are the upper ends of equal bins, computed as NumPy's linspace.
func widthEdges(bins int) []float64 {
	edges := make([]float64, bins)
	step := 1 / float64(bins)
	for i := range edges {
		edges[i] = float64(i+1) * step
	}
	edges[bins-1] = 1
	return edges
}

// massEdges are the upper ends of bins of about one number of confidences.
func massEdges(confidence []float64, bins int) []float64 {
	sorted := slices.Sorted(slices.Values(confidence))
	edges := make([]float64, bins)
	for i := range edges {
		if len(sorted) == 0 {
			continue
		}
		at := float64(i+1) / float64(bins) * float64(len(sorted)-1)
		low := int(at)
		edges[i] = sorted[low]
		if low+1 < len(sorted) {
			edges[i] += (at - float64(low)) * (sorted[low+1] - sorted[low])
		}
	}
	edges[bins-1] = 1
	return edges
}

// binOf is the bin (edges[b-1], edges[b]] of a confidence.
func binOf(edges []float64, confidence float64) int {
	b, _ := slices.BinarySearch(edges, confidence)
	return min(b, len(edges)-1)
}

// tally sums what a bin needs.
type tally struct {
	n, hits    float64
	confidence float64
}

func (t *tally) add(o tally) {
	t.n += o.n
	t.hits += o.hits
	t.confidence += o.confidence
}

func newReliability(truth []int, probs [][]float64, edges []float64) *Reliability {
	sameLength(truth, probs)
	sums := tallies(truth, probs, edges)
	r := &Reliability{}
	low := 0.0
	for b, t := range sums {
		if t.n > 0 {
			bin := Bin{Low: low, High: edges[b], Windows: int(t.n), Accuracy: t.hits / t.n, Confidence: t.confidence / t.n}
			r.Bins = append(r.Bins, bin)
			r.MCE = max(r.MCE, math.Abs(bin.Accuracy-bin.Confidence))
		}
		low = edges[b]
	}
	r.ECE = calibrationError(sums)
	return r
}

func tallies(truth []int, probs [][]float64, edges []float64) []tally {
	sums := make([]tally, len(edges))
	for i, k := range Argmax(probs) {
		t := &sums[binOf(edges, probs[i][k])]
		t.n++
		t.confidence += probs[i][k]
		if k == truth[i] {
			t.hits++
		}
	}
	return sums
}

// calibrationError is the sum of n_b/n · |accuracy_b − confidence_b|, which is
// |hits_b − confidence sum_b| over all windows.
func calibrationError(sums []tally) float64 {
	var gap, n float64
	for _, t := range sums {
		gap += math.Abs(t.hits - t.confidence)
		n += t.n
	}
	return gap / n
}

// WithInterval adds the 95 % interval of the ECE, from a bootstrap over groups
// with the bins held fixed. An ECE is a sum of absolute gaps, so that noise
// only ever adds to it: the interval leans upward, the more the fewer windows
// a bin has. Below MinGroups groups there is none.
func (r *Reliability) WithInterval(group []string, truth []int, probs [][]float64) *Reliability {
	var edges []float64
	for _, b := range r.Bins {
		edges = append(edges, b.High)
	}
	members := groupMembers(group)
	if len(members) < MinGroups {
		return r
	}
	per := make([][]tally, len(members))
	for g, rows := range members {
		per[g] = make([]tally, len(edges))
		for _, i := range rows {
			for b, t := range tallies(truth[i:i+1], probs[i:i+1], edges) {
				per[g][b].add(t)
			}
		}
	}
	sums := make([]tally, len(edges))
	i := bootstrapOf(len(per), func(draw []int) float64 {
		clear(sums)
		for _, g := range draw {
			for b, t := range per[g] {
				sums[b].add(t)
			}
		}
		return calibrationError(sums)
	})
	r.Interval = &i
	return r
}
