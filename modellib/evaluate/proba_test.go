package evaluate

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestRankingWithTies has numbers of scikit-learn 1.9.1 (average_precision_score,
// roc_auc_score).
func TestRankingWithTies(t *testing.T) {
	score := []float64{.9, .8, .8, .7, .7, .7, .4, .3, .3, .1}
	positive := []bool{true, true, false, true, false, true, false, false, true, false}
	r := NewRanking(positive, score)
	near(t, "average precision", r.AveragePrecision(), 0.711111111111111, exact)
	near(t, "ROC area", r.ROCArea(), 0.72, exact)
	near(t, "FPR at 80 % TPR", r.FalsePositiveRate(0.8), 0.4, exact)
	near(t, "FPR at 95 % TPR", r.FalsePositiveRate(0.95), 0.8, exact)
	all := NewRanking([]bool{true, true}, []float64{1, 0})
	for _, v := range []float64{all.ROCArea(), all.AveragePrecision(), all.FalsePositiveRate(0.95)} {
		near(t, "a class that has every window", v, math.NaN(), 0)
	}
}

// TestROCAreaIsTheChanceOfTheRightOrder counts all pairs.
func TestROCAreaIsTheChanceOfTheRightOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		positive := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "positive")
		score := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 9), func(i int) float64 { return float64(i) }), n, n).Draw(t, "score")
		won, pairs := 0.0, 0.0
		for i := range n {
			for j := range n {
				if positive[i] && !positive[j] {
					pairs++
					switch {
					case score[i] > score[j]:
						won++
					case score[i] == score[j]:
						won += 0.5
					}
				}
			}
		}
		got := NewRanking(positive, score).ROCArea()
		if want := won / pairs; math.Abs(got-want) > exact && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("area %g, %g of %g pairs", got, won, pairs)
		}
	})
}

// TestEqualMass has numbers of scikit-learn 1.9.1 (the bins of
// calibration_curve with strategy="quantile").
func TestEqualMass(t *testing.T) {
	confidence := []float64{.5, .5, .55, .6, .6, .6, .7, .8, .9, .95, .99, 1}
	right := []int{1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1}
	truth, probs := make([]int, len(right)), make([][]float64, len(right))
	for i, c := range confidence {
		truth[i], probs[i] = 1-right[i], []float64{c, 1 - c}
	}
	for bins, want := range map[int]struct {
		ece     float64
		windows []int
	}{
		2: {0.057499999999999996, []int{6, 6}},
		3: {0.08416666666666668, []int{6, 2, 4}},
		4: {0.10083333333333334, []int{3, 3, 3, 3}},
		5: {0.15083333333333337, []int{3, 3, 1, 2, 3}},
	} {
		r := EqualMass(truth, probs, bins)
		near(t, "ECE", r.ECE, want.ece, exact)
		for b, n := range want.windows {
			near(t, "windows", float64(r.Bins[b].Windows), float64(n), 0)
		}
	}
	if got := EqualMass(truth[:1], probs[:1], 5); len(got.Bins) != 1 || got.Bins[0].Windows != 1 {
		t.Errorf("one window gave the bins %v", got.Bins)
	}
}

func TestCalibrateFindsTheTemperature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		truth, probs := make([]int, n), make([][]float64, n)
		for i := range probs {
			truth[i] = rapid.IntRange(0, 2).Draw(t, "truth")
			row := rapid.SliceOfN(rapid.Float64Range(0, 1), 3, 3).Draw(t, "row")
			sum := row[0] + row[1] + row[2] + 1e-9
			probs[i] = []float64{row[0] / sum, row[1] / sum, row[2] / sum}
		}
		best, err := Calibrate(truth, probs)
		if err != nil {
			t.Fatal(err)
		}
		at := unclippedLoss(truth, best.Apply(probs))
		for _, other := range []Temperature{coldest, 0.03, 0.1, 0.5, 0.9, best * 0.99, best * 1.01, 1, 1.1, 2, 5, 30, hottest} {
			if other < coldest || other > hottest {
				continue
			}
			if l := unclippedLoss(truth, other.Apply(probs)); l < at-1e-9*(1+at) {
				t.Fatalf("temperature %g has loss %g, %g has %g", best, at, other, l)
			}
		}
	})
}

