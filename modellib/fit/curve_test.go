package fit

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"flowbook/internal/testdata"
	"flowbook/modellib/internal/goldenmodels"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// curve is a golden training of ten epochs.
type curve struct {
	Case      string
	LR        float64
	TrainRows [2]int               `json:"train_rows"`
	ValRows   [2]int               `json:"val_rows"`
	History   map[string][]float64 `json:"history"`
	// Keras reports the losses of several heads as unweighted means of the
	// batches' means; these are the means over windows, as run.Epoch has them.
	Weighted map[string][]float64 `json:"heads_loss_weighted_by_batch_size_torch_float64"`
}

// curvesOf are the golden trainings of a case.
var curvesOf = map[string][]string{
	"cnn_multi_aspub": {"cnn_multi_aspub", "cnn_multi_aspub_lr1e-3"},
	"cnn_multi_time":  {"cnn_multi_time"},
	"gru_multi_aspub": {"gru_multi_aspub"},
	"gru_multi_time":  {"gru_multi_time", "gru_multi_time_lr5e-3"},
}

// curves trains ten epochs as Keras did and compares history and final
// predictions. The last batches (8 windows, and 2 of validation) are
// incomplete.
func (g *golden) curves() {
	data, err := npz.Read(testdata.Shared(g.T, "golden", "curve", "data.npz"))
	if err != nil {
		g.Fatal(err)
	}
	g.data = Data{Fill: fillFrom(data["x"].Float32())}
	for _, h := range g.Case.Heads {
		g.data.Labels = append(g.data.Labels, data[h.Task].Int32())
	}
	for _, name := range curvesOf[g.Name] {
		var want curve
		raw, err := os.ReadFile(testdata.Shared(g.T, "golden", "curve", name+".json"))
		if err != nil {
			g.Fatal(err)
		}
		if err := json.Unmarshal(raw, &want); err != nil {
			g.Fatal(err)
		}
		g.restartNorm()
		result, err := Train(context.Background(), g.Network, g.data,
			upTo(want.TrainRows[0], want.TrainRows[1]), upTo(want.ValRows[0], want.ValRows[1]),
			Config{Epochs: 10, Rate: want.LR, Ordered: true})
		if err != nil {
			g.Fatal(err)
		}
		compareHistory(g.T, name, result.History, want)
		comparePredictions(g.T, g, name, upTo(want.ValRows[0], want.ValRows[1]))
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
func compareHistory(t *testing.T, name string, got []run.Epoch, want curve) {
	t.Helper()
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
			check(e, head.Task+"_loss", head.Loss, want.Weighted, tol)
			check(e, "val_"+head.Task+"_loss", head.ValLoss, want.Weighted, tol)
			for column, v := range map[string]float64{"acc": head.Accuracy, "rec": head.Recall} {
				check(e, head.Task+"_"+column, v, want.History, one(want.TrainRows))
			}
			for column, v := range map[string]float64{"acc": head.ValAccuracy, "rec": head.ValRecall} {
				check(e, "val_"+head.Task+"_"+column, v, want.History, one(want.ValRows))
			}
			// One window more or less among the few above a half moves a precision more.
			check(e, head.Task+"_prec", head.Precision, want.History, 0.02)
			check(e, "val_"+head.Task+"_prec", head.ValPrecision, want.History, 0.04)
		}
	}
	t.Logf("%s: losses differ by at most %.1e", name, worst)
}

// comparePredictions wants the same class for every validation window.
func comparePredictions(t *testing.T, g *golden, name string, windows []int) {
	t.Helper()
	final, err := npz.Read(testdata.Shared(t, "golden", "curve", name+"_final.npz"))
	if err != nil {
		t.Fatal(err)
	}
	probs, err := g.Predict(g.data, windows)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range g.Case.Heads {
		var flat []float32
		want := final["val_probs/"+h.Task]
		differs := 0
		for w, p := range probs[i] {
			for _, v := range p {
				flat = append(flat, float32(v))
			}
			if slices.Index(p, slices.Max(p)) != argmax(want.Data[w*h.Classes:(w+1)*h.Classes]) {
				differs++
			}
		}
		abs, _ := goldenmodels.Differs(flat, want)
		t.Logf("%s %s: final probabilities differ by at most %.1e, %d other classes", name, h.Task, abs, differs)
		if differs > 0 {
			t.Errorf("%s %s: %d of %d windows get another class", name, h.Task, differs, len(windows))
		}
	}
}

func argmax(row []float64) int { return slices.Index(row, slices.Max(row)) }
