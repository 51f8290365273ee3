package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"flowbook/data/course"
	"flowbook/flowlib"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
	"flowbook/modellib/baseline"
)

// alike are the columns that both meters define alike.
var alike = []struct {
	name string
	of   func(f *meter.Flow) float64
}{
	{"duration, s", func(f *meter.Flow) float64 { return float64(f.Duration) / 1e6 }},
	{"packets/s", func(f *meter.Flow) float64 { return float64(f.Packets()) / seconds(f) }},
	{"bytes/s", func(f *meter.Flow) float64 { return float64(f.FwdBytes+f.BwdBytes) / seconds(f) }},
	{"bytes/packet", func(f *meter.Flow) float64 { return float64(f.FwdBytes+f.BwdBytes) / float64(f.Packets()) }},
	{"share of bytes sent", func(f *meter.Flow) float64 { return float64(f.FwdBytes) / max(1, float64(f.FwdBytes+f.BwdBytes)) }},
	{"mean gap, ms", func(f *meter.Flow) float64 { return float64(f.Duration) / 1e3 / max(1, float64(f.Packets()-1)) }},
}

func seconds(f *meter.Flow) float64 { return max(1e-6, float64(f.Duration)/1e6) }

// flowsOf are the flows of at least 20 packets and a second, with the capture
// they are from.
type flowsOf struct {
	x       [][]float32
	capture []string
}

func (a *flowsOf) add(capture string, flows []meter.Flow) {
	for i := range flows {
		f := &flows[i]
		if f.Packets() < 20 || f.Duration < 1e6 || f.FwdBytes+f.BwdBytes == 0 {
			continue
		}
		row := make([]float32, len(alike))
		for k, c := range alike {
			row[k] = float32(c.of(f))
		}
		a.x, a.capture = append(a.x, row), append(a.capture, capture)
	}
}

func (a *flowsOf) captures() int {
	seen := map[string]bool{}
	for _, c := range a.capture {
		seen[c] = true
	}
	return len(seen)
}

// reality prints quantiles of flows of 120 s, laboratory beside ISCX, and how
// well a forest tells which is which.
func reality(w io.Writer, o options) error {
	tables, err := filepath.Glob(filepath.Join(o.iscx, "*.csv"))
	if err != nil {
		return err
	}
	if len(tables) == 0 {
		fmt.Fprintf(w, "no tables in %s: nothing to compare with\n", o.iscx)
		return nil
	}
	lab, err := laboratoryFlows(o)
	if err != nil {
		return err
	}
	real, err := iscxFlows(tables)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "plain flows of up to 120 s with 20 packets or more: 10 %, 50 %, 90 % of each; AUC of a forest that tells laboratory from ISCX on other captures (0.5: cannot), and what it looks at first")
	var types []string
	for t := range lab {
		types = append(types, t)
	}
	slices.Sort(types)
	for _, t := range types {
		a, b := lab[t], real[t]
		if b == nil || len(b.x) < 20 {
			fmt.Fprintf(w, "%s: %d flows, and none to compare with\n", t, len(a.x))
			continue
		}
		verdict := "AUC not estimable: ISCX has one capture"
		if b.captures() > 1 {
			auc, top := twoSample(a, b)
			verdict = fmt.Sprintf("AUC %.2f, by %s", auc, top)
		}
		fmt.Fprintf(w, "%s: %d flows of the laboratory, %d of ISCX in %d captures; %s\n", t, len(a.x), len(b.x), b.captures(), verdict)
		for k, c := range alike {
			fmt.Fprintf(w, "  %-20s %28s | %28s\n", c.name, quantiles(a.x, k), quantiles(b.x, k))
		}
	}
	return nil
}

func quantiles(x [][]float32, k int) string {
	v := make([]float32, len(x))
	for i := range x {
		v[i] = x[i][k]
	}
	slices.Sort(v)
	return fmt.Sprintf("%8.3g %8.3g %8.3g", v[len(v)/10], v[len(v)/2], v[len(v)*9/10])
}

// laboratoryFlows measures the plain captures.
func laboratoryFlows(o options) (map[string]*flowsOf, error) {
	dir, err := o.captures()
	if err != nil {
		return nil, err
	}
	all := map[string]*flowsOf{}
	for _, c := range course.Captures() {
		if c.VPN {
			continue
		}
		e, err := flowlib.Extract(filepath.Join(dir, c.File), meter.Recipe{Dialect: "clean", Timeouts: []time.Duration{120 * time.Second}, Activity: 5 * time.Second})
		if err != nil {
			return nil, err
		}
		if all[c.Type] == nil {
			all[c.Type] = &flowsOf{}
		}
		all[c.Type].add(c.File, e.Flows[0])
	}
	return all, nil
}

// iscxFlows reads the tables of captures without VPN.
func iscxFlows(tables []string) (map[string]*flowsOf, error) {
	rules, all := label.ISCX(), map[string]*flowsOf{}
	for _, name := range tables {
		l, ok := rules.Match(strings.TrimSuffix(filepath.Base(name), ".csv") + ".pcap")
		if !ok || l.VPN {
			continue
		}
		t, err := flowio.ReadCSV(name)
		if t == nil {
			return nil, err
		}
		if all[l.Type] == nil {
			all[l.Type] = &flowsOf{}
		}
		all[l.Type].add(filepath.Base(name), t.Flows)
	}
	return all, nil
}

// twoSample is the area under the ROC curve of a forest that tells the flows
// of two sources apart, in two folds of captures, and its first column.
func twoSample(a, b *flowsOf) (auc float64, top string) {
	var p, y []float64
	importance := make([]float64, len(alike))
	for k := range 2 {
		var train, test [][]float32
		var trainY []int32
		var testY []float64
		for source, s := range []*flowsOf{a, b} {
			number := map[string]int{}
			for i := range s.x {
				c := s.capture[i]
				if _, ok := number[c]; !ok {
					number[c] = len(number)
				}
				if number[c]%2 == k {
					test, testY = append(test, s.x[i]), append(testY, float64(source))
				} else {
					train, trainY = append(train, s.x[i]), append(trainY, int32(source))
				}
			}
		}
		f := baseline.NewForest(train, trainY, 2, baseline.ForestOptions{Trees: 60, Tree: baseline.TreeOptions{MinLeaf: 3}, Seed: 1})
		for j, v := range f.Importance() {
			importance[j] += v
		}
		for i, q := range f.Predict(test) {
			p, y = append(p, q[1]), append(y, testY[i])
		}
	}
	best := 0
	for j := range importance {
		if importance[j] > importance[best] {
			best = j
		}
	}
	return area(p, y), alike[best].name
}

// area counts pairs in the right order, ties half.
func area(p, y []float64) float64 {
	at := make([]int, len(p))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	sum, positive := 0.0, 0.0
	for i := 0; i < len(at); {
		j := i
		ones := 0.0
		for ; j < len(at) && p[at[j]] == p[at[i]]; j++ {
			ones += y[at[j]]
		}
		sum += ones * (float64(i+j-1)/2 + 1)
		positive += ones
		i = j
	}
	negative := float64(len(p)) - positive
	return (sum - positive*(positive+1)/2) / (positive * negative)
}
