package flowlib_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"
)

// differs names the captures whose rows do not yet equal the original's, with
// the reason. It is empty: all 84 columns of all rows agree.
var differs = map[string]string{}

// TestOracle compares whole lines, as multisets, with what the original tool
// wrote about each capture; the order of its rows is that of a hash map.
func TestOracle(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "in.pcap"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no oracle captures: %v", err)
	}
	for _, path := range dirs {
		for _, dialect := range []struct{ name, folder string }{{"cic2018", "v2018"}, {"cic2021", "head"}} {
			dir := filepath.Dir(path)
			t.Run(filepath.Base(dir)+"/"+dialect.name, func(t *testing.T) {
				if why, ok := differs[filepath.Base(dir)]; ok {
					t.Log("not compared:", why)
					return
				}
				compareOracle(t, path, dialect.name, filepath.Join(dir, dialect.folder))
			})
		}
	}
}

// compareOracle runs both timeouts of the paper in one pass.
func compareOracle(t *testing.T, path, dialect, folder string) {
	t.Helper()
	e, err := flowlib.Extract(path, meter.Recipe{
		Dialect: dialect, Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"120s5s.csv", "3s5s.csv"} {
		if err := e.Accounting[i].Check(); err != nil {
			t.Error(err)
		}
		var got bytes.Buffer
		if err := flowio.WriteCIC(&got, dialect, e.Flows[i]); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(got.String(), string(want)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestOracleOrder compares whole files, row by row, in the tool's own order.
func TestOracleOrder(t *testing.T) {
	dirs, _ := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "in.pcap"))
	for _, path := range dirs {
		for dialect, folder := range map[string]string{"cic2018": "v2018", "cic2021": "head"} {
			for timeout, name := range map[time.Duration]string{120 * time.Second: "120s5s.csv", 3 * time.Second: "3s5s.csv"} {
				r := meter.Recipe{Dialect: dialect, Timeouts: []time.Duration{timeout}, Activity: 5 * time.Second, OriginalOrder: true}
				got := table(t, path, r, 1)
				want, err := os.ReadFile(filepath.Join(filepath.Dir(path), folder, name))
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("%s, %s, %s: rows in another order (sets: %q)", path, dialect, name, difference(got, string(want)))
				}
			}
		}
	}
}

// TestWorkers: the bytes are the same for any number of workers, in every
// dialect, and equal those of rows that were kept in memory.
func TestWorkers(t *testing.T) {
	dirs, _ := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "in.pcap"))
	for _, path := range dirs {
		for _, dialect := range []string{"clean", "cic2018", "cic2021"} {
			r := paper
			r.Dialect = dialect
			one := table(t, path, r, 1)
			for _, workers := range []int{2, 8} {
				if table(t, path, r, workers) != one {
					t.Errorf("%s, %s: %d workers write other bytes", path, dialect, workers)
				}
			}
			if e, err := flowlib.Extract(path, r); err != nil || len(e.Flows[0])+len(e.Flows[1]) != strings.Count(one, "\n")-1 {
				t.Errorf("%s, %s: %v", path, dialect, err)
			}
		}
	}
}

// table is the CSV of a capture, all timeouts in one, and its superflows.
func table(t *testing.T, path string, r meter.Recipe, workers int) string {
	t.Helper()
	d, err := meter.Named(r.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	in, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	b := []byte(flowio.CICHeader(d))
	acc, err := flowlib.Stream(in, d, r, capture.Options{}, meter.Output{
		Workers: workers,
		Format:  func(b []byte, _ int, f *meter.Flow) []byte { return flowio.AppendCIC(b, &d, f) },
		Row: func(_ int, f *meter.Flow, text []byte) error {
			b = append(b, text...)
			if len(r.Timeouts) > 1 {
				b = strconv.AppendInt(b, int64(f.Super), 10)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acc {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
	}
	return string(b)
}

// difference compares two tables as a header and a multiset of lines.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if g[0] != w[0] {
		return fmt.Sprintf("header\n got %s\nwant %s", g[0], w[0])
	}
	names := strings.Split(g[0], ",")
	slices.Sort(g)
	slices.Sort(w)
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			return "missing " + w[i]
		case i >= len(w):
			return "too many " + g[i]
		case g[i] != w[i]:
			return fmt.Sprintf("%d rows against %d, first difference (%s)\n got %s\nwant %s", len(g), len(w), columns(names, g[i], w[i]), g[i], w[i])
		}
	}
	return ""
}

func columns(names []string, got, want string) string {
	g, w := strings.Split(got, ","), strings.Split(want, ",")
	var out []string
	for i := range min(len(names), len(g), len(w)) {
		if g[i] != w[i] {
			out = append(out, names[i])
		}
	}
	return strings.Join(out, ", ")
}
