package capture

import "encoding/binary"

// DecodeClean understands a packet by its link type and the lengths in its
// headers (corrections C8 to C10 of the specification):
//
//   - IPv4 and IPv6 over Ethernet (with VLAN tags, MPLS labels, PPPoE), raw IP,
//     BSD null and loop, PPP and Linux cooked headers;
//   - the real IP protocol number. TCP, UDP, UDP-Lite, DCCP and SCTP give
//     their ports; ICMP and ICMPv6 give type·256+code as both ports, a reply
//     the number of its request, so that a ping is one flow;
//   - Payload counts what the IP header declares, never padding, and the whole
//     of a packet that the snap length cut. Where the IP length is 0 (left to
//     the network card, or a jumbogram) the wire length stands in;
//   - later fragments have no transport header and are counted as Fragment; a
//     first fragment counts its own bytes. The packet inside an ICMP error and
//     inside a tunnel is payload.
func DecodeClean(p *Packet, h *Header) Reason {
	if commonClean(p, h) {
		return Kept
	}
	return walkClean(p, h)
}

// walkClean is DecodeClean for any packet.
func walkClean(p *Packet, h *Header) Reason {
	*h = Header{Time: p.Time / 1000, Offset: p.Offset, Window: -1}
	d := cleanDecode{b: p.Data, wire: max(p.WireLen, len(p.Data)), h: h}
	off, why := d.link(p.Link)
	if why != Kept {
		return why
	}
	return d.ip(off)
}

// cleanDecode is the state of one packet.
type cleanDecode struct {
	b    []byte // captured bytes
	wire int    // bytes on the wire
	h    *Header
}

// need says why n bytes from off on are not there, if so: cut by the snap
// length, or never sent.
func (d *cleanDecode) need(off, n int) Reason {
	switch {
	case off+n <= len(d.b):
		return Kept
	case off+n <= d.wire:
		return Short
	}
	return Malformed
}

// link finds the IP header.
func (d *cleanDecode) link(l Link) (off int, why Reason) {
	switch l {
	case LinkEthernet:
		return d.etherType(12)
	case LinkRaw, LinkRawBSD, LinkRawOpen, LinkIPv4, LinkIPv6:
		return 0, Kept
	case LinkNull, LinkLoop:
		return d.loop(l)
	case LinkSLL:
		return d.etherType(14)
	case LinkSLL2:
		if why := d.need(0, 20); why != Kept {
			return 0, why
		}
		return 20, isIP(int(binary.BigEndian.Uint16(d.b)))
	case LinkPPP:
		if len(d.b) >= 2 && d.b[0] == 0xff && d.b[1] == 0x03 { // address and control
			return d.ppp(2)
		}
		return d.ppp(0)
	}
	return 0, BadLink
}

// etherType reads the EtherType at off, past any VLAN tags.
func (d *cleanDecode) etherType(off int) (int, Reason) {
	for {
		if why := d.need(off, 2); why != Kept {
			return 0, why
		}
		switch t := int(binary.BigEndian.Uint16(d.b[off:])); t {
		case 0x8100, 0x88a8, 0x9100:
			off += 4
		case 0x8847, 0x8848:
			return d.mpls(off + 2)
		case 0x8864: // PPPoE session
			return d.ppp(off + 8)
		default:
			if t < 0x600 && d.snap(off+2) { // 802.3: a length
				off += 8
				continue
			}
			return off + 2, isIP(t)
		}
	}
}

// mpls goes past a stack of labels; what is below shows by its first bits only.
func (d *cleanDecode) mpls(off int) (int, Reason) {
	for bottom := false; !bottom; off += 4 {
		if why := d.need(off, 4); why != Kept {
			return 0, why
		}
		bottom = d.b[off+2]&1 == 1
	}
	if off < len(d.b) && d.b[off]>>4 != 4 && d.b[off]>>4 != 6 {
		return 0, NotIP
	}
	return off, Kept
}

// snap reports whether LLC and SNAP headers stand at off that only carry an
// EtherType.
func (d *cleanDecode) snap(off int) bool {
	return len(d.b) >= off+8 && string(d.b[off:off+6]) == "\xaa\xaa\x03\x00\x00\x00"
}

func isIP(etherType int) Reason {
	if etherType == 0x0800 || etherType == 0x86dd {
		return Kept
	}
	return NotIP
}

// loop reads the address family in front of a BSD loopback packet. It stands
// in the byte order of the host that captured it, which nobody noted.
func (d *cleanDecode) loop(l Link) (int, Reason) {
	if why := d.need(0, 4); why != Kept {
		return 0, why
	}
	family := binary.BigEndian.Uint32(d.b)
	if l == LinkNull && family > 0xffff {
		family = binary.LittleEndian.Uint32(d.b)
	}
	switch family {
	case 2, 10, 24, 28, 30: // AF_INET, and AF_INET6 of Linux, NetBSD, FreeBSD, macOS
		return 4, Kept
	}
	return 0, NotIP
}

// ppp reads the protocol of a PPP frame at off.
func (d *cleanDecode) ppp(off int) (int, Reason) {
	if why := d.need(off, 2); why != Kept {
		return 0, why
	}
	switch binary.BigEndian.Uint16(d.b[off:]) {
	case 0x0021, 0x0057:
		return off + 2, Kept
	}
	return 0, NotIP
}

// ip reads an IP header of either version.
func (d *cleanDecode) ip(off int) Reason {
	if why := d.need(off, 1); why != Kept {
		return why
	}
	switch d.b[off] >> 4 {
	case 4:
		return d.ipv4(off)
	case 6:
		return d.ipv6(off)
	}
	return Malformed
}

func (d *cleanDecode) ipv4(off int) Reason {
	if why := d.need(off, 20); why != Kept {
		return why
	}
	b := d.b[off:]
	hl, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = d.wire - off
	}
	if hl < 20 || total < hl {
		return Malformed
	}
	h := d.h
	h.Src, h.Dst, h.Proto = addr4(b[12:]), addr4(b[16:]), b[9]
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return Fragment
	}
	return d.transport(off+hl, min(off+total, d.wire))
}

// ipv6 reads an IPv6 header and walks over its extension headers.
func (d *cleanDecode) ipv6(off int) Reason {
	if why := d.need(off, 40); why != Kept {
		return why
	}
	b := d.b[off:]
	total := int(binary.BigEndian.Uint16(b[4:])) + 40
	if total == 40 && d.wire > off+40 && b[6] != 59 {
		total = d.wire - off
	}
	h := d.h
	h.Src, h.Dst, h.Proto, h.V6 = addr6(b[8:]), addr6(b[24:]), b[6], true
	end := min(off+total, d.wire)
	off += 40
	for isSkipped(h.Proto) {
		if why := d.need(off, 8); why != Kept {
			return why
		}
		n := int(d.b[off+1])*8 + 8
		switch h.Proto {
		case 44: // fragment
			n = 8
			if binary.BigEndian.Uint16(d.b[off+2:])&0xfff8 != 0 {
				return Fragment
			}
		case 51: // authentication, counted in words of 4
			n = int(d.b[off+1])*4 + 8
		}
		h.Proto = d.b[off]
		if off += n; off > end {
			return Malformed
		}
	}
	return d.transport(off, end)
}

// isSkipped reports whether an IPv6 next header is an extension that is walked
// over: options, routing, fragment, authentication, mobility.
func isSkipped(proto uint8) bool {
	switch proto {
	case 0, 43, 44, 51, 60, 135:
		return true
	}
	return false
}
