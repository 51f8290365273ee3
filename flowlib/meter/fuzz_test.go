package meter

import (
	"encoding/binary"
	"testing"
	"time"

	"flowbook/flowlib/capture"
)

// packetBytes is how many bytes of a fuzzed input make a packet.
const packetBytes = 8

// packetsOf makes packets of any bytes: few hosts and ports, so that they
// meet, gaps from -8 s to 17 minutes.
func packetsOf(b []byte) []capture.Header {
	var out []capture.Header
	now := int64(1_600_000_000_000_000)
	for ; len(b) >= packetBytes; b = b[packetBytes:] {
		now += int64(int16(binary.LittleEndian.Uint16(b)))*(1<<(b[2]&15)) + int64(b[3])
		h := tcp(now, b[4], int32(b[5]))
		h.SrcPort, h.DstPort = uint16(b[6]&3), uint16(b[6]>>2&3)
		if b[6]&16 != 0 {
			h.Proto, h.Flags, h.Window = 17, 0, -1
		}
		if b[6]&32 != 0 {
			h = back(h)
		}
		if b[6]&64 != 0 {
			h.Dst = h.Src
		}
		out = append(out, h)
	}
	return out
}

// FuzzMeter: whatever comes, no packet is lost, workers and sweeps change no
// row, and clean cuts flows as the slow meter does.
func FuzzMeter(f *testing.F) {
	f.Add([]byte("a first packet, then a second one, and one that comes back again"))
	f.Add([]byte("\x00\x00\x00\x00\x02\x01\x00\x00\x10\x00\x00\x00\x11\x01\x20\x00\x10\x00\x00\x00\x11\x01\x00\x00\x10\x00\x00\x00\x02\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		packets := packetsOf(b[:min(len(b), 400*packetBytes)])
		r := Recipe{Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 5 * time.Second}
		for _, d := range []Dialect{Clean, CIC2018, CIC2021} {
			one, two := lines(d, r, 1, false, packets, nil), lines(d, r, 2, false, packets, func(m *Meter) { m.plan.eager = true })
			if len(one) != len(two) {
				t.Fatalf("%s: %d and %d lines", d.Name, len(one), len(two))
			}
			for i := range one {
				if one[i] != two[i] {
					t.Fatalf("%s: line %d\n%s\n%s", d.Name, i, one[i], two[i])
				}
			}
		}
		flows, _ := run(t, Clean, r, packets...)
		super, mini := bruteClean(packets, 120*s, 3*s)
		if len(packets) < 100 && (len(flows[0]) != len(super) || len(flows[1]) != len(mini)) {
			t.Fatalf("%d and %d flows, the slow meter has %d and %d", len(flows[0]), len(flows[1]), len(super), len(mini))
		}
	})
}
