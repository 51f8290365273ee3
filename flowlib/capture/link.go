package capture

import "encoding/binary"

// need says why n bytes from off on are not there, if so: cut by the snap
// length, or never sent.
func (w *walk) need(off, n int) Reason {
	switch {
	case off+n <= len(w.b):
		return Kept
	case off+n <= w.wire:
		return Short
	}
	return Malformed
}

// link finds the IP header behind the link header at off.
func (w *walk) link(l Link, off int) (ip int, why Reason) {
	switch l {
	case LinkEthernet:
		return w.typeAt(off+12, off+14)
	case LinkRaw, LinkRawBSD, LinkRawOpen, LinkIPv4, LinkIPv6:
		return off, Kept
	case LinkNull, LinkLoop:
		return w.loop(l)
	case LinkSLL:
		return w.typeAt(14, 16)
	case LinkSLL2:
		return w.typeAt(0, 20)
	case LinkPPP, LinkPPPHDLC:
		return w.ppp(0)
	case LinkPPPoE:
		return w.ppp(6)
	}
	return 0, BadLink
}

// typeAt reads the EtherType at at; what it tells of stands at off.
func (w *walk) typeAt(at, off int) (ip int, why Reason) {
	if why := w.need(0, max(at+2, off)); why != Kept {
		return 0, why
	}
	return w.etherType(be16(w.b[at:]), off)
}

// etherType finds the IP header at off or behind what is there, VLAN tags first.
func (w *walk) etherType(t, off int) (ip int, why Reason) {
	for {
		switch {
		case isVLAN(t):
			if why := w.need(off, 4); why != Kept {
				return 0, why
			}
			t, off = be16(w.b[off+2:]), off+4
		case t < 0x600 && w.snap(off): // a length, and LLC
			t, off = be16(w.b[off+6:]), off+8
		case t == 0x8847 || t == 0x8848:
			return w.mpls(off)
		case t == 0x8864: // PPPoE session
			return w.ppp(off + 6)
		case t == 0x0800 || t == 0x86dd:
			return off, Kept
		default:
			return 0, NotIP
		}
	}
}

// mpls goes past a stack of labels; what is below shows by its first bits only.
func (w *walk) mpls(off int) (int, Reason) {
	for bottom := false; !bottom; off += 4 {
		if why := w.need(off, 4); why != Kept {
			return 0, why
		}
		bottom = w.b[off+2]&1 == 1
	}
	if off < len(w.b) && w.b[off]>>4 != 4 && w.b[off]>>4 != 6 {
		return 0, NotIP
	}
	return off, Kept
}

// snap reports whether LLC and SNAP headers stand at off that only carry an
// EtherType.
func (w *walk) snap(off int) bool {
	return len(w.b) >= off+8 && string(w.b[off:off+6]) == "\xaa\xaa\x03\x00\x00\x00"
}

// loop reads the address family in front of a BSD loopback packet. It stands
// in the byte order of the host that captured it, which nobody noted.
func (w *walk) loop(l Link) (int, Reason) {
	if why := w.need(0, 4); why != Kept {
		return 0, why
	}
	family := binary.BigEndian.Uint32(w.b)
	if l == LinkNull && family > 0xffff {
		family = binary.LittleEndian.Uint32(w.b)
	}
	switch family {
	case 2, 10, 24, 28, 30: // AF_INET, and AF_INET6 of Linux, NetBSD, FreeBSD, macOS
		return 4, Kept
	}
	return 0, NotIP
}

// ppp reads the protocol of a PPP frame at off. Address and control may stand
// before it, and it may be compressed to one byte.
func (w *walk) ppp(off int) (int, Reason) {
	if len(w.b) >= off+2 && w.b[off] == 0xff && w.b[off+1] == 0x03 {
		off += 2
	}
	if why := w.need(off, 1); why != Kept {
		return 0, why
	}
	protocol, n := int(w.b[off]), 1
	if protocol&1 == 0 {
		if why := w.need(off, 2); why != Kept {
			return 0, why
		}
		protocol, n = be16(w.b[off:]), 2
	}
	if protocol == 0x0021 || protocol == 0x0057 {
		return off + n, Kept
	}
	return 0, NotIP
}
