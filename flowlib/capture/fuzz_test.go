package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
)

// FuzzRead: no bytes make the reader panic, invent more data than there are,
// or go backwards in the file; and pcapgo reads the same packets and ends with
// the same error.
func FuzzRead(f *testing.F) {
	le, be := binary.LittleEndian, binary.BigEndian
	f.Add(pcapFile(le, 1000, 65535, 1, threeRecords...))
	f.Add(pcapFile(be, 1, 40, 101, threeRecords...))
	ng := append(sectionBlock(be), interfaceBlock(be, LinkEthernet, 9)...)
	ng = append(ng, packetBlock(be, 0, 1, threeRecords[0])...)
	f.Add(ng)
	f.Add(append(ng, append(sectionBlock(le), interfaceBlock(le, LinkRaw, 0x8a)...)...))
	f.Add(zst(ng))
	f.Fuzz(func(t *testing.T, file []byte) {
		packets, err := read(file)
		last := int64(-1)
		for i, p := range packets {
			if p.Offset <= last || len(p.Data) > MaxCapLen {
				t.Fatalf("packet %d at %d after %d, %d bytes", i, p.Offset, last, len(p.Data))
			}
			last = p.Offset
		}
		again, err2 := readWith(Options{Gopacket: true}, file)
		if fmt.Sprint(err) != fmt.Sprint(err2) || fmt.Sprint(packets) != fmt.Sprint(again) {
			t.Fatalf("%v, %v\nthrough pcapgo %v, %v", packets, err, again, err2)
		}
	})
}

// FuzzBlocks: a pcapng block of any kind and content whose lengths are right,
// between good ones, is read, skipped, or an error of its own; what stands
// before it is delivered, and so is what stands behind it where there is no error.
func FuzzBlocks(f *testing.F) {
	le := binary.LittleEndian
	for _, b := range [][]byte{
		interfaceBlock(le, LinkRaw, 0x8a), snapInterface(le, LinkSLL, 20), packetBlock(le, 0, 1, threeRecords[1]),
		oldBlock(le, 0, 1, threeRecords[0]), simpleBlock(le, 60, threeRecords[0].data), sectionBlock(le), block(le, 5, make([]byte, 12)),
	} {
		f.Add(le.Uint32(b), b[8:len(b)-4])
	}
	good := packetBlock(le, 0, 1, threeRecords[0])
	f.Fuzz(func(t *testing.T, kind uint32, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		packets, err := read(slices.Concat(sectionBlock(le), interfaceBlock(le, LinkEthernet, 9), good, block(le, kind, body), good))
		if len(packets) < 1 || !bytes.Equal(packets[0].Data, threeRecords[0].data) {
			t.Fatalf("%d packets, %v", len(packets), err)
		}
		if err == nil && kind != blockSection && packets[len(packets)-1].Time != threeRecords[0].ns {
			t.Fatalf("the last packet is %+v", packets[len(packets)-1])
		}
	})
}

// FuzzDecode: no bytes make a decoder panic or count more than there is.
func FuzzDecode(f *testing.F) {
	f.Add(uint16(1), 60, frame("abc"))
	f.Add(uint16(101), 38, bytesOf(f, ip4+udp10))
	f.Add(uint16(101), 58, bytesOf(f, ip6+udp10))
	f.Add(uint16(1), 60, bytesOf(f, eth+"0026 aaaa03 000000 0800"+ip4+udp10))
	f.Add(uint16(1), 90, bytesOf(f, eth+"0800 4500 003e 0001 0000 4001 0000 0a000001 0a000002 0303 0000 00000000"+ip4+udp10))
	f.Add(uint16(113), 60, bytesOf(f, "0000 0001 0006 020000000001 0000 86dd"+ip6+udp10))
	for _, c := range tunnels {
		f.Add(uint16(1), 0, bytesOf(f, c.hex))
	}
	f.Fuzz(func(t *testing.T, link uint16, wire int, data []byte) {
		if len(data) > MaxCapLen {
			return
		}
		p := Packet{Link: Link(link), WireLen: max(wire, 0) % (1 << 24), Data: data}
		var h Header
		if why := DecodeCIC(&p, &h); why == Kept {
			if int(h.Payload)+int(h.Header) > len(data) || h.Payload < 0 || h.Header < 0 {
				t.Fatalf("cic: %+v of %d bytes", h, len(data))
			}
		} else if why != Ignored {
			t.Fatalf("cic: %v", why)
		}
		why := DecodeClean(&p, &h)
		if why >= NumReasons || why == Ignored || why.String() == "" {
			t.Fatalf("clean: reason %d", why)
		}
		var in, in2 Header
		if a, b := decodeInner(&p, &in), decodeInnerLayers(&p, &in2); a != b || a == Kept && in != in2 {
			t.Fatalf("inner: %v %+v, by layers %v %+v", a, in, b, in2)
		}
		if room := max(p.WireLen, len(data)); why == Kept && (int(h.Payload)+int(h.Header) > room || h.Payload < 0 || h.Header < 0) {
			t.Fatalf("clean: %+v of %d bytes", h, room)
		}
	})
}
