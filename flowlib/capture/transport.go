package capture

import "encoding/binary"

// IP protocol numbers that have a transport header here (iana.org/assignments/protocol-numbers).
const (
	protoICMP    = 1
	protoTCP     = 6
	protoUDP     = 17
	protoDCCP    = 33
	protoICMPv6  = 58
	protoSCTP    = 132
	protoUDPLite = 136
)

// transport reads the header at off; the IP packet ends at end (on the wire,
// which may be more than was captured).
func (d *cleanDecode) transport(off, end int) Reason {
	length := 0
	switch d.h.Proto {
	case protoTCP:
		length = 20
	case protoUDP, protoUDPLite, protoICMP, protoICMPv6:
		length = 8
	case protoSCTP, protoDCCP:
		length = 12
	}
	if end < off+length {
		return Malformed
	}
	if why := d.need(off, length); why != Kept {
		return why
	}
	if length > 0 {
		d.ports(d.b[off:])
	}
	switch b := d.b[off:]; d.h.Proto {
	case protoTCP:
		length = int(b[12]>>4) * 4
		if length < 20 || off+length > end {
			return Malformed
		}
		d.h.Flags = b[13]
		d.h.Window = int32(binary.BigEndian.Uint16(b[14:]))
	case protoUDP:
		if n := int(binary.BigEndian.Uint16(b[4:])); n >= 8 {
			end = min(end, off+n)
		}
	}
	d.h.Header = int32(length)
	d.h.Payload = int32(end - off - length)
	return Kept
}

// ports takes the ports, or what stands for them in ICMP.
func (d *cleanDecode) ports(b []byte) {
	switch d.h.Proto {
	case protoICMP, protoICMPv6:
		p := uint16(request(d.h.Proto, b[0]))<<8 | uint16(b[1])
		d.h.SrcPort, d.h.DstPort = p, p
	default:
		d.h.SrcPort, d.h.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	}
}

// request is the ICMP type of the request that a reply answers, and of all
// other messages their own.
func request(proto, kind uint8) uint8 {
	switch {
	case proto == protoICMP && kind == 0: // echo
		return 8
	case proto == protoICMP && (kind == 14 || kind == 16 || kind == 18): // timestamp, information, address mask
		return kind - 1
	case proto == protoICMPv6 && kind == 129: // echo
		return 128
	}
	return kind
}
