package flowlib_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"
)

// TestDiffByHand: ten datagrams, six there and four back, in two dialects. C1
// moves the first packet to the forward side, C10 changes nothing, and without
// a duration there is nothing for C6.
func TestDiffByHand(t *testing.T) {
	path := write(t, "ten.pcap", capturePcap(101, 10))
	d, err := flowlib.Diff(path, meter.CIC2018, meter.Clean, meter.Recipe{Timeouts: []time.Duration{2 * time.Minute}, Activity: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if d.FromFlows != 1 || d.ToFlows != 1 || d.Matched != 1 {
		t.Fatalf("%+v", d)
	}
	i := slices.IndexFunc(d.Columns, func(c flowlib.ColumnDifference) bool { return c.Name == "Tot Fwd Pkts" })
	if i < 0 {
		t.Fatalf("no forward packets among %v", d.Columns)
	}
	c := d.Columns[i]
	if c.Differ != 1 || c.Median != 1 || c.Largest != 1 || len(c.Through) != 1 || c.Through[0] != (flowlib.Share{Correction: "C1", Flows: 1}) {
		t.Errorf("%+v", c)
	}
	for _, s := range d.Steps {
		if (s.Correction == "C10" || s.Correction == "C6") && s.Changed+s.Begun+s.Gone > 0 {
			t.Errorf("%+v", s)
		}
	}
	if text := d.String(); !strings.Contains(text, "C1   ") || !strings.Contains(text, "Tot Fwd Pkts") {
		t.Error(text)
	}
}

// TestDiffAddsUp: on every oracle capture the steps lead from the flows of one
// dialect to those of the other, and no column changes without a correction.
func TestDiffAddsUp(t *testing.T) {
	captures, _ := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "edge_*", "in.pcap"))
	for _, path := range captures {
		d, err := flowlib.Diff(path, meter.CIC2018, meter.Clean, meter.Recipe{Timeouts: []time.Duration{3 * time.Second}, Activity: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		flows := d.FromFlows
		for _, s := range d.Steps {
			flows += s.Begun - s.Gone
		}
		e, err := flowlib.Extract(path, meter.Recipe{Dialect: "clean", Timeouts: []time.Duration{3 * time.Second}, Activity: 5 * time.Second})
		if err != nil || flows != d.ToFlows || len(e.Flows[0]) != d.ToFlows {
			t.Errorf("%s: %d flows after all steps, %d in clean (%d measured, %v)", path, flows, d.ToFlows, len(e.Flows[0]), err)
		}
		for _, c := range d.Columns {
			if len(c.Through) == 0 {
				t.Errorf("%s: %s differs through nothing", path, c.Name)
			}
		}
	}
}
