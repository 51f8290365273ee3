package capture

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// checkCommon: what the short cuts decide, the general decoders say too.
func checkCommon(t interface{ Fatalf(string, ...any) }, p *Packet) (clean, cic bool) {
	var got, want Header
	for name, d := range map[string]struct {
		common  func(*Packet, *Header) bool
		general Decoder
		hit     *bool
	}{"clean": {commonClean, decodeLayers, &clean}, "cic": {commonCIC, scanCIC, &cic}} {
		got = Header{SrcPort: 99, DstPort: 99, V6: true, Flags: 255, Window: 99} // left by another packet
		if *d.hit = d.common(p, &got); !*d.hit {
			continue
		}
		if why := d.general(p, &want); why != Kept || got != want {
			t.Fatalf("%s: %v, %s\n%d bytes of %d: % x", name, why, cmp.Diff(want, got), len(p.Data), p.WireLen, p.Data)
		}
	}
	return clean, cic
}

// FuzzCommon: any frame.
func FuzzCommon(f *testing.F) {
	ip4TCP := "4500 0030 0001 4000 4006 0000 0a000001 0a000002 03e8 0050 00000001 00000000 7012 2000 0000 0000 020405b4 01010101"
	for _, hex := range []string{
		eth + "0800" + ip4 + udp10, eth + "8100 0005 0800" + ip4 + udp10 + "0000", eth + "86dd" + ip6 + udp10,
		eth + "0800" + ip4TCP, eth + "88a8 0001 8100 0005 0800" + ip4TCP, eth + "0800" + ip4[:10] + "2000" + ip4[14:] + udp10,
	} {
		f.Add(uint16(1), 0, bytesOf(f, hex))
		f.Add(uint16(1), 2000, bytesOf(f, hex))
	}
	f.Fuzz(func(t *testing.T, link uint16, wire int, data []byte) {
		checkCommon(t, &Packet{Time: 1999, Offset: 7, Link: Link(link), WireLen: max(wire, 0), Data: data})
	})
}

// TestCommon draws frames that are nearly always of the common case, with
// lengths that lie by a little, and cut anywhere.
func TestCommon(t *testing.T) {
	hits := 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawFrame(t)
		clean, cic := checkCommon(t, p)
		if clean || cic {
			hits++
		}
	})
	if hits < 20 {
		t.Errorf("only %d frames were of the common case", hits)
	}
}

// drawFrame is a frame with up to two VLAN tags, and errors.
func drawFrame(t *rapid.T) *Packet {
	be := binary.BigEndian
	size := rapid.IntRange(0, 60).Draw(t, "payload")
	near := func(n int, what string) uint16 {
		return uint16(n + rapid.SampledFrom([]int{0, 0, 0, 0, -1, 1, -8, 20, -n}).Draw(t, what))
	}
	var transport []byte
	proto := rapid.SampledFrom([]byte{6, 6, 17, 17, 1, 132}).Draw(t, "protocol")
	transport = append(transport, rapid.SliceOfN(rapid.Byte(), 20, 60).Draw(t, "transport")...)
	if proto == 6 {
		words := rapid.SampledFrom([]byte{5, 5, 8, 15, 4, 0}).Draw(t, "data offset")
		transport[12] = words<<4 | transport[12]&15
	} else {
		be.PutUint16(transport[4:], near(len(transport)+size, "UDP length"))
	}
	transport = append(transport, make([]byte, size)...)
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "tags") {
		b = append(b, 0x81, 0, 0, 5)
	}
	if rapid.Bool().Draw(t, "v6") {
		b = append(b, 0x86, 0xdd, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, near(len(transport), "IPv6 length"))
		b = append(b, proto, 64)
		b = append(b, rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "addresses")...)
	} else {
		b = append(b, 8, 0, rapid.SampledFrom([]byte{0x45, 0x45, 0x45, 0x46, 0x44, 0x65}).Draw(t, "IHL"), 0)
		b = be.AppendUint16(b, near(len(transport)+20, "IPv4 length"))
		b = be.AppendUint16(b, 1)
		b = be.AppendUint16(b, rapid.SampledFrom([]uint16{0, 0x4000, 0x4000, 0x2000, 0x00b9, 0x8000}).Draw(t, "fragment"))
		b = append(b, 64, proto, 0, 0)
		b = append(b, rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "addresses")...)
	}
	b = append(append(b, transport...), make([]byte, rapid.SampledFrom([]int{0, 0, 6}).Draw(t, "padding"))...)
	wire := len(b) + rapid.SampledFrom([]int{0, 0, 4, -6}).Draw(t, "wire")
	b = b[:len(b)-rapid.SampledFrom([]int{0, 0, 0, 10, len(b) / 2}).Draw(t, "cut")]
	return &Packet{Time: 1999, Offset: 7, Link: LinkEthernet, WireLen: wire, Data: b}
}
