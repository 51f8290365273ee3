package anonymize

import (
	"encoding/binary"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Reason is why a packet is left out; "" when it is kept.
type Reason string

// The reasons.
const (
	NotIP     Reason = "not IP"
	Malformed Reason = "malformed IP header"
)

// Packet gives what is kept of a packet: the outer IP header with mapped
// addresses, and the header of TCP or UDP. It returns the bytes and the length
// that the IP packet had on the wire. data is not changed.
func (a *Addresses) Packet(link uint16, data []byte) (kept []byte, wire int, why Reason) {
	ip := network(link, data)
	switch {
	case len(ip) == 0:
		return nil, 0, NotIP
	case ip[0]>>4 == 4:
		return a.ipv4(ip)
	case ip[0]>>4 == 6:
		return a.ipv6(ip)
	}
	return nil, 0, NotIP
}

// network is the outermost IP packet, nil where there is none.
func network(link uint16, data []byte) []byte {
	if link == 101 || link == 228 || link == 229 || link == 12 || link == 14 {
		return data
	}
	p := gopacket.NewPacket(data, layers.LinkType(link), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	for _, l := range p.Layers() {
		if t := l.LayerType(); t == layers.LayerTypeIPv4 || t == layers.LayerTypeIPv6 {
			whole := l.LayerContents()
			return whole[: len(whole)+len(l.LayerPayload()) : cap(whole)]
		}
	}
	return nil
}

func (a *Addresses) ipv4(ip []byte) ([]byte, int, Reason) {
	if len(ip) < 20 {
		return nil, 0, Malformed
	}
	header, total := int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
	if header < 20 || len(ip) < header || total != 0 && total < header {
		return nil, 0, Malformed
	}
	if total == 0 { // segmentation offload: the length is that of the capture
		total = len(ip)
	}
	end := header
	if binary.BigEndian.Uint16(ip[6:])&0x1fff == 0 { // later fragments have no transport header
		end += transport(ip[9], ip[header:min(len(ip), total)])
	}
	kept := append([]byte(nil), ip[:end]...)
	a.replace(kept[12:16])
	a.replace(kept[16:20])
	for i := 20; i < header; i++ {
		kept[i] = 1 // options may hold addresses: no operation
	}
	kept[10], kept[11] = 0, 0
	binary.BigEndian.PutUint16(kept[10:], checksum(kept[:header]))
	blank(ip[9], kept[header:])
	return kept, total, ""
}

func (a *Addresses) ipv6(ip []byte) ([]byte, int, Reason) {
	if len(ip) < 40 {
		return nil, 0, Malformed
	}
	total := 40 + int(binary.BigEndian.Uint16(ip[4:]))
	next, at, first := extensions(ip[:min(len(ip), total)])
	end := at
	if first {
		end += transport(next, ip[at:min(len(ip), total)])
	}
	kept := append([]byte(nil), ip[:end]...)
	a.replace(kept[8:24])
	a.replace(kept[24:40])
	wipe(kept[:at])
	blank(next, kept[at:])
	return kept, total, ""
}

// extensions walks the extension headers: the protocol behind them, where it
// begins, and whether this is its first fragment.
func extensions(ip []byte) (next byte, at int, first bool) {
	next, at, first = ip[6], 40, true
	for at+8 <= len(ip) {
		length := 8 + int(ip[at+1])*8
		switch next {
		case 0, 43, 60: // hop by hop, routing, destination
		case 44: // fragment
			length = 8
			first = binary.BigEndian.Uint16(ip[at+2:])&0xfff8 == 0
		default:
			return next, at, first
		}
		if at+length > len(ip) {
			return next, at, false
		}
		next, at = ip[at], at+length
	}
	return next, at, first
}

// wipe blanks what extension headers hold beside their form: it may be addresses.
func wipe(header []byte) {
	next, at := header[6], 40
	for at+8 <= len(header) {
		length := 8 + int(header[at+1])*8
		if next == 44 {
			length = 8
		} else {
			clear(header[at+2 : min(len(header), at+length)])
		}
		next, at = header[at], at+length
	}
}

// transport is how many bytes of a segment are its header: of TCP, UDP and
// ICMP (whose content quotes packets); 0 for others, which may hold anything.
func transport(protocol byte, segment []byte) int {
	switch {
	case protocol == 6 && len(segment) >= 20:
		if n := int(segment[12]>>4) * 4; n >= 20 {
			return min(n, len(segment))
		}
		return 20
	case (protocol == 17 || isICMP(protocol)) && len(segment) >= 8:
		return 8
	}
	return 0
}

func isICMP(protocol byte) bool { return protocol == 1 || protocol == 58 }

// blank takes the checksum away, which tells of the payload, and of ICMP all
// but type and code.
func blank(protocol byte, segment []byte) {
	switch {
	case protocol == 6 && len(segment) >= 20:
		segment[16], segment[17] = 0, 0
	case protocol == 17 && len(segment) >= 8:
		segment[6], segment[7] = 0, 0
	case isICMP(protocol) && len(segment) >= 8:
		clear(segment[2:8]) // a redirect holds an address there
	}
}

// replace maps an address in place.
func (a *Addresses) replace(b []byte) {
	from, _ := netip.AddrFromSlice(b)
	copy(b, a.Map(from).AsSlice())
}

// checksum is that of an IPv4 header whose own field is 0 (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
