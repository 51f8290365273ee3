package dataset

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"flowbook/internal/testdata"

	"pgregory.net/rapid"
)

// grid makes a set whose window w holds rows w·steps … of the given rows.
func grid(rows [][]float64, steps int) *Set {
	s := &Set{Steps: steps}
	for j := range rows[0] {
		s.Features = append(s.Features, fmt.Sprint("column ", j))
	}
	for _, r := range rows {
		s.Rows = append(s.Rows, r...)
	}
	for at := 0; at+steps <= len(rows); at += steps {
		w := Window{}
		for i := range steps {
			w.Rows = append(w.Rows, int32(at+i))
		}
		s.Windows = append(s.Windows, w)
	}
	return s
}

// number reads NaN and Infinity, which the reference data write as strings.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	var v float64
	if _, err := fmt.Sscan(strings.Trim(string(b), `"`), &v); err != nil {
		return err
	}
	*n = number(v)
	return nil
}

func floats(rows [][]number, width int) [][]float64 {
	var out [][]float64
	for _, r := range rows {
		for at := 0; at < len(r); at += width {
			var row []float64
			for _, v := range r[at : at+width] {
				row = append(row, float64(v))
			}
			out = append(out, row)
		}
	}
	return out
}

type scalerCase struct {
	Train    [][]number `json:"X_train"`
	Standard struct {
		Mean, Scale []number
		Transformed [][]number `json:"transform_train"`
	}
	W          [][]number
	Mean       []number
	Scale      []number
	TrainOut   [][]number `json:"train_scaled"`
	TestOut    [][]number `json:"test_scaled"`
	InfCells   [][3]int   `json:"inf_cells_[row,miniflow,feature]"`
	InfReplace []number   `json:"value_after_inf_to_max_24"`
}

