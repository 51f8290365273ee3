package dataset

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
	"flowbook/flowlib/sequence"
	"flowbook/internal/manifest"
)

// Reasons for which rows are left out, beside those of flowio.
const (
	leftProtocol0  = "protocol 0 (neither TCP nor UDP)"
	leftShort      = "shorter than the least duration"
	leftNaN        = "not a number in a feature"
	leftInfinite   = "infinity in a feature"
	leftUnlinked   = "miniflow in no superflow"
	leftBackground = "background (DNS, NTP and their like)"
)

// piece is what one input gives: its rows, sequence after sequence.
type piece struct {
	source *source
	input  Input
	flows  []meter.Flow
	runs   []run
	epoch  bool // an Idle column holds moments instead of lengths
	err    error
}

// run is one sequence of rows from which windows are cut.
type run struct {
	first, n  int
	superflow string
	tuple     string
}

// measure reads one input and lines its flows up. Bad input leaves its error
// in the piece beside what was good.
func measure(r Recipe, f *source) *piece {
	p := &piece{source: f}
	p.input, p.err = identify(f)
	p.input.Capture, p.input.Label, p.input.LeftOut = f.capture(), f.label, map[string]int{}
	if f.mini != nil {
		mini, err := identify(f.mini)
		p.input.Mini = &mini
		p.err = errors.Join(p.err, err)
	}
	if p.err == nil {
		p.err = f.err
	}
	if p.err == nil && f.label != nil {
		switch f.kind {
		case "table":
			p.table(r)
		case "pair":
			p.pair(r)
		default:
			p.capture(r)
		}
	}
	if p.err == nil && f.label == nil && f.kind == "table" {
		p.read(f) // for its traits; nothing of it comes into the set
	}
	p.input.Rows = len(p.flows)
	if p.err != nil {
		p.input.Error = p.err.Error()
	}
	return p
}

// identify names a file as the manifest does, by size and hash.
func identify(f *source) (in Input, err error) {
	in = Input{Path: f.name, Kind: f.kind}
	if f.abs, f.info, err = statOf(f.path); err != nil {
		return in, err
	}
	in.SHA256, in.Bytes, err = manifest.Hash(f.path)
	return in, err
}

func (p *piece) table(r Recipe) {
	if r.Sequence != "flows" {
		p.err = fmt.Errorf("%s: a table holds the flows of one timeout, expected a capture for windows of miniflows; windows of a table's own flows are --sequence flows", p.source.path)
		return
	}
	if t := p.read(p.source); t != nil && p.within(p.source, t.Flows, r.Superflow) {
		p.chain(r, t.Flows)
	}
}

// within makes sure that a table was measured with the recipe's flow timeout:
// no flow is longer.
func (p *piece) within(f *source, flows []meter.Flow, timeout time.Duration) bool {
	for i := range flows {
		if d := time.Duration(flows[i].Duration) * time.Microsecond; d > timeout {
			p.err = errors.Join(p.err, fmt.Errorf("%s: flow %d (%s) lasts %v, expected at most the flow timeout of %v: the table was measured with another one", f.path, i+1, flows[i].ID, d, timeout))
			return false
		}
	}
	return true
}

// read reads a table; nil when it has no usable header.
func (p *piece) read(f *source) *flowio.Table {
	t, err := flowio.ReadCSV(f.path)
	p.err = errors.Join(p.err, err)
	if t != nil {
		p.traits(t.Flows)
		for why, n := range t.LeftOut {
			p.leave(why, n)
		}
	}
	return t
}

// pair links the tables of one capture, which hold no lineage, as published.
func (p *piece) pair(r Recipe) {
	super, mini := p.read(p.source), p.read(p.source.mini)
	if super == nil || mini == nil || !p.within(p.source, super.Flows, r.Superflow) || !p.within(p.source.mini, mini.Flows, r.Miniflow) {
		return
	}
	p.link(r, super.Flows, mini.Flows, sequence.Published(super.Flows, mini.Flows, super.TwelveHour || mini.TwelveHour))
}

