package evaluate

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"

	"flowbook/internal/testdata"
)

// golden is one case of classification.json: what scikit-learn and Keras say.
type golden struct {
	K      int
	YTrue  []int `json:"y_true"`
	YPred  []int `json:"y_pred"`
	Proba  [][]float64
	Expect struct {
		Accuracy  float64
		Matrix    [][]int     `json:"confusion_matrix"`
		RatesTrue [][]float64 `json:"confusion_matrix_normalize_true"`
		All       averages    `json:"labels_all_K"`
		Seen      averages    `json:"labels_none"` // only classes in truth or prediction
		Balanced  float64     `json:"balanced_accuracy"`
		Kappa     any         `json:"cohen_kappa"`
		MCC       float64
		Keras     struct {
			Accuracy  float64 `json:"categorical_accuracy"`
			Precision float64
			Recall    float64
			Loss      float64 `json:"categorical_crossentropy_mean"`
		}
		RatesPred [][]float64     `json:"confusion_matrix_normalize_pred"`
		Adjusted  float64         `json:"balanced_accuracy_adjusted"`
		LogLoss   float64         `json:"log_loss"`
		KerasLoss float64         `json:"log_loss_clip_1e-7_keras_style"`
		Brier     float64         `json:"brier_sum_over_classes"`
		ECE10     goldenECE       `json:"ece_10"`
		ECE15     goldenECE       `json:"ece_15"`
		ROC       []*float64      `json:"roc_auc_per_class_one_vs_rest"`
		ROCMacro  any             `json:"roc_auc_ovr_macro"`
		ROCWeight *float64        `json:"roc_auc_ovr_weighted"`
		TopK      map[int]float64 `json:"top_k_accuracy"`
	}
}

// goldenECE is an expected calibration error with its bins: number, windows,
// accuracy, confidence.
type goldenECE struct {
	ECE, MCE float64
	Bins     [][4]float64
}

// UnmarshalJSON reads a key that Go takes for a name with options.
func (g *goldenECE) UnmarshalJSON(raw []byte) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	return errors.Join(json.Unmarshal(m["ece"], &g.ECE), json.Unmarshal(m["mce"], &g.MCE),
		json.Unmarshal(m["non_empty_bins_[i,n,acc,conf]"], &g.Bins))
}

type averages struct {
	MacroOne [3]float64 `json:"macro_zd1"`
	MacroNaN [3]float64 `json:"macro_zdnan"`
	Micro    [3]float64 `json:"micro_zd0"`
	Macro    [3]float64 `json:"macro_zd0"`
	Weighted [3]float64 `json:"weighted_zd0"`
	PerClass struct {
		Precision, Recall, F1 []float64
		Support               []float64
	} `json:"per_class_zd0"`
}

