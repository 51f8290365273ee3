package goldenmodels

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/internal/testdata"
	"flowbook/modellib/internal/npz"
)

// Curve is a golden training of some epochs.
type Curve struct {
	Run       string
	Case      string // whose weights it starts from
	LR        float64
	TrainRows [2]int `json:"train_rows"`
	ValRows   [2]int `json:"val_rows"`
	Batch     int
	Epochs    int
	History   map[string][]float64
	// Keras reports the losses of several heads as unweighted means of the
	// batches' means; these are the means over windows, as run.Epoch has them.
	Weighted map[string][]float64 `json:"heads_loss_weighted_by_batch_size_torch_float64"`

	Final map[string]npz.Array `json:"-"` // validation probabilities of each head after the last epoch
}

// Curves are the golden trainings of a case.
func Curves(t *testing.T, name string) []*Curve {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata.Shared(t, "golden", "curve"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var curves []*Curve
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := &Curve{}
		if err := json.Unmarshal(raw, c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if c.Case == name {
			c.Final = read(t, strings.TrimSuffix(file, ".json")+"_final.npz")
			curves = append(curves, c)
		}
	}
	return curves
}

// CurveData are the windows of all curves: "x" and the labels of each task.
func CurveData(t *testing.T) map[string]npz.Array {
	t.Helper()
	return read(t, testdata.Shared(t, "golden", "curve", "data.npz"))
}