// unclippedLoss is the log loss without scikit-learn's clipping.
func unclippedLoss(truth []int, probs [][]float64) float64 {
	sum := 0.0
	for i, row := range probs {
		sum -= math.Log(max(row[truth[i]], math.SmallestNonzeroFloat64))
	}
	return sum / float64(len(truth))
}

func TestTemperatureKeepsTheClass(t *testing.T) {
	probs := [][]float64{{0, 1, 0}, {0.5, 0.25, 0.25}, {1, 0, 0}}
	for _, temperature := range []Temperature{0.1, 1, 10} {
		got := temperature.Apply(probs)
		for i, k := range Argmax(got) {
			if k != Argmax(probs)[i] {
				t.Errorf("temperature %g made %v of %v", temperature, got[i], probs[i])
			}
		}
	}
	if got, err := Calibrate([]int{0, 1}, [][]float64{{0.5, 0.5}, {0.5, 0.5}}); got != 1 || err != nil {
		t.Errorf("probabilities that say nothing: temperature %g, %v", got, err)
	}
	if got, _ := Calibrate([]int{0}, [][]float64{{0.9, 0.1}}); got > coldest*1.001 {
		t.Errorf("all windows right: temperature %g", got)
	}
	if _, err := Calibrate(nil, nil); err == nil {
		t.Error("no windows were calibrated")
	}
}

func TestRiskCoverage(t *testing.T) {
	truth := []int{0, 0, 1, 1, 0}
	probs := [][]float64{{0.9, 0.1}, {0.2, 0.8}, {0.3, 0.7}, {0.3, 0.7}, {0.6, 0.4}}
	got := RiskCoverage(truth, probs)
	want := []RiskPoint{{0.9, 0.2, 0, 1}, {0.8, 0.4, 0.5, 2}, {0.7, 0.8, 0.25, 4}, {0.6, 1, 0.2, 5}}
	if len(got) != len(want) {
		t.Fatalf("%d points, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if got[i] != w {
			t.Errorf("point %d is %v, want %v", i, got[i], w)
		}
	}
	near(t, "area", RiskArea(got), 0.2*0+0.2*0.5+0.4*0.25+0.2*0.2, exact)
	if p, err := ThresholdFor(got, 0.2); err != nil || p.Threshold != 0.6 {
		t.Errorf("risk 0.2: %v, %v", p, err)
	}
	if p, err := ThresholdFor(got, 0.1); err != nil || p.Threshold != 0.9 {
		t.Errorf("risk 0.1: %v, %v", p, err)
	}
	if _, err := ThresholdFor(got[1:], 0.1); err == nil {
		t.Error("a risk that no threshold keeps was no error")
	}
	if a := Abstained(probs, 0.7); !a[4] || a[2] {
		t.Errorf("abstained: %v", a)
	}
}

// TestUnderPrior compares with repeating the windows of each class.
func TestUnderPrior(t *testing.T) {
	small := &Confusion{Classes: []string{"a", "b"}, Count: [][]int{{8, 2}, {3, 7}}}
	large := &Confusion{Classes: []string{"a", "b"}, Count: [][]int{{8, 2}, {27, 63}}}
	accuracy, got := small.UnderPrior([]float64{0.1, 0.9})
	near(t, "accuracy", accuracy, large.Accuracy(), exact)
	for k, want := range large.PerClass() {
		near(t, "precision", got[k].Precision, want.Precision, exact)
		near(t, "recall", got[k].Recall, want.Recall, exact)
		near(t, "F1", got[k].F1, want.F1, exact)
	}
	_, same := small.UnderPrior([]float64{0.5, 0.5})
	for k, want := range small.PerClass() {
		near(t, "F1 under the same shares", same[k].F1, want.F1, exact)
	}
}

func TestReprior(t *testing.T) {
	got, err := Reprior([][]float64{{0.5, 0.5}, {0, 1}}, []float64{0.5, 0.5}, []float64{0.2, 0.8})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probability", got[0][0], 0.2, exact)
	near(t, "probability", got[1][1], 1, exact)
	if _, err := Reprior([][]float64{{1, 0}}, []float64{0.5, 0.5}, []float64{0, 1}); err == nil {
		t.Error("a row of which nothing remains was no error")
	}
	if _, err := Reprior([][]float64{{1, 0}}, []float64{1, 0}, []float64{0.5, 0.5}); err == nil {
		t.Error("a class that was never learned was no error")
	}
}
