package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// seen is a packet of a pcapng file as the tests name it.
type seen struct {
	link Link
	ns   int64
	size int
}

// simpleBlock is a simple packet block: no interface, no time.
func simpleBlock(order binary.AppendByteOrder, wire int, data []byte) []byte {
	return block(order, blockSimple, append(order.AppendUint32(nil, uint32(wire)), data...))
}

// oldBlock is the packet block that came before the enhanced one.
func oldBlock(order binary.AppendByteOrder, iface uint16, unit int64, r record) []byte {
	b := order.AppendUint16(nil, iface)
	b = order.AppendUint16(b, 0) // dropped packets
	return block(order, blockPacket, append(b, packetBlock(order, 0, unit, r)[12:28+len(r.data)]...))
}

// snapInterface declares an interface with a snap length and µs.
func snapInterface(order binary.AppendByteOrder, link Link, snap uint32) []byte {
	b := order.AppendUint16(nil, uint16(link))
	b = order.AppendUint16(b, 0)
	return block(order, blockInterface, order.AppendUint32(b, snap))
}

// TestPcapng is what pcapng files may hold, one case each; most of them
// pcapgo 1.7.7 alone reads wrongly or not at all.
func TestPcapng(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	r := record{1_600_000_000_123_456_000, frame("pcapng"), 0}
	n, µs := len(r.data), r.ns
	ms := r.ns / 1e6 * 1e6
	for name, c := range map[string]struct {
		blocks [][]byte
		want   []seen
		bad    bool // an error stands at the end
	}{
		"interfaces of several link types": {
			[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), interfaceBlock(le, LinkRaw, 9), packetBlock(le, 1, 1, r), packetBlock(le, 0, 1000, r)},
			[]seen{{LinkRaw, r.ns, n}, {LinkEthernet, µs, n}}, false,
		},
		"a second section with another link type, clock and byte order": {
			[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), packetBlock(le, 0, 1000, r), sectionBlock(be), interfaceBlock(be, LinkSLL, 3), packetBlock(be, 0, 1e6, r)},
			[]seen{{LinkEthernet, µs, n}, {LinkSLL, ms, n}}, false,
		},
		"an interface that is declared late": {
			[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), packetBlock(le, 0, 1000, r), interfaceBlock(le, LinkPPP, 6), packetBlock(le, 1, 1000, r)},
			[]seen{{LinkEthernet, µs, n}, {LinkPPP, µs, n}}, false,
		},
		"old packet blocks": {
			[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), interfaceBlock(le, LinkRaw, 6), oldBlock(le, 1, 1000, r)},
			[]seen{{LinkRaw, µs, n}}, false,
		},
		"simple packets have the time of the packet before": {
			[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), simpleBlock(le, n, r.data), packetBlock(le, 0, 1000, r), simpleBlock(le, n, r.data)},
			[]seen{{LinkEthernet, 0, n}, {LinkEthernet, µs, n}, {LinkEthernet, µs, n}}, false,
		},
		"a simple packet that the snap length cuts": {
			[][]byte{sectionBlock(le), snapInterface(le, LinkEthernet, 20), simpleBlock(le, n, r.data[:20])},
			[]seen{{LinkEthernet, 0, 20}}, false,
		},
		"unknown, custom, name and statistics blocks": {
			[][]byte{sectionBlock(le), block(le, 0xbad, []byte("?")), interfaceBlock(le, LinkEthernet, 6), block(le, 0xbad, nil), block(le, 4, make([]byte, 8)), packetBlock(le, 0, 1000, r), block(le, 5, make([]byte, 12)), block(le, 10, make([]byte, 40))},
			[]seen{{LinkEthernet, µs, n}}, false,
		},
		"one wrong captured length": {
			[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), packetBlock(le, 0, 1000, r), wrongCaplen(packetBlock(le, 0, 1000, r)), packetBlock(le, 0, 1000, r)},
			[]seen{{LinkEthernet, µs, n}}, true,
		},
		"no packet":    {[][]byte{sectionBlock(le), interfaceBlock(le, LinkEthernet, 6)}, nil, false},
		"no interface": {[][]byte{sectionBlock(le), packetBlock(le, 0, 1000, r)}, nil, true},
		"a section that is empty": {
			[][]byte{sectionBlock(le), sectionBlock(be), interfaceBlock(be, LinkEthernet, 6), packetBlock(be, 0, 1000, r)},
			[]seen{{LinkEthernet, µs, n}}, false,
		},
	} {
		packets, err := read(bytes.Join(c.blocks, nil))
		var got []seen
		for _, p := range packets {
			got = append(got, seen{p.Link, p.Time, len(p.Data)})
		}
		var bad *Error
		if !slices.Equal(got, c.want) || errors.As(err, &bad) != c.bad || !c.bad && err != nil {
			t.Errorf("%s: got %v, %v\nwant %v", name, got, err, c.want)
		}
	}
}

// wrongCaplen makes the captured length of a packet block larger than the
// block. pcapgo would take the blocks behind it for payload.
func wrongCaplen(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[20:], 200)
	return b
}

// TestNoTime: a packet without a time says so.
func TestNoTime(t *testing.T) {
	le := binary.LittleEndian
	r := threeRecords[0]
	file := slices.Concat(sectionBlock(le), interfaceBlock(le, LinkEthernet, 6), packetBlock(le, 0, 1000, r), simpleBlock(le, len(r.data), r.data))
	headers, counts, err := feed(file, DecodeClean, Options{})
	if err != nil || len(headers) != 2 || counts.ZeroTime != 1 || headers[0].Time != headers[1].Time {
		t.Errorf("%d headers, %+v, %v", len(headers), counts, err)
	}
}
