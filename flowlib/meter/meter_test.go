package meter

import (
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib/capture"
)

// Ends of the flows in the tests.
var (
	hostA = capture.Addr{Lo: 0xffff<<32 | 10<<24 | 1} // 10.0.0.1
	hostB = capture.Addr{Lo: 0xffff<<32 | 10<<24 | 2} // 10.0.0.2
)

// tcp and udp make a packet from A to B, port 1000 to 80, at t µs.
func tcp(t int64, flags uint8, payload int32) capture.Header {
	return capture.Header{Time: t, Src: hostA, Dst: hostB, SrcPort: 1000, DstPort: 80, Proto: 6, Flags: flags, Window: 100, Payload: payload, Header: 20}
}

func udp(t int64, payload int32) capture.Header {
	return capture.Header{Time: t, Src: hostA, Dst: hostB, SrcPort: 1000, DstPort: 53, Proto: 17, Window: -1, Payload: payload, Header: 8}
}

// back is the packet in the other direction.
func back(h capture.Header) capture.Header {
	h.Src, h.Dst, h.SrcPort, h.DstPort = h.Dst, h.Src, h.DstPort, h.SrcPort
	return h
}

// feed gives a meter a packet that is decoded already.
func feed(m *Meter, h capture.Header, off int64) {
	m.counts.Packets++
	h.Offset = off
	m.take(&h)
}

// run meters packets; each has its index as offset.
func run(t *testing.T, d Dialect, r Recipe, packets ...capture.Header) ([][]Flow, []Accounting) {
	t.Helper()
	if r.Timeouts == nil {
		r.Timeouts = []time.Duration{120 * time.Second}
	}
	if r.Activity == 0 {
		r.Activity = 5 * time.Second
	}
	m := NewWith(d, r)
	for i := range packets {
		feed(m, packets[i], int64(i))
	}
	flows, acc := m.Finish()
	for _, a := range acc {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
	}
	return flows, acc
}

// shape is the number of packets of each flow, "forward+backward".
func shape(flows []Flow) string {
	var out []string
	for _, f := range flows {
		out = append(out, strings.Repeat("f", f.Fwd)+strings.Repeat("b", f.Bwd))
	}
	return strings.Join(out, " ")
}

const (
	s  = 1_000_000
	us = 1
)

// TestShapes says into which flows packets are cut, by dialect; worked out by
// hand from sections 2 to 4 and 10 of the specification.
func TestShapes(t *testing.T) {
	fin, syn, ack, rst := uint8(capture.FIN|capture.ACK), uint8(capture.SYN), uint8(capture.ACK), uint8(capture.RST)
	self := udp(2*s, 1)
	self.Dst = self.Src
	for _, c := range []struct {
		name                    string
		packets                 []capture.Header
		clean, cic2018, cic2021 string
	}{
		{"exactly the timeout is inside",
			[]capture.Header{udp(0, 1), udp(60*s, 1), udp(120*s, 1)},
			"fff", "ffb", "fff"},
		{"a microsecond more is outside, measured from the first packet",
			[]capture.Header{udp(0, 1), udp(60*s, 1), udp(120*s+us, 1)},
			"ff f", "fb", "ff"},
		{"a split keeps the endpoints, whoever sends first",
			[]capture.Header{udp(0, 1), back(udp(1*s, 1)), back(udp(130*s, 1)), udp(131*s, 1)},
			"fb fb", "bb fb", "fb ff"},
		{"one packet",
			[]capture.Header{udp(0, 1)},
			"f", "", ""},
		{"first FIN, both FINs, backward FIN",
			[]capture.Header{tcp(0, syn, 0), back(tcp(1, syn|ack, 0)), tcp(2, fin, 0), back(tcp(3, fin, 0)), tcp(4, ack, 0)},
			"fffbb", "fbb bb", "ffbb"},
		{"a SYN after both FINs opens the next connection",
			[]capture.Header{tcp(0, syn, 0), back(tcp(1, fin, 0)), tcp(2, fin, 0), tcp(3, ack, 0), tcp(4, syn, 0), tcp(5, ack, 0)},
			"fffb ff", "bb fffb", "fb ffff"},
		{"RST closes for clean and 2021",
			[]capture.Header{tcp(0, syn, 0), back(tcp(1, rst, 0)), tcp(2, syn, 0), tcp(3, ack, 0)},
			"fb ff", "ffbb", "fb ff"},
		{"a second SYN on an open connection is a repetition",
			[]capture.Header{tcp(0, syn, 0), tcp(1, syn, 0)},
			"ff", "fb", "ff"},
		{"a second forward FIN is dropped by 2021",
			[]capture.Header{tcp(0, syn, 0), tcp(1, fin, 0), tcp(2, fin, 0)},
			"fff", "fb", "ff"},
		{"a host that talks to itself: two directions, two flows, or all forward",
			[]capture.Header{self, back(self), self, self, back(self)},
			"fffbb", "ffb fb", "fffff"},
		{"time going back never cuts",
			[]capture.Header{udp(200*s, 1), udp(0, 1)},
			"ff", "fb", "ff"},
	} {
		for _, d := range []struct {
			Dialect
			want string
		}{{Clean, c.clean}, {CIC2018, c.cic2018}, {CIC2021, c.cic2021}} {
			flows, _ := run(t, d.Dialect, Recipe{}, c.packets...)
			if got := shape(flows[0]); got != d.want {
				t.Errorf("%s, %s: got %q, want %q", c.name, d.Name, got, d.want)
			}
		}
	}
}

