package capture

import (
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// IP protocol numbers that have a transport header here (iana.org/assignments/protocol-numbers).
const (
	protoICMP    = 1
	protoIPv4    = 4 // a tunnel
	protoTCP     = 6
	protoUDP     = 17
	protoDCCP    = 33
	protoIPv6    = 41 // a tunnel
	protoGRE     = 47 // a tunnel
	protoICMPv6  = 58
	protoSCTP    = 132
	protoUDPLite = 136

	protoMobility = 135 // an extension header of IPv6
)

// transportLength is the length of a transport header, its options aside, 0
// for a protocol whose header is not known here.
func transportLength(proto uint8) int {
	switch proto {
	case protoTCP:
		return 20
	case protoUDP, protoUDPLite, protoICMP, protoICMPv6:
		return 8
	case protoSCTP, protoDCCP:
		return 12
	}
	return 0
}

// transport reads the header at off; the IP packet ends at end (on the wire,
// which may be more than was captured).
func (w *walk) transport(off, end int) Reason {
	h := w.h
	length := transportLength(h.Proto)
	if end < off+length {
		return Malformed
	}
	if why := w.need(off, length); why != Kept {
		return why
	}
	switch b := w.b[off:]; h.Proto {
	case protoTCP:
		// Of what gopacket complains about the options are no matter, and a
		// length that is too short is asked below. It has read all else by then.
		_ = w.tcp.DecodeFromBytes(b, gopacket.NilDecodeFeedback)
		h.SrcPort, h.DstPort = uint16(w.tcp.SrcPort), uint16(w.tcp.DstPort)
		h.Flags, h.Window = tcpFlags(&w.tcp), int32(w.tcp.Window)
		if length = int(w.tcp.DataOffset) * 4; length < 20 || off+length > end {
			return Malformed
		}
	case protoUDP:
		_ = w.udp.DecodeFromBytes(b, gopacket.NilDecodeFeedback) // an odd length is asked below
		h.SrcPort, h.DstPort = uint16(w.udp.SrcPort), uint16(w.udp.DstPort)
		if n := int(w.udp.Length); n >= 8 {
			end = min(end, off+n)
		}
	case protoICMP, protoICMPv6:
		p := uint16(request(h.Proto, b[0]))<<8 | uint16(b[1])
		h.SrcPort, h.DstPort = p, p
	case protoSCTP, protoDCCP, protoUDPLite:
		h.SrcPort, h.DstPort = uint16(be16(b)), uint16(be16(b[2:]))
	}
	h.Header, h.Payload = int32(length), int32(end-off-length)
	if w.inner {
		return w.tunnel(off+length, end)
	}
	return Kept
}

// tcpFlags puts the flags together again as the header has them.
func tcpFlags(t *layers.TCP) (flags uint8) {
	for i, set := range [8]bool{t.FIN, t.SYN, t.RST, t.PSH, t.ACK, t.URG, t.ECE, t.CWR} {
		if set {
			flags |= 1 << i
		}
	}
	return flags
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
