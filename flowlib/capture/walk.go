package capture

import (
	"sync"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// walk goes through the headers of one packet. IP and what is above it is read
// by gopacket's layers. They take the captured bytes for all there is, so
// lengths are reckoned here, and so is what they give up on although the rest
// can be read: bad options, lengths of 0, packets that are cut. Link headers
// are in link.go, since gopacket has no decoder for some of them that can be
// used again.
type walk struct {
	b     []byte // captured bytes
	wire  int    // bytes on the wire, or in the tunnel
	h     *Header
	inner bool // look into tunnels
	depth int  // tunnels entered

	ip4  layers.IPv4
	ip6  layers.IPv6
	ext  layers.IPv6ExtensionSkipper
	frag layers.IPv6Fragment
	ah   layers.IPSecAH
	tcp  layers.TCP
	udp  layers.UDP
	gre  layers.GRE
	vx   layers.VXLAN
	gtp  layers.GTPv1U
}

// walks are used again, as gopacket's layers are large.
var walks = sync.Pool{New: func() any { return new(walk) }}

// decodeLayers is DecodeClean for any packet.
func decodeLayers(p *Packet, h *Header) Reason { return decodeWith(p, h, false) }

// decodeInnerLayers is decodeInner for any packet.
func decodeInnerLayers(p *Packet, h *Header) Reason { return decodeWith(p, h, true) }

func decodeWith(p *Packet, h *Header, inner bool) Reason {
	w := walks.Get().(*walk)
	defer walks.Put(w)
	w.b, w.wire, w.h, w.inner, w.depth = p.Data, max(p.WireLen, len(p.Data)), h, inner, 0
	h.Time, h.Offset = p.Time/1000, p.Offset
	off, why := w.link(p.Link, 0)
	if why != Kept {
		return why
	}
	return w.ip(off)
}

// ip reads an IP header of either version.
func (w *walk) ip(off int) Reason {
	*w.h = Header{Time: w.h.Time, Offset: w.h.Offset, Window: -1}
	if why := w.need(off, 1); why != Kept {
		return why
	}
	switch w.b[off] >> 4 {
	case 4:
		return w.ipv4(off)
	case 6:
		return w.ipv6(off)
	}
	return Malformed
}

func (w *walk) ipv4(off int) Reason {
	if why := w.need(off, 20); why != Kept {
		return why
	}
	b, ip := w.b[off:], &w.ip4
	if err := ip.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil && !w.withoutOptions(b) {
		return Malformed
	}
	hl, total := int(b[0]&15)*4, be16(b[2:])
	if total == 0 {
		total = w.wire - off
	}
	if hl < 20 || total < hl {
		return Malformed
	}
	h := w.h
	h.Src, h.Dst, h.Proto = addr4(ip.SrcIP), addr4(ip.DstIP), uint8(ip.Protocol)
	if ip.FragOffset != 0 {
		return Fragment
	}
	return w.transport(off+hl, min(off+total, w.wire))
}

// withoutOptions reads an IPv4 header whose options are bad or cut off: the
// rest of it is as good as any.
func (w *walk) withoutOptions(b []byte) bool {
	fixed := [20]byte(b)
	fixed[0] = 0x45
	return w.ip4.DecodeFromBytes(fixed[:], gopacket.NilDecodeFeedback) == nil
}

// ipv6 reads an IPv6 header and goes past its extension headers.
func (w *walk) ipv6(off int) Reason {
	if why := w.need(off, 40); why != Kept {
		return why
	}
	ip := &w.ip6
	// Only the 40 bytes: what gopacket complains about then is a length of 0.
	_ = ip.DecodeFromBytes(w.b[off:off+40], gopacket.NilDecodeFeedback)
	total := int(ip.Length) + 40
	if total == 40 && w.wire > off+40 && ip.NextHeader != layers.IPProtocolNoNextHeader {
		total = w.wire - off
	}
	h := w.h
	h.Src, h.Dst, h.Proto, h.V6 = addr6(ip.SrcIP), addr6(ip.DstIP), uint8(ip.NextHeader), true
	end := min(off+total, w.wire)
	off += 40
	for {
		n, why := w.extension(off)
		if why != Kept {
			return why
		}
		if n == 0 {
			return w.transport(off, end)
		}
		if off += n; off > end {
			return Malformed
		}
	}
}

// extension reads an IPv6 extension header that is gone past (options,
// routing, fragment, authentication, mobility) and gives its length, 0 where
// the protocol is none.
func (w *walk) extension(off int) (length int, why Reason) {
	h := w.h
	switch layers.IPProtocol(h.Proto) {
	case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Destination, protoMobility:
		if why := w.layer(&w.ext, off, 8); why != Kept {
			return 0, why
		}
		h.Proto = uint8(w.ext.NextHeader)
		return len(w.ext.Contents), Kept
	case layers.IPProtocolIPv6Fragment:
		if why := w.layer(&w.frag, off, 8); why != Kept {
			return 0, why
		}
		if w.frag.FragmentOffset != 0 {
			return 0, Fragment
		}
		h.Proto = uint8(w.frag.NextHeader)
		return 8, Kept
	case layers.IPProtocolAH:
		if why := w.layer(&w.ah, off, 12); why != Kept {
			return 0, why
		}
		h.Proto = uint8(w.ah.NextHeader)
		return len(w.ah.Contents), Kept
	}
	return 0, Kept
}

// layer reads a header of at least so many bytes. One that gopacket cannot
// read is cut by the snap length, or malformed.
func (w *walk) layer(l gopacket.DecodingLayer, off, least int) Reason {
	if why := w.need(off, least); why != Kept {
		return why
	}
	if err := l.DecodeFromBytes(w.b[off:], gopacket.NilDecodeFeedback); err == nil {
		return Kept
	}
	if len(w.b) < w.wire {
		return Short
	}
	return Malformed
}