// TestCleanFeatures is one flow in clean, by hand: packets at 0, 1, 2, 9, 10 s
// with directions f b f f b and 100 bytes each.
func TestCleanFeatures(t *testing.T) {
	p := []capture.Header{udp(0, 100), back(udp(1*s, 100)), udp(2*s, 100), udp(9*s, 100), back(udp(10*s, 100))}
	flows, _ := run(t, Clean, Recipe{}, p...)
	f := flows[0][0]
	want := [NumFeatures]float64{
		10e6,
		2.5e6, 3e6, 7e6, 1e6, // gaps 1, 1, 7, 1: variance (1.5²·3+4.5²)/3 = 9
		4.5e6, f.Features[6], 7e6, 2e6, // gaps 2, 7
		9e6, 0, 9e6, 9e6, // one gap
		1.5e6, f.Features[14], 2e6, 1e6, // busy 0–2 and 9–10
		7e6, 0, 7e6, 7e6,
		50, 0.5,
	}
	if f.Features != want {
		t.Errorf("got  %v\nwant %v", f.Features, want)
	}
	if sd := f.Features[6]; sd < 3535533.905 || sd > 3535533.906 { // 5/√2 s
		t.Errorf("forward gap deviation %v", sd)
	}
	if f.Key.String() != "10.0.0.1-10.0.0.2-1000-53-17" || f.ID != f.Key.String() {
		t.Errorf("key %v, ID %s", f.Key, f.ID)
	}
	if f.First != 0 || f.Last != 4 || f.End != EndForced || f.Super != 0 {
		t.Errorf("lineage %d %d, end %d, superflow %d", f.First, f.Last, f.End, f.Super)
	}
}

// TestSwitches turns one correction off at a time and shows what it changes.
func TestSwitches(t *testing.T) {
	flow := func(change func(*Dialect), p ...capture.Header) Flow {
		d := Clean
		change(&d)
		flows, _ := run(t, d, Recipe{}, p...)
		return flows[0][0]
	}
	ping := []capture.Header{udp(0, 10), back(udp(1*s, 10)), udp(3*s, 10)}
	if f := flow(func(d *Dialect) { d.FirstForward = false }, ping...); f.Fwd != 1 || f.Features[5] != 0 || f.Features[9] != 1e6 {
		t.Errorf("C1 off: forward %d, forward gap %v, backward gap %v", f.Fwd, f.Features[5], f.Features[9])
	}
	if f := flow(func(d *Dialect) { d.LastActive = false }, ping...); f.Features[13] != 0 {
		t.Errorf("C5 off: active %v", f.Features[13])
	}
	if f := flow(func(d *Dialect) { d.LastActive = true }, ping...); f.Features[13] != 3e6 {
		t.Errorf("C5 on: active %v", f.Features[13])
	}
	if f := flow(func(d *Dialect) { d.ZeroRates = false }, udp(0, 1), udp(0, 1)); f.Features[21] <= 1e300 || f.Features[22] <= 1e300 {
		t.Errorf("C6 off: rates %v %v", f.Features[21], f.Features[22])
	}
	if f := flow(func(d *Dialect) {}, udp(0, 1), udp(0, 1)); f.Features[21] != 0 || f.Features[22] != 0 {
		t.Errorf("C6 on: rates %v %v", f.Features[21], f.Features[22])
	}
	unordered := []capture.Header{udp(5*s, 1), udp(4*s, 1), udp(6*s, 1)}
	if f := flow(func(d *Dialect) { d.Monotonic = false }, unordered...); f.Features[4] != -1e6 || f.Duration != 1e6 || f.Start != 5e6 {
		t.Errorf("C12 off: shortest gap %v, duration %d, start %d", f.Features[4], f.Duration, f.Start)
	}
	if f := flow(func(d *Dialect) {}, unordered...); f.Features[4] != 0 || f.Duration != 2e6 || f.Start != 4e6 {
		t.Errorf("C12 on: shortest gap %v, duration %d, start %d", f.Features[4], f.Duration, f.Start)
	}
	if f := flow(func(d *Dialect) { d.Columns = false }, ping...); f.CIC.Len.N != 4 {
		t.Errorf("C13 off: %d lengths", f.CIC.Len.N)
	}
	if f := flow(func(d *Dialect) {}, ping...); f.CIC.Len.N != 3 || f.CIC.DownUp != 0.5 || f.CIC.ActData != 2 {
		t.Errorf("C13 on: %d lengths, ratio %v, data packets %d", f.CIC.Len.N, f.CIC.DownUp, f.CIC.ActData)
	}
}

