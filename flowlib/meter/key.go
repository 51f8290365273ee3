package meter

import (
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
// larger end. Under IDSigned a host that talks to itself has two keys, one a
// direction.
func (d *Dialect) keyOf(h *capture.Header) (k key, reversed bool) {
	reversed = h.Dst.Less(h.Src)
	if h.Src == h.Dst && d.ID != IDSigned {
		reversed = h.DstPort < h.SrcPort
	}
	if reversed {
		return key{h.Dst, h.Src, h.DstPort, h.SrcPort, h.Proto, h.V6}, true
	}
	return key{h.Src, h.Dst, h.SrcPort, h.DstPort, h.Proto, h.V6}, false
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

// text writes a Flow ID from a flow's endpoints.
func (r IDRule) text(k Key) string {
	turn := false
	switch r {
	case IDSigned:
		turn = signedLess(k.Dst.AsSlice(), k.Src.AsSlice())
	case IDSorted:
		c := k.Src.Compare(k.Dst)
		turn = c > 0 || c == 0 && k.SrcPort > k.DstPort
	}
	if turn {
		k = k.turned()
	}
	return k.String()
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
