package capture

import "encoding/binary"

// The common case of DecodeClean and of DecodeCIC, read in one go: Ethernet
// with or without VLAN tags, IPv4 without options or IPv6 without extension
// headers, not fragmented, TCP or UDP. What is not exactly that, or has a
// length that contradicts another, is left to the general decoders, which give
// the same header for what is decided here (FuzzCommon).

// be16 is the number at b[0:2] in network byte order.
func be16(b []byte) int { return int(binary.BigEndian.Uint16(b)) }

func isVLAN(etherType int) bool {
	return etherType == 0x8100 || etherType == 0x88a8 || etherType == 0x9100
}

// ipHeader finds the IP header behind Ethernet and VLAN tags. At least 28
// bytes from off on are there.
func ipHeader(b []byte) (off, etherType int) {
	if len(b) < 14+28 {
		return 0, 0
	}
	off, etherType = 14, be16(b[12:])
	for isVLAN(etherType) {
		if off += 4; len(b) < off+28 {
			return 0, 0
		}
		etherType = be16(b[off-2:])
	}
	return off, etherType
}

// commonClean decodes the common case as DecodeClean does; false leaves it to
// the general decoder.
func commonClean(p *Packet, h *Header) bool {
	if p.Link != LinkEthernet {
		return false
	}
	b := p.Data
	off, etherType := ipHeader(b)
	end := 0
	switch etherType {
	case 0x0800:
		ip := b[off : off+20]
		end = off + be16(ip[2:])
		if ip[0] != 0x45 || be16(ip[6:])&0x3fff != 0 {
			return false
		}
		h.Src, h.Dst, h.Proto, h.V6 = addr4(ip[12:]), addr4(ip[16:]), ip[9], false
		off += 20
	case 0x86dd:
		if len(b) < off+48 {
			return false
		}
		ip := b[off : off+40]
		n := be16(ip[4:])
		if ip[0]>>4 != 6 || n == 0 {
			return false
		}
		end = off + 40 + n
		h.Src, h.Dst, h.Proto, h.V6 = addr6(ip[8:]), addr6(ip[24:]), ip[6], true
		off += 40
	default:
		return false
	}
	end = min(end, max(p.WireLen, len(b)))
	h.Time, h.Offset = p.Time/1000, p.Offset
	return h.transport(b[off:], end-off)
}

// transport takes the header of a TCP segment or UDP datagram that is room
// bytes long on the wire.
func (h *Header) transport(b []byte, room int) bool {
	length := 8
	switch h.Proto {
	case protoTCP:
		if len(b) < 20 {
			return false
		}
		if length = int(b[12]>>4) * 4; length < 20 {
			return false
		}
		h.Flags, h.Window = b[13], int32(be16(b[14:]))
	case protoUDP:
		if n := be16(b[4:]); n >= 8 {
			room = min(room, n)
		}
		h.Flags, h.Window = 0, -1
	default:
		return false
	}
	h.SrcPort, h.DstPort = uint16(be16(b)), uint16(be16(b[2:]))
	h.Header, h.Payload = int32(length), int32(room-length)
	return room >= length
}

// commonCIC decodes the common case as DecodeCIC does, which is IPv4 alone and
// counts the captured bytes.
func commonCIC(p *Packet, h *Header) bool {
	b := p.Data
	off, etherType := ipHeader(b)
	if etherType != 0x0800 || p.WireLen < len(b) {
		return false
	}
	ip := b[off : off+20]
	total := be16(ip[2:])
	if ip[0]&15 != 5 || total < 20 || be16(ip[6:])&0x3fff != 0 {
		return false
	}
	if off == 14 { // the padding is cut, but not behind a VLAN tag
		b = b[:min(len(b), off+total)]
	}
	h.Src, h.Dst, h.Proto, h.V6 = addr4(ip[12:]), addr4(ip[16:]), ip[9], false
	h.Time, h.Offset = p.Time/1000, p.Offset
	return h.segment(b[off+20:])
}

// segment takes the header of a TCP segment or UDP datagram of which b is
// captured.
func (h *Header) segment(b []byte) bool {
	length := 8
	switch h.Proto {
	case protoTCP:
		if len(b) < 20 {
			return false
		}
		if length = int(b[12]>>4) * 4; length < 20 {
			return false
		}
		h.Flags, h.Window = b[13], int32(be16(b[14:]))
	case protoUDP:
		if len(b) < 8 || be16(b) == portL2TP || be16(b[2:]) == portL2TP {
			return false
		}
		h.Flags, h.Window = 0, -1
	default:
		return false
	}
	h.SrcPort, h.DstPort = uint16(be16(b)), uint16(be16(b[2:]))
	h.Header, h.Payload = int32(length), int32(len(b)-length)
	return len(b) >= length
}
