package meter

import (
	"math/bits"
	"strconv"

	"flowbook/flowlib/capture"
)

// key is a bidirectional 5-tuple, the smaller end (unsigned address, then
// port) first, as the flow table holds it.
type key struct {
	a, b         capture.Addr
	aPort, bPort uint16
	proto        uint8
	v6           bool
}

// keyOf makes the key of a packet; reversed says that its sender is the
// larger end. Under KeySigned a host that talks to itself has two keys, one a
// direction.
func (d *Dialect) keyOf(h *capture.Header) (k key, reversed bool) {
	reversed = h.Dst.Less(h.Src)
	if h.Src == h.Dst && d.Key != KeySigned {
		reversed = h.DstPort < h.SrcPort
	}
	if reversed {
		return key{h.Dst, h.Src, h.DstPort, h.SrcPort, h.Proto, h.V6}, true
	}
	return key{h.Src, h.Dst, h.SrcPort, h.DstPort, h.Proto, h.V6}, false
}

// hash mixes a key with the meter's seed, so that nobody can choose addresses
// that collide. Nothing that is written depends on it.
func (k *key) hash(seed uint64) uint64 {
	hi, lo := bits.Mul64(k.a.Lo^bits.RotateLeft64(k.a.Hi, 17)^seed, k.b.Lo^bits.RotateLeft64(k.b.Hi, 29)^0xd6e8feb86659fd93)
	rest := uint64(k.aPort)<<32 | uint64(k.bPort)<<16 | uint64(k.proto)
	hi, lo = bits.Mul64(hi^lo^rest^seed, 0xa0761d6478bd642f)
	return hi ^ lo
}

// flowKey is the key seen from the flow's source.
func (k *key) flowKey(reversed bool) Key {
	f := Key{Src: k.a.Netip(k.v6), Dst: k.b.Netip(k.v6), SrcPort: k.aPort, DstPort: k.bPort, Proto: k.proto}
	if reversed {
		return f.turned()
	}
	return f
}

// turned is the key seen from the other end.
func (k Key) turned() Key {
	return Key{Src: k.Dst, Dst: k.Src, SrcPort: k.DstPort, DstPort: k.SrcPort, Proto: k.Proto}
}

// AppendTo appends what String returns.
func (k Key) AppendTo(b []byte) []byte {
	b = append(k.Src.AppendTo(b), '-')
	b = append(k.Dst.AppendTo(b), '-')
	b = append(strconv.AppendUint(b, uint64(k.SrcPort), 10), '-')
	b = append(strconv.AppendUint(b, uint64(k.DstPort), 10), '-')
	return strconv.AppendUint(b, uint64(k.Proto), 10)
}

// String is the key as "source-destination-sport-dport-protocol".
func (k Key) String() string { return string(k.AppendTo(make([]byte, 0, 48))) }

// AppendID appends a flow's ID as the dialect prints it.
func (d *Dialect) AppendID(b []byte, k Key) []byte {
	turn := false
	switch d.Key {
	case KeySigned:
		turn = signedLess(k.Dst.AsSlice(), k.Src.AsSlice())
	case KeySorted:
		c := k.Src.Compare(k.Dst)
		turn = c > 0 || c == 0 && k.SrcPort > k.DstPort
	}
	if turn {
		k = k.turned()
	}
	return k.AppendTo(b)
}

// signedLess compares addresses byte by byte as Java's signed bytes, by which
// 200.x comes before 10.x.
func signedLess(a, b []byte) bool {
	for i := range a {
		if a[i] != b[i] {
			return int8(a[i]) < int8(b[i])
		}
	}
	return false
}
