package flowlib

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"
)

// Difference says what another dialect makes of the same capture under one
// flow timeout. Flows are matched by the packet that begins them.
type Difference struct {
	From, To  string
	FromFlows int // under the first dialect
	ToFlows   int
	Matched   int // flows that begin with the same packet under both
	Columns   []ColumnDifference
	Steps     []StepDifference
}

// ColumnDifference is a column of the CICFlowMeter table in which matched
// flows differ.
type ColumnDifference struct {
	Name    string
	Differ  int     // matched flows
	Median  float64 // of the absolute differences of the flows that differ; NaN for text and for Infinity
	Largest float64
	Through []Share // corrections that changed the column, the strongest first
}

// Share is how many flows one correction changed.
type Share struct {
	Correction string
	Flows      int
}

// StepDifference is what one correction did, when all before it were made.
type StepDifference struct {
	Correction string
	What       string
	Begun      int // flows that begin only with it
	Gone       int // flows that begin only without it
	Changed    int // matched flows with another value in some column
}

// rowsOf has the fields of each flow by the offset of its first packet.
type rowsOf map[int64][]string

// Diff measures a capture under two dialects and under all those between
// them, turning one correction after the other in the order of
// meter.Corrections, so that each difference is laid to the correction that
// made it. The recipe gives one timeout; its dialect does not count. Of a
// damaged capture what was good is compared, and the error comes beside it.
func Diff(path string, from, to meter.Dialect, r meter.Recipe) (*Difference, error) {
	if len(r.Timeouts) != 1 {
		panic(fmt.Sprintf("flowlib: Diff compares under one timeout, not %d", len(r.Timeouts)))
	}
	first, damage := measureRows(path, from, r)
	if first == nil {
		return nil, damage
	}
	out := &Difference{From: from.Name, To: to.Name, FromFlows: len(first)}
	names := strings.Split(strings.TrimSuffix(flowio.CICHeader(meter.CIC2018), "\n"), ",")
	through := make([]map[string]int, len(names))
	for i := range through {
		through[i] = map[string]int{}
	}
	d, before := from, first
	for _, c := range meter.Corrections() {
		was := d
		if c.Take(&d, to); d == was {
			continue
		}
		after, err := measureRows(path, d, r)
		if after == nil {
			return nil, err
		}
		out.Steps = append(out.Steps, step(c, before, after, through))
		before = after
	}
	out.ToFlows = len(before)
	out.compare(names, first, before, through)
	return out, damage
}

// measureRows measures the capture under one dialect; nil if it cannot be opened.
func measureRows(path string, d meter.Dialect, r meter.Recipe) (rowsOf, error) {
	in, err := capture.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows := rowsOf{}
	_, err = Stream(in, d, r, capture.Options{}, meter.Output{
		Format: func(b []byte, _ int, f *meter.Flow) []byte { return flowio.AppendCIC(b, &d, f) },
		Row: func(_ int, f *meter.Flow, text []byte) error {
			rows[f.First] = strings.Split(strings.TrimSuffix(string(text), "\n"), ",")
			return nil
		},
	})
	return rows, err
}

// step counts what one correction changed, in all and by column.
func step(c meter.Correction, before, after rowsOf, through []map[string]int) StepDifference {
	s := StepDifference{Correction: c.Name, What: c.What}
	for at, b := range after {
		a, ok := before[at]
		if !ok {
			s.Begun++
			continue
		}
		changed := false
		for i := range b {
			if differs(a[i], b[i]) {
				changed = true
				through[i][c.Name]++
			}
		}
		if changed {
			s.Changed++
		}
	}
	for at := range before {
		if _, ok := after[at]; !ok {
			s.Gone++
		}
	}
	return s
}

// differs compares fields; 0 and 0.0 are one number.
func differs(a, b string) bool {
	if a == b {
		return false
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX != nil || errY != nil || x != y
}

// compare fills in the columns that differ between the two ends.
func (d *Difference) compare(names []string, from, to rowsOf, through []map[string]int) {
	for i, name := range names {
		var sizes []float64
		n := 0
		for at, b := range to {
			a, ok := from[at]
			if !ok {
				continue
			}
			if i == 0 {
				d.Matched++
			}
			if !differs(a[i], b[i]) {
				continue
			}
			n++
			x, errX := strconv.ParseFloat(a[i], 64)
			y, errY := strconv.ParseFloat(b[i], 64)
			if diff := math.Abs(x - y); errX == nil && errY == nil && !math.IsNaN(diff) && !math.IsInf(diff, 0) {
				sizes = append(sizes, diff)
			}
		}
		if n > 0 {
			d.Columns = append(d.Columns, column(name, n, sizes, through[i]))
		}
	}
}

func column(name string, n int, sizes []float64, through map[string]int) ColumnDifference {
	c := ColumnDifference{Name: name, Differ: n, Median: math.NaN(), Largest: math.NaN()}
	if sort.Float64s(sizes); len(sizes) > 0 {
		c.Median, c.Largest = sizes[(len(sizes)-1)/2], sizes[len(sizes)-1]
	}
	for who, flows := range through {
		c.Through = append(c.Through, Share{who, flows})
	}
	sort.Slice(c.Through, func(i, j int) bool {
		a, b := c.Through[i], c.Through[j]
		return a.Flows > b.Flows || a.Flows == b.Flows && a.Correction < b.Correction
	})
	return c
}
