package evaluate

import (
	"fmt"
	"strings"
	"testing"

	"flowbook/modellib/run"
)

// TestAddUnits: superflows of two windows with one truth.
func TestAddUnits(t *testing.T) {
	r := made("cnn", 12, 0.7, 1, "type")
	p := &r.Predictions[0]
	for i := range p.Truth {
		p.Truth[i] = []int{0, 1, 3}[i/2%3]
	}
	r.Baselines = nil
	rep := evaluated(t, r)
	if err := rep.AddUnits(r, "superflow", func(w int) string { return fmt.Sprint(w / 4) }); err != nil {
		t.Fatal(err)
	}
	units := rep.Head("type").Units
	if len(units) != 2 || units[0].Units != 60 || units[0].How != Votes || units[1].How != MeanProbability || units[0].MacroF1CI == nil {
		t.Errorf("%+v", units)
	}
	if text := rep.String(); !strings.Contains(text, "Whole units, cnn") {
		t.Errorf("no units in\n%s", text)
	}
	err := rep.AddUnits(r, "capture", func(int) string { return "all" })
	if err == nil || !strings.Contains(err.Error(), "all has windows of class") {
		t.Errorf("a capture of several classes: %v", err)
	}
}

// TestCalibratedReport: an overconfident network gets a temperature above 1
// from its validation part, and a smaller log loss.
func TestCalibratedReport(t *testing.T) {
	r := made("cnn", 12, 0.7, 1, "type")
	for i := range r.Predictions[0].Probs {
		row := r.Predictions[0].Probs[i]
		said := Argmax([][]float64{row})[0]
		for k := range row {
			row[k] = 0.001
		}
		row[said] = 0.997
	}
	r.Validation = r.Predictions
	h := evaluated(t, r).Head("type")
	c := h.Calibrated
	if c == nil || c.Temperature < 1.5 || c.LogLoss >= h.Network.LogLoss || c.ByWidth.ECE >= h.Network.ByWidth.ECE || c.ByWidth.Interval == nil {
		t.Fatalf("%+v beside log loss %g", c, h.Network.LogLoss)
	}
	if c.Abstain != nil || !strings.Contains(h.String(), "no threshold kept") {
		t.Errorf("all windows are equally sure, but some are answered: %+v", c.Abstain)
	}
}

func TestRepetitionsPoolSeedsAndFolds(t *testing.T) {
	all := made("cnn", 12, 0.8, 1, "type")
	half := func(seed int64, fold int) *run.Run {
		r := &run.Run{Dir: fmt.Sprint("seed", seed, "fold", fold), Manifest: all.Manifest}
		r.Manifest.Recipe = map[string]any{"seed": seed}
		p, whole := run.Predictions{Model: "cnn", Task: "type"}, all.Predictions[0]
		for i, w := range whole.Window {
			if i/10%2 == fold {
				p.Window, p.Group = append(p.Window, w), append(p.Group, whole.Group[i])
				p.Truth, p.Probs = append(p.Truth, whole.Truth[i]), append(p.Probs, whole.Probs[i])
			}
		}
		r.Predictions = []run.Predictions{p}
		return r
	}
	runs := []*run.Run{half(2, 0), half(1, 1), half(1, 0), half(2, 1)}
	r, err := Repetitions("cnn", "type", runs...)
	if err != nil {
		t.Fatal(err)
	}
	if mean, sd := r.MacroF1(); r.Seeds() != 2 || r.Windows != 120 || sd != 0 || mean != evaluated(t, all).Head("type").Network.MacroF1 {
		t.Errorf("%d seeds, %d windows, %g ± %g", r.Seeds(), r.Windows, mean, sd)
	}
	if _, err := BaselineRepetitions("1-NN", "type", runs...); err == nil || !strings.Contains(err.Error(), `no baseline "1-NN"`) {
		t.Errorf("a baseline that no run has: %v", err)
	}
	if _, err := Repetitions("cnn", "type", runs[:3]...); err == nil || !strings.Contains(err.Error(), "repetitions 1 and 2 differ") {
		t.Errorf("a missing fold: %v", err)
	}
	other := half(3, 0)
	other.Manifest.Data.Hash = "another"
	if _, err := Repetitions("cnn", "type", runs[0], other); err == nil || !strings.Contains(err.Error(), "data set") {
		t.Errorf("another data set: %v", err)
	}
	leaky := half(3, 0)
	leaky.Manifest.Split.Unit = "window"
	if _, err := Repetitions("cnn", "type", leaky); err == nil || !strings.Contains(err.Error(), "not independent") {
		t.Errorf("a split over windows: %v", err)
	}
}

func TestOpenWorld(t *testing.T) {
	known, unseen := [][]float64{{0.9, 0.1}, {0.8, 0.2}, {0.55, 0.45}}, [][]float64{{0.5, 0.5}, {0.6, 0.4}}
	o := NewOpenWorld(known, unseen)
	near(t, "AUROC", o.AUROC, 5.0/6, exact)
	near(t, "AUPR", o.AUPR, (1+2.0/3)/2, exact)
	near(t, "FPR", o.FPR95, 1.0/3, exact)
}

func TestCompareOverGroups(t *testing.T) {
	a, b := made("cnn", 12, 0.95, 1, "type"), made("gru", 12, 0.3, 2, "type")
	c, err := Compare(a, b, "type")
	if err != nil {
		t.Fatal(err)
	}
	if c.Primary == nil || c.Primary.P > 0.01 || !strings.Contains(c.String(), "a significant difference") {
		t.Errorf("%+v", c.Primary)
	}
	lonely := made("cnn", 1, 0.95, 1, "type")
	if c, err = Compare(lonely, lonely, "type"); err != nil || c.Primary != nil || !strings.Contains(c.String(), "one group") {
		t.Errorf("one group: %+v, %v", c, err)
	}
	a.Manifest.Split.Unit, b.Manifest.Split.Unit = "window", "window"
	if c, err = Compare(a, b, "type"); err != nil || c.Primary != nil || !strings.Contains(c.NoTest, "divides windows") {
		t.Errorf("split over windows: %+v, %v", c, err)
	}
}