func scalerCases(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(testdata.Shared(t, "golden", "scaler", "scaler.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases map[string]json.RawMessage }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b))
}

func TestScalerEqualsScikitLearn(t *testing.T) {
	cases := scalerCases(t)
	for _, name := range []string{"plain", "constant_columns_scale_1", "large_mean_tiny_spread", "one_row", "two_equal_rows"} {
		var c scalerCase
		if err := json.Unmarshal(cases[name], &c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		set := grid(floats(c.Train, len(c.Train[0])), 1)
		s := FitScaler(set, set.all())
		for j := range s.Mean {
			if !near(s.Mean[j], float64(c.Standard.Mean[j])) || !near(s.Std[j], float64(c.Standard.Scale[j])) {
				t.Errorf("%s, column %d: mean %v scale %v, want %v %v", name, j, s.Mean[j], s.Std[j], c.Standard.Mean[j], c.Standard.Scale[j])
			}
		}
		if name == "large_mean_tiny_spread" {
			continue // there the last bits of the mean are all that is left
		}
		checkFill(t, name, set, set.all(), s, floats(c.Standard.Transformed, len(s.Mean)))
	}
}

// checkFill compares scaled inputs with float64 ones.
func checkFill(t *testing.T, name string, set *Set, windows []int, s *Scaler, want [][]float64) {
	t.Helper()
	dst := make([]float32, set.Size(len(windows)))
	set.Fill(dst, windows, s)
	for i, row := range want {
		for j, v := range row {
			if got := float64(dst[i*len(row)+j]); math.Abs(got-v) > 1e-7*math.Max(1, math.Abs(v)) {
				t.Fatalf("%s: row %d column %d: %v, want %v", name, i, j, got, v)
			}
		}
	}
}

// The released order: infinities replaced over all data, then the scaler fitted
// to the rows of the train windows.
func TestPublishedPreparation(t *testing.T) {
	var c scalerCase
	if err := json.Unmarshal(scalerCases(t)["pipeline_windows"], &c); err != nil {
		t.Fatal(err)
	}
	set := grid(floats(c.W, 24), 20)
	if err := set.replaceInfinities(); err != nil {
		t.Fatal(err)
	}
	for i, cell := range c.InfCells {
		if got := set.Rows[(cell[0]*20+cell[1])*24+cell[2]]; got != float64(c.InfReplace[i]) {
			t.Errorf("infinity at %v became %v, want %v", cell, got, c.InfReplace[i])
		}
	}
	s := FitScaler(set, []int{0, 1, 2, 3, 4, 5, 6})
	for j := range s.Mean {
		if !near(s.Mean[j], float64(c.Mean[j])) || !near(s.Std[j], float64(c.Scale[j])) {
			t.Errorf("column %d: mean %v scale %v, want %v %v", j, s.Mean[j], s.Std[j], c.Mean[j], c.Scale[j])
		}
	}
	checkFill(t, "train", set, []int{0, 1, 2, 3, 4, 5, 6}, s, floats(c.TrainOut, 24))
	checkFill(t, "test", set, []int{7, 8}, s, floats(c.TestOut, 24))
}

// A column that is infinite everywhere has nothing to put in its place.
func TestNoFiniteValue(t *testing.T) {
	set := grid([][]float64{{1, math.Inf(1)}, {2, math.Inf(1)}}, 1)
	if err := set.replaceInfinities(); err == nil || !strings.Contains(err.Error(), "column 1") {
		t.Errorf("error %v", err)
	}
}

// Overlapping windows count a row as often as they hold it: the scaler equals
// a slow one over copied rows.
func TestScalerOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 20).Draw(t, "rows")
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = []float64{rapid.Float64Range(-1e6, 1e6).Draw(t, "a"), 7}
		}
		set := grid(rows, n)
		set.Steps, set.Windows = 3, nil
		for at := 0; at+3 <= n; at++ {
			set.Windows = append(set.Windows, Window{Rows: []int32{int32(at), int32(at + 1), int32(at + 2)}})
		}
		s := FitScaler(set, set.all())
		var sum, square, count float64
		for _, w := range set.Windows {
			for _, r := range w.Rows {
				sum += rows[r][0]
				count++
			}
		}
		for _, w := range set.Windows {
			for _, r := range w.Rows {
				d := rows[r][0] - sum/count
				square += d * d
			}
		}
		std := math.Sqrt(square / count)
		if math.Abs(s.Mean[0]-sum/count) > 1e-9*(1+math.Abs(sum)) || std > 1 && math.Abs(s.Std[0]-std) > 1e-9*std {
			t.Fatalf("mean %v std %v, slowly %v %v", s.Mean[0], s.Std[0], sum/count, std)
		}
		if s.Mean[1] != 7 || s.Std[1] != 1 {
			t.Fatalf("constant column: mean %v std %v", s.Mean[1], s.Std[1])
		}
	})
}

func TestFillNeverLetsNaNThrough(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), 1e300} {
		set := grid([][]float64{{1, 2}, {3, bad}}, 1)
		set.Windows[1].Groups = &Groups{Capture: "x.pcap"}
		func() {
			defer func() {
				p := fmt.Sprint(recover())
				if !strings.Contains(p, "x.pcap") || !strings.Contains(p, "column 1") {
					t.Errorf("%v: panic %q", bad, p)
				}
			}()
			set.Fill(make([]float32, 4), []int{0, 1}, nil)
			t.Errorf("%v went through", bad)
		}()
	}
}

func TestFillSizeAndPadding(t *testing.T) {
	set := grid([][]float64{{1, 2}, {3, 4}}, 2)
	set.Windows[0].Rows[1] = -1
	dst := make([]float32, 4)
	set.Fill(dst, []int{0}, nil)
	if fmt.Sprint(dst) != "[1 2 0 0]" {
		t.Errorf("padded window %v", dst)
	}
	defer func() {
		if p := recover(); p == nil || !strings.HasPrefix(p.(string), "dataset: ") {
			t.Errorf("panic %v", p)
		}
	}()
	set.Fill(dst[:3], []int{0}, nil)
}

func TestFillAllocatesNothing(t *testing.T) {
	set := grid([][]float64{{1, 2}, {3, 5}, {4, 4}}, 1)
	s, dst, windows := FitScaler(set, set.all()), make([]float32, 6), set.all()
	if n := testing.AllocsPerRun(100, func() { set.Fill(dst, windows, s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
