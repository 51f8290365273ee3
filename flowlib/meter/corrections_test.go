package meter

import (
	"strconv"
	"testing"
	"time"

	"flowbook/flowlib/capture"

	"pgregory.net/rapid"
)

// TestCorrectionsTurn: all corrections together make one dialect of another.
func TestCorrectionsTurn(t *testing.T) {
	for _, from := range []Dialect{Clean, CIC2018, CIC2021, {}} {
		for _, to := range []Dialect{Clean, CIC2018, CIC2021} {
			d := from
			for _, c := range Corrections() {
				c.Take(&d, to)
			}
			if d != to {
				t.Errorf("%s to %s: %+v", from.Name, to.Name, d)
			}
		}
	}
}

// with is the tool of 2018 with some corrections of clean.
func with(names ...string) Dialect {
	d := CIC2018
	for _, c := range Corrections() {
		for _, n := range names {
			if c.Name == n {
				c.Take(&d, Clean)
			}
		}
	}
	return d
}

// TestCorrectionsShapes says, for each correction that changes which packets
// are in which flow or on which side, what it makes of packets by hand, alone
// on the tool of 2018: without, then with it.
func TestCorrectionsShapes(t *testing.T) {
	fin, syn, ack, rst := uint8(capture.FIN|capture.ACK), uint8(capture.SYN), uint8(capture.ACK), uint8(capture.RST)
	self := udp(0, 1)
	self.Dst = self.Src
	for _, c := range []struct {
		name          string
		packets       []capture.Header
		without, with string
	}{
		{"C1", []capture.Header{udp(0, 1), back(udp(1, 1)), udp(2, 1)}, "fbb", "ffb"},
		// Cut at 121 s; the packet that begins the second flow really goes forward.
		{"C2", []capture.Header{udp(0, 1), udp(1, 1), udp(121*s, 1), udp(122*s, 1)}, "fb fb", "fb ff"},
		{"C3", []capture.Header{tcp(0, syn, 0), tcp(1, fin, 0), back(tcp(2, fin, 0)), tcp(3, ack, 0), tcp(4, syn, 0), tcp(5, ack, 0)}, "fb bbbb", "ffbb fb"},
		{"C4", []capture.Header{tcp(0, syn, 0), back(tcp(1, rst, 0)), tcp(2, syn, 0), tcp(3, ack, 0)}, "ffbb", "bb fb"},
		{"C7", []capture.Header{udp(0, 1)}, "", "b"},
		{"C11", []capture.Header{back(self), self, back(self), self}, "fb fb", "fbbb"},
		{"C14", []capture.Header{udp(0, 1), udp(100*s, 1), udp(200*s, 1), udp(321*s, 1)}, "fb", "ffb"},
	} {
		for k, want := range []string{c.without, c.with} {
			d := CIC2018
			if k == 1 {
				d = with(c.name)
				d.Idle = c.name == "C14"
			}
			flows, _ := run(t, d, Recipe{}, c.packets...)
			if got := shape(flows[0]); got != want {
				t.Errorf("%s, with it %v: got %q, want %q", c.name, k == 1, got, want)
			}
		}
	}
}

// TestCorrectionsNumbers does the same for those that change numbers.
func TestCorrectionsNumbers(t *testing.T) {
	ping := []capture.Header{tcp(0, capture.PSH, 10), back(tcp(2*s, capture.PSH, 20)), tcp(3*s, capture.PSH, 30)}
	still := []capture.Header{udp(5*s, 1), udp(5*s, 1)}
	undone := []capture.Header{udp(5*s, 1), udp(4*s, 1), udp(6*s, 1)}
	for _, c := range []struct {
		name          string
		what          string
		packets       []capture.Header
		value         func(f *Flow) float64
		without, with float64
	}{
		{"C5", "Active Mean: 0 to 3 s, no gap above 5 s", ping, func(f *Flow) float64 { return f.Features[13] }, 0, 3e6},
		{"C6", "bytes a second of a flow without duration", still, func(f *Flow) float64 { return min(f.Features[21], 1e300) }, 1e300, 0},
		{"C12", "duration, latest − earliest", undone, func(f *Flow) float64 { return float64(f.Duration) }, 1e6, 2e6},
		{"C12", "shortest gap", undone, func(f *Flow) float64 { return f.Features[4] }, -1e6, 0},
		{"C13", "mean length: (10+10+20+30)/4, then (10+20+30)/3", ping, func(f *Flow) float64 { return f.CIC.Len.Mean }, 17.5, 20},
		{"C13", "variance, ddof 1: 275/3, then 200/2", ping, func(f *Flow) float64 { return float64(int(f.CIC.Len.Variance*3 + 0.5)) }, 275, 300},
		{"C13", "PSH flags of the flow: first packet, then all", ping, func(f *Flow) float64 { return float64(f.CIC.Flags[3]) }, 1, 3},
		{"C13", "backward window: the last packet's, then the first's", ping, func(f *Flow) float64 { return float64(f.CIC.InitBwd) }, 7, 5},
		{"C13", "subflows: gaps of 2 s and 1 s, so two; backward packets a subflow", ping, func(f *Flow) float64 { return float64(f.CIC.SubflowBwd) }, 2, 1},
	} {
		c.packets[0].Window, c.packets[1].Window = 5, 7
		for k, want := range []float64{c.without, c.with} {
			d := CIC2018
			if k == 1 {
				d = with(c.name)
			}
			flows, _ := run(t, d, Recipe{}, c.packets...)
			if got := c.value(&flows[0][0]); got != want {
				t.Errorf("%s, %s, with it %v: got %v, want %v", c.name, c.what, k == 1, got, want)
			}
		}
	}
}

