package evaluate

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"
	"flowbook/modellib/baseline"
)

// iscxModels are the reference's models. Its trees break ties at random and
// its forest draws other samples, so that scores agree within the spread of
// folds and not exactly.
var iscxModels = map[string]func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64{
	"majority": func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.Majority(y, classes, len(test))
	},
	"knn1_std": func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.KNN(1, x, y, test, classes)
	},
	"tree": func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.NewTree(x, y, classes, baseline.TreeOptions{}).Predict(test)
	},
	"tree_leaf20": func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.NewTree(x, y, classes, baseline.TreeOptions{MinLeaf: 20}).Predict(test)
	},
	"forest60": func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.NewForest(x, y, classes, baseline.ForestOptions{Trees: 60}).Predict(test)
	},
}

// iscxCase is one score of the reference: realdata_baseline.json.
type iscxCase struct {
	Rows, Features, Task, Split, Model string
	MacroF1                            float64  `json:"macro_f1"`
	FoldSD                             *float64 `json:"fold_macro_f1_sd"`
}

// What of the reference is repeated; the long test takes all.
var (
	iscxRows  = []string{"dur>=60s"}
	iscxNames = []string{"majority", "knn1_std", "tree"}
)

// TestBaselinesOnISCX repeats the reference's scores of the 146 real tables:
// single flows, 19 features without Idle, traffic type, by capture, by session
// and at random. The folds are our own. The better scores of the random split
// are what captures shared between train and test are worth.
func TestBaselinesOnISCX(t *testing.T) {
	all := readISCX(t)
	if len(all) != 61682 {
		t.Fatalf("%d usable flows, want 61,682", len(all))
	}
	long := slices.DeleteFunc(slices.Clone(all), func(f iscxFlow) bool { return f.x[0] < 60e6 })
	if len(long) != 8803 {
		t.Fatalf("%d flows of at least 60 s, want 8,803", len(long))
	}
	raw, err := os.ReadFile(testdata.Shared(t, "golden", "realdata", "realdata_baseline.json"))
	if err != nil {
		t.Fatal(err)
	}
	var reference struct{ Results []iscxCase }
	if err := json.Unmarshal(raw, &reference); err != nil {
		t.Fatal(err)
	}
	repeated := 0
	for _, c := range reference.Results {
		model := iscxModels[c.Model]
		if model == nil || c.Task != "type" || c.Features != "paper19_no_idle" || !slices.Contains(iscxRows, c.Rows) || !slices.Contains(iscxNames, c.Model) {
			continue
		}
		flows := all
		if c.Rows == "dur>=60s" {
			flows = long
		}
		got := pooledMacroF1(flows, folds(flows, iscxUnit(c.Split, len(flows)), 5), model)
		within := 0.05
		if c.FoldSD != nil {
			within = max(within, *c.FoldSD)
		}
		t.Logf("%-8s by %-7s %-11s macro F1 %.3f, reference %.3f", c.Rows, c.Split, c.Model, got, c.MacroF1)
		near(t, c.Rows+" by "+c.Split+" "+c.Model, got, c.MacroF1, within)
		repeated++
	}
	if repeated < 6 {
		t.Errorf("%d scores repeated, want at least 6", repeated)
	}
}

// iscxUnit names what a split keeps together.
func iscxUnit(split string, flows int) func(i int, f iscxFlow) string {
	switch split {
	case "capture":
		return func(_ int, f iscxFlow) string { return f.capture }
	case "session":
		return func(_ int, f iscxFlow) string { return f.session }
	}
	return func(i int, _ iscxFlow) string { return strconv.Itoa(i * 7919 % flows) }
}

// iscxFlow is one flow with what the reference uses.
type iscxFlow struct {
	x                []float64 // 19 features
	label            int
	capture, session string
}

