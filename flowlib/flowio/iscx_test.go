package flowio

import (
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"
)

// The counts are those of the README beside the tables; of the 1,016 rows of
// protocol 0 it counts the 996 in captures that have a label.
func TestISCXTables(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata.Shared(t, "iscx-flows-120s"), "*.csv"))
	if err != nil || len(files) != 146 {
		t.Fatalf("%d tables, %v", len(files), err)
	}
	var all []meter.Flow
	var zero, odd, epoch int
	for _, path := range files {
		table, err := ReadCSV(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range table.Flows {
			f := &table.Flows[i]
			if f.Key.Proto == 0 {
				zero++
			}
			if !finite(f) {
				odd++
			}
			if f.Features[17] > 1e15 || f.Features[19] > 1e15 || f.Features[20] > 1e15 {
				epoch++
			}
			if table.Labels[i] != "No Label" {
				t.Fatalf("%s: label %q", path, table.Labels[i])
			}
		}
		all = append(all, table.Flows...)
	}
	if len(all) != 62882 || zero != 1016 || odd != 9 || epoch != 18580 {
		t.Errorf("rows %d, protocol 0 %d, not finite %d, epoch in Idle %d", len(all), zero, odd, epoch)
	}
	roundTrip(t, all)
}

func finite(f *meter.Flow) bool {
	for _, v := range f.Features {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// roundTrip writes and reads flows; every bit must come back.
func roundTrip(t *testing.T, flows []meter.Flow) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flows.parquet")
	if err := WriteParquet(path, flows); err != nil {
		t.Fatal(err)
	}
	back, err := ReadParquet(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(flows) {
		t.Fatalf("%d flows came back, %d went in", len(back), len(flows))
	}
	for i := range flows {
		a, b := flows[i], back[i]
		for k := range a.Features {
			if math.Float64bits(a.Features[k]) != math.Float64bits(b.Features[k]) {
				t.Fatalf("flow %d, feature %d: %v came back as %v", i, k, a.Features[k], b.Features[k])
			}
		}
		// NaN is not equal to itself; the bits were compared above.
		a.Features, b.Features = [meter.NumFeatures]float64{}, [meter.NumFeatures]float64{}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("flow %d: %+v came back as %+v", i, a, b)
		}
	}
}
