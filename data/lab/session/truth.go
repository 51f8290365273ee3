package session

import (
	"encoding/binary"
	"net/netip"

	"flowbook/data/lab/tunnel"
)

// What a packet carries, and a mark. One byte a packet, in the file with the
// truth beside the capture.
const (
	Application = 0 // of the labelled application
	Background  = 1 // of something else on the host or in its local network: DNS, NTP, ARP, mDNS, polling, updates
	Control     = 2 // of the tunnel itself: handshakes, keepalives, acknowledgements of its TCP

	Retransmission = 0x10 // a mark: data that begins before data already seen in this direction
)

// truth knows what each packet of a capture is.
type truth struct {
	servers map[netip.Addr]bool // of the application
	tunnel  tunnel.Truth        // nil without
	gateway netip.Addr
	next    map[key][2]uint32 // the highest sequence number seen, each way, plus one
}

// kind says what an IP packet outside or inside the tunnel carries: whose it
// is depends on the address at the far end.
func (t *truth) kind(out bool, ip []byte) byte {
	if t.servers[far(out, ip)] {
		return Application
	}
	return Background
}

func far(out bool, ip []byte) netip.Addr {
	if out {
		return netip.AddrFrom4([4]byte(ip[16:20]))
	}
	return netip.AddrFrom4([4]byte(ip[12:16]))
}

// of is the truth about a packet at the host's interface.
func (t *truth) of(out bool, ip []byte) byte {
	k := byte(0)
	if t.tunnel != nil && far(out, ip) == t.gateway {
		k = t.tunnel.Kind(out, ip)
	} else {
		k = t.kind(out, ip)
	}
	if t.repeated(out, ip) {
		k |= Retransmission
	}
	return k
}

// repeated reports whether a TCP segment has data from before the end of what
// was seen.
func (t *truth) repeated(out bool, ip []byte) bool {
	h := int(ip[0]&15) * 4
	if ip[9] != 6 || len(ip) < h+20 {
		return false
	}
	tcp := ip[h:]
	data := len(tcp) - int(tcp[12]>>4)*4
	if data <= 0 {
		return false
	}
	way := 0
	if out {
		way = 1
	}
	k, seq := keyOf(ip), binary.BigEndian.Uint32(tcp[4:])
	n, known := t.next[k]
	old := known && n[way] != 0 && int32(seq-n[way]) < 0
	if end := seq + uint32(data); n[way] == 0 || int32(end-n[way]) > 0 {
		n[way] = end
	}
	t.next[k] = n
	return old
}
