package dataset

import (
	"fmt"
	"math"
	"slices"

	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
)

// Unlabelled is the windows of one capture that nobody has labelled, and the
// flows that lead back to its packets.
type Unlabelled struct {
	*Set                       // in memory; Dir is the capture, types and applications are empty
	Flows   []meter.Flow       // behind the rows of the set, in their order
	Lost    int                // windows left out because a feature is infinite
	Longest int                // rows of the longest sequence, whether it gave a window or not
	Acc     []meter.Accounting // what became of the packets, one a timeout
}

// Measure cuts the windows of one capture as Build does with the same recipe,
// without labels. features are the inputs of a window, as Set.Features of a
// built set names them; where "VPN" is one of them, vpn is its value.
//
// Where the capture is damaged, what was good comes back beside the error. A
// capture without a window is no error: the set is empty then.
func Measure(capture string, r Recipe, features []string, vpn bool) (*Unlabelled, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	columns, err := columnsOf(features)
	if err != nil {
		return nil, err
	}
	p := &piece{source: &source{path: capture, kind: "capture"}}
	p.input.Capture, p.input.LeftOut = label.Stem(capture), map[string]int{}
	p.capture(r)
	if p.err != nil && p.input.Accounting == nil {
		return nil, p.err // nothing was read
	}
	u := &Unlabelled{Flows: p.flows, Acc: p.input.Accounting, Set: &Set{Dir: capture, Features: features, Steps: r.Window}}
	u.Manifest.Recipe, u.Manifest.LeftOut = r, p.input.LeftOut
	u.fill(columns, vpn)
	u.cut(p, r)
	return u, p.err
}

// columnsOf are the places of features among the measured ones; -1 is the VPN flag.
func columnsOf(features []string) ([]int, error) {
	all := meter.FeatureNames()
	var columns []int
	for _, name := range features {
		at := slices.Index(all[:], name)
		if at < 0 && name != vpnColumn {
			return nil, fmt.Errorf("dataset: feature %q is not measured here, known are %q and %q", name, all, vpnColumn)
		}
		columns = append(columns, at)
	}
	return columns, nil
}

// fill makes the rows of the set.
func (u *Unlabelled) fill(columns []int, vpn bool) {
	for i := range u.Flows {
		for _, c := range columns {
			v := 0.0
			switch {
			case c >= 0:
				v = u.Flows[i].Features[c]
			case vpn:
				v = 1
			}
			u.Rows = append(u.Rows, v)
		}
	}
}

// cut makes the windows. One with an infinity is left out: what training put
// in its place was the largest value of all its data, which is not known here.
func (u *Unlabelled) cut(p *piece, r Recipe) {
	order := make([]int32, len(u.Flows))
	for i := range order {
		order[i] = int32(i)
	}
	for _, run := range p.runs {
		groups := &Groups{Superflow: run.superflow, Tuple: run.tuple, Capture: p.input.Capture}
		u.Longest = max(u.Longest, run.n)
		for _, rows := range r.windows().Windows(order[run.first : run.first+run.n]) {
			if u.infinite(rows) {
				u.Lost++
				continue
			}
			u.Windows = append(u.Windows, Window{Rows: rows, Type: -1, App: -1, Groups: groups})
		}
	}
}

func (u *Unlabelled) infinite(rows []int32) bool {
	width := len(u.Features)
	for _, r := range rows {
		if slices.ContainsFunc(u.Rows[int(r)*width:int(r+1)*width], func(v float64) bool { return math.IsInf(v, 0) }) {
			return true
		}
	}
	return false
}