// TestIdleTimeout is C14: timeouts from the last packet.
func TestIdleTimeout(t *testing.T) {
	flows, _ := run(t, Clean, Recipe{Idle: true, Timeouts: []time.Duration{3 * time.Second}},
		udp(0, 1), udp(2*s, 1), udp(4*s, 1), udp(7*s, 1), udp(10*s+us, 1))
	if got := shape(flows[0]); got != "ffff f" {
		t.Errorf("got %q", got)
	}
	if flows[0][0].End != EndIdle {
		t.Errorf("end %d", flows[0][0].End)
	}
}

// TestColumns checks bulks, subflows, flags and windows of clean by hand.
func TestColumns(t *testing.T) {
	p := []capture.Header{
		tcp(0, capture.SYN, 0),
		tcp(1*s, capture.PSH|capture.ACK, 10), tcp(1*s+100_000, capture.ACK, 20), tcp(1*s+200_000, capture.ACK, 30), tcp(1*s+300_000, capture.ACK, 40),
		tcp(1*s+400_000, capture.PSH|capture.ACK, 50),
		back(tcp(4*s, capture.PSH|capture.URG|capture.ACK, 7)),
		back(tcp(4*s+1, capture.ACK, 7)),
	}
	p[6].Window, p[7].Window = 500, 600
	flows, _ := run(t, Clean, Recipe{}, p...)
	c := flows[0][0].CIC
	if c.FwdBulk != (Bulk{150, 5, 375}) || c.BwdBulk != (Bulk{}) {
		t.Errorf("bulks %v %v", c.FwdBulk, c.BwdBulk)
	}
	if c.SubflowFwd != 3 || c.SubFwdBytes != 75 || c.SubflowBwd != 1 || c.SubBwdBytes != 7 {
		t.Errorf("subflows %d %d %d %d", c.SubflowFwd, c.SubFwdBytes, c.SubflowBwd, c.SubBwdBytes)
	}
	if c.FwdPSH != 2 || c.BwdPSH != 1 || c.BwdURG != 1 || c.Flags != [8]int{0, 1, 0, 3, 7, 1, 0, 0} {
		t.Errorf("flags %d %d %d %v", c.FwdPSH, c.BwdPSH, c.BwdURG, c.Flags)
	}
	if c.InitFwd != 100 || c.InitBwd != 500 || c.ActData != 5 || c.SegMin != 20 {
		t.Errorf("windows %d %d, data packets %d, smallest header %d", c.InitFwd, c.InitBwd, c.ActData, c.SegMin)
	}
}

// TestSuper: in clean every miniflow lies in one superflow and ends with it;
// in the cic dialects a miniflow may straddle two.
func TestSuper(t *testing.T) {
	var p []capture.Header
	for i := range int64(70) {
		p = append(p, udp(i*2*s+s/2, 1)) // the last at 138.5 s, a superflow ends after 120.5 s
	}
	r := Recipe{Timeouts: []time.Duration{3 * time.Second, 120 * time.Second}}
	flows, acc := run(t, Clean, r, p...)
	mini, super := flows[0], flows[1]
	if len(super) != 2 || acc[0].Straddling != 0 {
		t.Fatalf("%d superflows, %d straddling", len(super), acc[0].Straddling)
	}
	for i, f := range mini {
		if f.Super < 0 || f.First < super[f.Super].First || f.Last > super[f.Super].Last {
			t.Errorf("miniflow %d lies in superflow %d", i, f.Super)
		}
	}
	flows, acc = run(t, CIC2018, r, p...)
	if acc[0].Straddling != 1 || acc[1].Straddling != 0 {
		t.Errorf("cic2018: %d and %d straddling, want 1 and 0", acc[0].Straddling, acc[1].Straddling)
	}
	if i := slices.IndexFunc(flows[0], func(f Flow) bool { return f.Super == -1 }); i != 30 {
		t.Errorf("cic2018: miniflow %d straddles, want 30", i)
	}
}
