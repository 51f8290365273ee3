package fit

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/internal/goldenmodels"
	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// curves trains ten epochs as Keras did and compares history and final
// predictions. The last batches (8 windows, and 2 of validation) are
// incomplete.
func (g *golden) curves() {
	data := goldenmodels.CurveData(g.T)
	g.data = Data{Fill: fillFrom(data["x"].Float32())}
	for _, h := range g.Case.Heads {
		g.data.Labels = append(g.data.Labels, data[h.Task].Int32())
	}
	for i, want := range goldenmodels.Curves(g.T, g.Name) {
		if i > 0 && !testbackend.All() {
			break // another rate: with make test-golden
		}
		g.restartNorm()
		result, err := Train(context.Background(), g.Network, g.data,
			upTo(want.TrainRows[0], want.TrainRows[1]), upTo(want.ValRows[0], want.ValRows[1]),
			Config{Epochs: want.Epochs, Rate: want.LR, Ordered: true})
		if err != nil {
			g.Fatal(err)
		}
		compareHistory(g.T, result.History, want)
		g.comparePredictions(want)
	}
}

// restartNorm loads the golden weights with fresh batch normalisation and no
// dropout, as the curves have it.
func (g *golden) restartNorm() {
	for name, a := range g.Case.Weights {
		value, found := map[string]float64{"gamma": 1, "beta": 0, "moving_mean": 0, "moving_variance": 1}[name[strings.Index(name, "/")+1:]]
		if strings.HasPrefix(name, "bn") && found {
			for i := range a.Data {
				a.Data[i] = value
			}
		}
	}
	g.restart()
	if gru, ok := g.Network.Model.(models.GRU); ok {
		gru.Dropout = 0
		g.Network.Model = gru
	}
}

// compareHistory wants losses within 2e-4 (5e-3 at the rate 1e-3) and counts
// within one window, as the golden README asks.
func compareHistory(t *testing.T, got []run.Epoch, want *goldenmodels.Curve) {
	t.Helper()
	name := want.Run
	tol := 2e-4
	if want.LR == 1e-3 {
		tol = 5e-3
	}
	one := func(rows [2]int) float64 { return 1.001 / float64(rows[1]-rows[0]) }
	worst := 0.0
	check := func(epoch int, column string, v float64, series map[string][]float64, tol float64) {
		t.Helper()
		if len(series[column]) != len(got) {
			t.Fatalf("%s: no golden column %s", name, column)
		}
		d := math.Abs(v - series[column][epoch])
		if strings.HasSuffix(column, "loss") {
			worst = max(worst, d)
		}
		if !(d <= tol) {
			t.Errorf("%s epoch %d, %s: %g, want %g", name, epoch+1, column, v, series[column][epoch])
		}
	}
	for e, h := range got {
		check(e, "loss", h.Loss, want.History, tol)
		check(e, "val_loss", h.ValLoss, want.History, tol)
		for _, head := range h.Heads {
			task, losses := head.Task+"_", want.Weighted
			if len(h.Heads) == 1 { // Keras names the columns of one head without it
				task, losses = "", want.History
			}
			check(e, task+"loss", head.Loss, losses, tol)
			check(e, "val_"+task+"loss", head.ValLoss, losses, tol)
			for column, v := range map[string]float64{"acc": head.Accuracy, "rec": head.Recall} {
				check(e, task+column, v, want.History, one(want.TrainRows))
			}
			for column, v := range map[string]float64{"acc": head.ValAccuracy, "rec": head.ValRecall} {
				check(e, "val_"+task+column, v, want.History, one(want.ValRows))
			}
			// One window more or less among the few above a half moves a precision more.
			check(e, task+"prec", head.Precision, want.History, 0.02)
			check(e, "val_"+task+"prec", head.ValPrecision, want.History, 0.04)
		}
	}
	t.Logf("%s: losses differ by at most %.1e", name, worst)
}

// comparePredictions wants the same class for every validation window.
func (g *golden) comparePredictions(want *goldenmodels.Curve) {
	windows := upTo(want.ValRows[0], want.ValRows[1])
	probs, err := g.Predict(g.data, windows)
	if err != nil {
		g.Fatal(err)
	}
	for i, h := range g.Case.Heads {
		var flat []float32
		final := want.Final["val_probs/"+h.Task]
		differs := 0
		for w, p := range probs[i] {
			for _, v := range p {
				flat = append(flat, float32(v))
			}
			if slices.Index(p, slices.Max(p)) != argmax(final.Data[w*h.Classes:(w+1)*h.Classes]) {
				differs++
			}
		}
		abs, _ := goldenmodels.Differs(flat, final)
		g.Logf("%s %s: final probabilities differ by at most %.1e, %d other classes", want.Run, h.Task, abs, differs)
		if differs > 0 {
			g.Errorf("%s %s: %d of %d windows get another class", want.Run, h.Task, differs, len(windows))
		}
	}
}

func argmax(row []float64) int { return slices.Index(row, slices.Max(row)) }