func load(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(testdata.Shared(t, "golden", "metrics", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// near fails when got is farther from want than the tolerance. NaN is near NaN.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s: got %.17g, want %.17g", what, got, want)
	}
}

func nearPRF(t *testing.T, what string, got PRF, want [3]float64) {
	t.Helper()
	near(t, what+" precision", got.Precision, want[0], exact)
	near(t, what+" recall", got.Recall, want[1], exact)
	near(t, what+" F1", got.F1, want[2], exact)
}

// Tolerances of the golden vectors' README: scikit-learn counts in float64,
// Keras in float32.
const (
	exact  = 1e-12
	single = 1e-6
)

func TestClassificationGolden(t *testing.T) {
	var file struct{ Cases map[string]golden }
	load(t, "classification.json", &file)
	if len(file.Cases) != 11 {
		t.Fatalf("%d cases, want 11", len(file.Cases))
	}
	for name, g := range file.Cases {
		t.Run(name, func(t *testing.T) { compareGolden(t, g) })
	}
}

func compareGolden(t *testing.T, g golden) {
	for i, p := range Argmax(g.Proba) {
		if p != g.YPred[i] {
			t.Errorf("window %d: most probable class %d, want %d", i, p, g.YPred[i])
		}
	}
	e, c := g.Expect, NewConfusion(make([]string, g.K), g.YTrue, g.YPred)
	rates := c.Rates()
	for i, row := range e.Matrix {
		for j := range row {
			near(t, "count", float64(c.Count[i][j]), float64(row[j]), 0)
			near(t, "rate", rates[i][j], e.RatesTrue[i][j], exact)
		}
	}
	near(t, "accuracy", c.Accuracy(), e.Accuracy, exact)
	near(t, "balanced accuracy", c.BalancedAccuracy(), e.Balanced, exact)
	near(t, "MCC", c.MCC(), e.MCC, exact)
	if want, ok := e.Kappa.(float64); ok {
		near(t, "kappa", c.Kappa(), want, exact)
	}
	nearPRF(t, "micro", c.Micro(), e.All.Micro)
	nearPRF(t, "weighted", c.Weighted(), e.All.Weighted)
	nearPRF(t, "macro over all classes", c.Macro(everyClass(g.K)), e.All.Macro)
	nearPRF(t, "macro over classes seen", c.Macro(seen(c)), e.Seen.Macro)
	for k, s := range c.PerClass() {
		near(t, "precision", s.Precision, e.All.PerClass.Precision[k], exact)
		near(t, "recall", s.Recall, e.All.PerClass.Recall[k], exact)
		near(t, "F1", s.F1, e.All.PerClass.F1[k], exact)
		near(t, "support", float64(s.Windows), e.All.PerClass.Support[k], 0)
	}
	keras := NewKeras(g.YTrue, g.Proba)
	near(t, "Keras accuracy", keras.Accuracy, e.Keras.Accuracy, single)
	near(t, "Keras precision", keras.Precision, e.Keras.Precision, single)
	near(t, "Keras recall", keras.Recall, e.Keras.Recall, single)
	near(t, "Keras loss", keras.Loss, e.Keras.Loss, single*max(1, e.Keras.Loss)) // a float32 near 16 has steps of 2e-6
	near(t, "Keras loss in float64", keras.Loss, e.KerasLoss, exact)
	compareProbabilities(t, g)
}

// compareProbabilities checks what needs more than the most probable class.
func compareProbabilities(t *testing.T, g golden) {
	e, c := g.Expect, NewConfusion(make([]string, g.K), g.YTrue, g.YPred)
	for i, row := range c.PredictedRates() {
		for j := range row {
			near(t, "rate by prediction", row[j], e.RatesPred[i][j], exact)
		}
	}
	near(t, "balanced accuracy, adjusted", c.BalancedAdjusted(), e.Adjusted, exact)
	nearPRF(t, "macro, empty is 1", mean(c.PerClassOr(1)), e.All.MacroOne)
	nearPRF(t, "macro, empty is left out", mean(c.PerClassOr(math.NaN())), e.All.MacroNaN)
	near(t, "log loss", LogLoss(g.YTrue, g.Proba), e.LogLoss, exact)
	near(t, "Brier", Brier(g.YTrue, g.Proba), e.Brier, exact)
	for k, want := range e.TopK {
		near(t, "top k", TopK(g.YTrue, g.Proba, k), want, exact)
	}
	areas := Areas(make([]string, g.K), g.YTrue, g.Proba)
	for k, want := range e.ROC {
		if want == nil {
			near(t, "ROC area of a missing class", areas[k].ROC, math.NaN(), exact)
			continue
		}
		near(t, "ROC area", areas[k].ROC, *want, exact)
	}
	macro, weighted := MeanArea(areas, g.YTrue)
	if want, ok := e.ROCMacro.(float64); ok {
		near(t, "macro ROC area", macro, want, exact)
	}
	if e.ROCWeight != nil {
		near(t, "weighted ROC area", weighted, *e.ROCWeight, exact)
	}
	compareECE(t, EqualWidth(g.YTrue, g.Proba, 10), e.ECE10, 10)
	compareECE(t, EqualWidth(g.YTrue, g.Proba, 15), e.ECE15, 15)
}

func compareECE(t *testing.T, got *Reliability, want goldenECE, bins int) {
	near(t, "ECE", got.ECE, want.ECE, exact)
	near(t, "MCE", got.MCE, want.MCE, exact)
	if len(got.Bins) != len(want.Bins) {
		t.Fatalf("%d bins with windows, want %d", len(got.Bins), len(want.Bins))
	}
	for i, b := range got.Bins {
		near(t, "bin", b.High*float64(bins)-1, want.Bins[i][0], 1e-9)
		near(t, "windows of a bin", float64(b.Windows), want.Bins[i][1], 0)
		near(t, "accuracy of a bin", b.Accuracy, want.Bins[i][2], exact)
		near(t, "confidence of a bin", b.Confidence, want.Bins[i][3], exact)
	}
}

// mean averages scores that are not NaN.
func mean(scores []ClassScore) PRF {
	over := func(of func(ClassScore) float64) float64 {
		sum, n := 0.0, 0.0
		for _, s := range scores {
			if v := of(s); !math.IsNaN(v) {
				sum, n = sum+v, n+1
			}
		}
		return sum / n
	}
	return PRF{
		over(func(s ClassScore) float64 { return s.Precision }),
		over(func(s ClassScore) float64 { return s.Recall }),
		over(func(s ClassScore) float64 { return s.F1 }),
	}
}

func everyClass(k int) []int {
	all := make([]int, k)
	for i := range all {
		all[i] = i
	}
	return all
}

// seen are the classes that occur in truth or prediction.
func seen(c *Confusion) []int {
	var out []int
	for k := range c.Classes {
		if c.Support(k) > 0 || c.Predicted(k) > 0 {
			out = append(out, k)
		}
	}
	return out
}

func TestMcNemarGolden(t *testing.T) {
	var file struct {
		McNemar map[string]struct {
			Table [2][2]int
			Exact struct{ PValue float64 }
		}
	}
	load(t, "statistics.json", &file)
	if len(file.McNemar) != 9 {
		t.Fatalf("%d tables, want 9", len(file.McNemar))
	}
	for name, g := range file.McNemar {
		near(t, name, McNemar(g.Table[0][1], g.Table[1][0]), g.Exact.PValue, exact)
		near(t, name+" the other way", McNemar(g.Table[1][0], g.Table[0][1]), g.Exact.PValue, exact)
	}
}

// TestMcNemarPublished has the p-values that the paper prints for Tables 5 to 8.
func TestMcNemarPublished(t *testing.T) {
	for _, c := range []struct {
		b, c int
		want float64
	}{{55, 46, 0.4262}, {62, 28, 0.0004}, {22, 21, 1}, {37, 19, 0.0222}, {0, 0, 1}} {
		near(t, "p", McNemar(c.b, c.c), c.want, 0.00005)
	}
}

func TestWilsonGolden(t *testing.T) {
	var file struct {
		CI []struct {
			Count, N int
			Alpha    float64
			Wilson   [2]float64
		} `json:"proportion_confint"`
	}
	load(t, "statistics.json", &file)
	if len(file.CI) != 18 {
		t.Fatalf("%d intervals, want 18", len(file.CI))
	}
	for _, g := range file.CI {
		i := Wilson(g.Count, g.N, 1-g.Alpha)
		near(t, "low", i.Low, g.Wilson[0], exact)
		near(t, "high", i.High, g.Wilson[1], exact)
	}
}
