package capture

import "github.com/gopacket/gopacket/layers"

// Ports of UDP that carry tunnels.
const (
	portVXLAN      = 4789
	portVXLANLinux = 8472 // before there was a number
	portGTPU       = 2152
)

// maxTunnels is how many tunnels inside each other are entered.
const maxTunnels = 8

// isTunnel says whether a packet may carry another that Options.Inner asks for.
func isTunnel(h *Header) bool {
	switch h.Proto {
	case protoIPv4, protoIPv6, protoGRE:
		return true
	case protoUDP:
		return h.DstPort == portVXLAN || h.DstPort == portVXLANLinux || h.DstPort == portGTPU || h.SrcPort == portGTPU
	}
	return false
}

// tunnel puts the header of the packet inside a tunnel, whose content stands
// from off to end, in the place of the outer one. Where nothing can be read in
// there that is IP, the outer one stays.
func (w *walk) tunnel(off, end int) Reason {
	if w.depth == maxTunnels || !isTunnel(w.h) {
		return Kept
	}
	outer, wire := *w.h, w.wire
	w.depth++
	w.wire = end
	why := Kept
	if off, why = w.enter(off); why == Kept {
		why = w.ip(off)
	}
	if why == Fragment || why == Short || why == Kept {
		return why
	}
	*w.h, w.wire = outer, wire
	return Kept
}

// enter finds the IP header inside a tunnel.
func (w *walk) enter(off int) (ip int, why Reason) {
	switch w.h.Proto {
	case protoIPv4, protoIPv6:
		return off, Kept
	case protoGRE:
		return w.enterGRE(off)
	}
	if w.h.SrcPort == portGTPU || w.h.DstPort == portGTPU {
		if why := w.layer(&w.gtp, off, 8); why != Kept {
			return 0, why
		}
		if w.gtp.Version != 1 || w.gtp.MessageType != 255 { // a G-PDU is what carries a packet
			return 0, NotIP
		}
		return off + len(w.gtp.Contents), Kept
	}
	if why := w.layer(&w.vx, off, 8); why != Kept {
		return 0, why
	}
	if !w.vx.ValidIDFlag {
		return 0, NotIP
	}
	return w.link(LinkEthernet, off+8)
}

// enterGRE goes past a GRE header, which carries IP, Ethernet, or PPP (version 1).
func (w *walk) enterGRE(off int) (ip int, why Reason) {
	if why := w.layer(&w.gre, off, 4); why != Kept {
		return 0, why
	}
	off += len(w.gre.Contents)
	switch w.gre.Protocol {
	case layers.EthernetTypeTransparentEthernetBridging:
		return w.link(LinkEthernet, off)
	case layers.EthernetTypePPP:
		return w.ppp(off)
	}
	return w.etherType(int(w.gre.Protocol), off)
}