func (p *piece) capture(r Recipe) {
	e, err := flowlib.Extract(p.source.path, r.meter())
	p.err = err
	if e == nil || len(e.Flows) == 0 {
		return
	}
	p.input.Accounting = e.Accounting
	p.traits(e.Flows[0])
	if r.Sequence == "flows" {
		p.chain(r, e.Flows[0])
		return
	}
	super, mini := e.Flows[0], e.Flows[1]
	link := sequence.Lineage(len(super), mini)
	if r.Link == "published" {
		exact := link
		// CICFlowMeter writes times with AM and PM.
		link = sequence.Published(super, mini, true)
		d := sequence.Compare(exact, link)
		p.input.Linking = &d
	}
	p.link(r, super, mini, link)
}

// link lines up the miniflows of each superflow.
func (p *piece) link(r Recipe, super, mini []meter.Flow, link sequence.Link) {
	linked := 0
	p.input.Superflows = len(super)
	for s, rows := range link {
		linked += len(rows)
		p.add(r, mini, rows, p.input.Capture+"#"+strconv.Itoa(s), sequence.Tuple(super[s].Key).String())
	}
	p.leave(leftUnlinked, len(mini)-linked)
}

// chain lines up the flows of each 5-tuple. Single flows are superflows of
// their own; in longer windows, which overlap, the chain takes that place.
func (p *piece) chain(r Recipe, flows []meter.Flow) {
	chains := sequence.Chains(flows)
	p.input.Superflows = len(chains)
	if r.Window == 1 {
		p.input.Superflows = len(flows)
	}
	for c, rows := range chains {
		tuple := sequence.Tuple(flows[rows[0]].Key).String()
		if r.Window > 1 {
			p.add(r, flows, rows, p.input.Capture+"#"+strconv.Itoa(c), tuple)
			continue
		}
		for _, row := range rows {
			p.add(r, flows, []int32{row}, p.input.Capture+"#"+strconv.Itoa(int(row)), tuple)
		}
	}
}

// add appends a sequence without the rows that the recipe leaves out.
func (p *piece) add(r Recipe, flows []meter.Flow, rows []int32, superflow, tuple string) {
	first := len(p.flows)
	for _, row := range rows {
		f := flows[row]
		if name := label.Background(f.Key.Proto, f.Key.SrcPort, f.Key.DstPort); name != "" {
			p.background(name)
			if !r.Background {
				p.leave(leftBackground, 1)
				continue
			}
		}
		if why := r.leavesOut(&f); why != "" {
			p.leave(why, 1)
			continue
		}
		p.epoch = p.epoch || idleIsEpoch(&f)
		p.flows = append(p.flows, f)
	}
	if n := len(p.flows) - first; n > 0 {
		p.runs = append(p.runs, run{first, n, superflow, tuple})
	}
}

// traits counts the marks of the meter.
func (p *piece) traits(flows []meter.Flow) {
	if p.input.Traits == nil {
		p.input.Traits = &Traits{}
	}
	p.input.Traits.count(flows)
}

// background counts a row of a service.
func (p *piece) background(name string) {
	if p.input.Background == nil {
		p.input.Background = map[string]int{}
	}
	p.input.Background[name]++
}

func (p *piece) leave(why string, n int) {
	if n > 0 {
		p.input.LeftOut[why] += n
	}
}

// leavesOut is the reason to leave out a row, "" to keep it.
func (r Recipe) leavesOut(f *meter.Flow) string {
	switch {
	case f.Key.Proto == 0 && !r.Protocol0:
		return leftProtocol0
	case f.Duration < r.MinDuration.Microseconds():
		return leftShort
	}
	why := ""
	for i, v := range f.Features {
		switch {
		case isIdle(i) && (r.Features == "no-idle" || r.Features == "clean-nonconstant"):
		case math.IsNaN(v) || math.IsInf(v, -1):
			return leftNaN
		case math.IsInf(v, 1) && r.Infinities != "column-max":
			why = leftInfinite
		}
	}
	return why
}

// The columns Idle Mean, Std, Max, Min.
const idleFirst, idleLast = 17, 20

func isIdle(feature int) bool { return feature >= idleFirst && feature <= idleLast }

// idleIsEpoch reports whether an Idle column holds a moment: CICFlowMeter
// builds from 2019-10 on write µs since 1970 there (the specification, section
// 5). 10^14 µs is 1973; no idle gap is three years long.
func idleIsEpoch(f *meter.Flow) bool {
	return f.Features[idleFirst] > 1e14 || f.Features[idleLast-1] > 1e14 || f.Features[idleLast] > 1e14
}