// frame is Ethernet with an IPv4 packet of a protocol, its payload after the
// transport header cut to what is given, and padding behind.
func frame(proto byte, transport []byte, padding int) *capture.Packet {
	total := byte(20 + len(transport))
	b := append(make([]byte, 12), 8, 0, 0x45, 0, 0, total, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
	b = append(append(b, transport...), make([]byte, padding)...)
	return &capture.Packet{Time: 1e9, Link: capture.LinkEthernet, WireLen: len(b), Data: b}
}

// TestCorrectionsDecoding: C8 to C10, one at a time, by hand.
func TestCorrectionsDecoding(t *testing.T) {
	ping := frame(1, []byte{8, 0, 0, 0, 0, 1, 0, 1, 'h', 'i'}, 0)
	raw6 := &capture.Packet{Link: capture.LinkRaw, WireLen: 50, Data: append(append([]byte{0x60, 0, 0, 0, 0, 10, 17, 64}, make([]byte, 32)...), 0, 53, 0, 54, 0, 10, 0, 0, 'h', 'i')}
	cut := frame(17, []byte{0, 53, 0, 54, 0, 20, 0, 0, 'h', 'i', 'j'}, 0)
	cut.Data[17], cut.WireLen = 40, 54 // 12 bytes on the wire, 3 captured
	for _, c := range []struct {
		name    string
		p       *capture.Packet
		without string
		with    string
	}{
		{"C8", ping, "kept protocol 0 port 0 payload 0", "kept protocol 1 port 2048 payload 0"},
		{"C9", raw6, "ignored", "kept protocol 17 port 53 payload 2"},
		{"C10", cut, "kept protocol 17 port 53 payload 3", "kept protocol 17 port 53 payload 12"},
	} {
		for k, want := range []string{c.without, c.with} {
			d := CIC2018
			if k == 1 {
				d = with(c.name)
			}
			var h capture.Header
			why := d.Decoder(capture.Options{})(c.p, &h)
			got := why.String()
			if why == capture.Kept {
				got += headerText(&h)
			}
			if got != want {
				t.Errorf("%s, with it %v: got %q, want %q", c.name, k == 1, got, want)
			}
		}
	}
}

func headerText(h *capture.Header) string {
	return " protocol " + strconv.Itoa(int(h.Proto)) + " port " + strconv.Itoa(int(h.SrcPort)) + " payload " + strconv.Itoa(int(h.Payload))
}

// TestBiflow: turning every packet around turns every flow of clean around and
// changes nothing else (direction); so does a shift in time (timeouts).
func TestBiflow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		packets := packetsGen.Draw(rt, "packets")
		r := Recipe{Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 5 * time.Second}
		shift := rapid.Int64Range(-1e15, 1e15).Draw(rt, "shift")
		there, _ := run(t, Clean, r, packets...)
		for i := range packets {
			packets[i] = back(packets[i])
			packets[i].Time += shift
		}
		again, _ := run(t, Clean, r, packets...)
		for i := range there {
			for j := range there[i] {
				a, b := there[i][j], again[i][j]
				if a.Features != b.Features || a.Key != b.Key.turned() || a.ID != b.ID || a.Fwd != b.Fwd || a.Start+shift != b.Start || a.Super != b.Super {
					rt.Fatalf("%+v\n%+v", a, b)
				}
			}
		}
	})
}

// TestNoAllocations: in the steady state a packet allocates nothing, in any
// dialect, with flows that begin and end all the time.
func TestNoAllocations(t *testing.T) {
	for _, d := range []Dialect{Clean, CIC2018, CIC2021} {
		m := NewStream(d, Recipe{Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: time.Second}, Output{Row: func(int, *Flow, []byte) error { return nil }})
		now := int64(0)
		step := func() {
			for port := range uint16(200) {
				h := udp(now, 10)
				h.SrcPort = port
				m.counts.Packets++
				now += 5000
				m.take(&h)
			}
		}
		for range 3000 { // 50 minutes
			step()
		}
		if n := testing.AllocsPerRun(200, step); n > 0 {
			t.Errorf("%s: %v allocations for 200 packets", d.Name, n)
		}
	}
}
