package flowlib_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib"
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
	for _, capture := range dirs {
		for _, dialect := range []struct{ name, folder string }{{"cic2018", "v2018"}, {"cic2021", "head"}} {
			dir := filepath.Dir(capture)
			t.Run(filepath.Base(dir)+"/"+dialect.name, func(t *testing.T) {
				if why, ok := differs[filepath.Base(dir)]; ok {
					t.Log("not compared:", why)
					return
				}
				compareOracle(t, capture, dialect.name, filepath.Join(dir, dialect.folder))
			})
		}
	}
}

// compareOracle runs both timeouts of the paper in one pass.
func compareOracle(t *testing.T, capture, dialect, folder string) {
	t.Helper()
	e, err := flowlib.Extract(capture, meter.Recipe{
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
