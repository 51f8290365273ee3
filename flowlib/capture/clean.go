package capture

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
	return decodeLayers(p, h)
}

// decodeInner is DecodeClean for Options.Inner.
func decodeInner(p *Packet, h *Header) Reason {
	if commonClean(p, h) && !isTunnel(h) {
		return Kept
	}
	return decodeInnerLayers(p, h)
}