// readISCX reads the tables in the order of their names, without flows of
// protocol 0 and those that are not finite, as the reference does.
func readISCX(t *testing.T) []iscxFlow {
	raw, err := os.ReadFile(testdata.Shared(t, "golden", "realdata", "captures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var captures []struct {
		Capture, Session string
		Label            []any // type, application, VPN; null for none
	}
	if err := json.Unmarshal(raw, &captures); err != nil {
		t.Fatal(err)
	}
	types := []string{"chat", "email", "file transfer", "p2p", "streaming", "video", "voip"}
	var flows []iscxFlow
	for _, c := range captures {
		if c.Label == nil {
			continue
		}
		table, err := flowio.ReadCSV(testdata.Shared(t, "iscx-flows-120s", c.Capture+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range table.Flows {
			f := &table.Flows[i]
			if x := withoutIdle(f); f.Key.Proto != 0 && x != nil {
				flows = append(flows, iscxFlow{x, slices.Index(types, c.Label[0].(string)), c.Capture, c.Session})
			}
		}
	}
	return flows
}

// withoutIdle returns the features but Idle, or nil when one is not finite.
func withoutIdle(f *meter.Flow) []float64 {
	var x []float64
	for i, name := range meter.FeatureNames() {
		if v := f.Features[i]; math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		} else if !strings.HasPrefix(name, "Idle") {
			x = append(x, v)
		}
	}
	return x
}

// folds gives each unit as a whole to one of n folds: within a class, the
// largest unit first to the fold that has the fewest flows of that class.
func folds(flows []iscxFlow, unit func(int, iscxFlow) string, n int) []int {
	type block struct {
		name  string
		label int
		flows []int
	}
	index := map[string]int{}
	var blocks []block
	for i, f := range flows {
		u := unit(i, f)
		k, ok := index[u]
		if !ok {
			k = len(blocks)
			index[u] = k
			blocks = append(blocks, block{name: u, label: f.label})
		}
		blocks[k].flows = append(blocks[k].flows, i)
	}
	slices.SortFunc(blocks, func(a, b block) int {
		if d := len(b.flows) - len(a.flows); d != 0 {
			return d
		}
		return strings.Compare(a.name, b.name)
	})
	fold := make([]int, len(flows))
	sizes := map[int][]int{}
	for _, b := range blocks {
		if sizes[b.label] == nil {
			sizes[b.label] = make([]int, n)
		}
		s := sizes[b.label]
		least := slices.Index(s, slices.Min(s))
		s[least] += len(b.flows)
		for _, i := range b.flows {
			fold[i] = least
		}
	}
	return fold
}

// pooledMacroF1 predicts every fold from the others and scores all together.
func pooledMacroF1(flows []iscxFlow, fold []int, model func([][]float32, []int32, [][]float32, int) [][]float64) float64 {
	var truth, predicted []int
	for k := range slices.Max(fold) + 1 {
		var trainX, testX [][]float64
		var trainY []int32
		for i, f := range flows {
			if fold[i] == k {
				testX, truth = append(testX, f.x), append(truth, f.label)
			} else {
				trainX, trainY = append(trainX, f.x), append(trainY, int32(f.label))
			}
		}
		mean, std := moments(trainX)
		predicted = append(predicted, Argmax(model(scale(trainX, mean, std), trainY, scale(testX, mean, std), 7))...)
	}
	return NewConfusion(make([]string, 7), truth, predicted).Macro(everyClass(7)).F1
}

// moments are mean and standard deviation of each column; 1 for a constant one.
func moments(x [][]float64) (mean, std []float64) {
	mean, std = make([]float64, len(x[0])), make([]float64, len(x[0]))
	for j := range mean {
		for _, row := range x {
			mean[j] += row[j] / float64(len(x))
		}
		for _, row := range x {
			std[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / float64(len(x))
		}
		if std[j] = math.Sqrt(std[j]); std[j] == 0 {
			std[j] = 1
		}
	}
	return mean, std
}

func scale(x [][]float64, mean, std []float64) [][]float32 {
	out := make([][]float32, len(x))
	for i, row := range x {
		out[i] = make([]float32, len(row))
		for j, v := range row {
			out[i][j] = float32((v - mean[j]) / std[j])
		}
	}
	return out
}
