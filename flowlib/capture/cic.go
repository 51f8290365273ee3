package capture

import "encoding/binary"

// DecodeCIC understands a packet as CICFlowMeter V4 with jNetPcap 1.4.r1425
// does (specification, section 1): the frame is Ethernet whatever the link
// type says, and where that yields no IPv4 header the same bytes are IPv4 from
// byte 0 on. What neither way can read is Ignored.
//
// Only captured bytes count. Everything that is neither TCP nor UDP is kept
// with protocol, ports and lengths 0.
func DecodeCIC(p *Packet, h *Header) Reason {
	if commonCIC(p, h) {
		return Kept
	}
	return scanCIC(p, h)
}

// scanCIC is DecodeCIC for any packet.
func scanCIC(p *Packet, h *Header) Reason {
	var s cicScan
	for _, first := range [2]layer{layerEthernet, layerIPv4} {
		s.scan(p, first)
		if s.ipReadable() && (!s.tcp.ok || s.tcpReadable()) {
			s.fill(h)
			h.Time, h.Offset = p.Time/1000, p.Offset
			return Kept
		}
	}
	return Ignored
}

// fill takes the addresses from the first IPv4 header, and ports and lengths
// from the first TCP header or else the first UDP header, wherever it stands.
func (s *cicScan) fill(h *Header) {
	ip := s.buf[s.ip.off:]
	*h = Header{Src: addr4(ip[12:]), Dst: addr4(ip[16:]), Window: -1}
	t := s.tcp
	switch {
	case t.ok:
		b := s.buf[t.off:]
		h.Proto = 6
		h.Flags = b[13]
		h.Window = int32(binary.BigEndian.Uint16(b[14:]))
	case s.udp.ok:
		t = s.udp
		h.Proto = 17
	default:
		return
	}
	b := s.buf[t.off:]
	h.SrcPort = binary.BigEndian.Uint16(b)
	h.DstPort = binary.BigEndian.Uint16(b[2:])
	h.Payload = int32(t.payload)
	h.Header = int32(t.length)
}
