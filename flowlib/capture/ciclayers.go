package capture

import "encoding/binary"

// layer is a header that the packet scanner of jNetPcap 1.4.r1425 knows and
// that may lead to an IPv4 header.
type layer uint8

const (
	layerEnd layer = iota
	layerEthernet
	layerLLC
	layerSNAP
	layerVLAN
	layerIPv4
	layerIPv6
	layerICMP
	layerTCP
	layerUDP
	layerL2TP
	layerPPP
)

// cicScan walks the headers of a frame as jNetPcap's scanner does, including
// what it gets wrong; every odd line here is one of its behaviours
// (specification, sections 1.2 to 1.4).
type cicScan struct {
	buf  []byte // all captured bytes
	end  int    // scanned up to here; shrinks by padding
	wire int    // bytes on the wire, less padding
	off  int    // start of the present header

	// Of the present header, set by its scanner.
	length  int // 0: not there
	payload int // as the header declares it; 0: the rest
	postfix int // padding behind it
	next    layer

	count  int   // headers found
	before layer // the header found last

	ip, tcp, udp found // the first of each
}

// found is a header that was found.
type found struct {
	ok      bool
	off     int
	length  int // bytes, what is captured of it
	payload int // bytes behind it
}

// scan walks from the given layer at byte 0.
func (s *cicScan) scan(p *Packet, first layer) {
	*s = cicScan{buf: p.Data, end: len(p.Data), wire: p.WireLen}
	for l := first; l != layerEnd; {
		s.length, s.payload, s.postfix, s.next = 0, 0, 0, layerEnd
		s.header(l)
		if s.length == 0 {
			return
		}
		s.record(l)
		s.off += s.length
		if l = s.next; s.off >= s.end {
			return
		}
	}
}

// has reports whether n bytes of the present header are there.
func (s *cicScan) has(n int) bool { return s.off+n <= s.end }

func (s *cicScan) u16(at int) int { return int(binary.BigEndian.Uint16(s.buf[s.off+at:])) }

func (s *cicScan) header(l layer) {
	switch l {
	case layerEthernet:
		s.ethernet()
	case layerLLC:
		s.llc()
	case layerSNAP:
		if s.has(5) {
			s.length = 5
			if s.buf[s.off] == 0 && s.buf[s.off+1] == 0 && s.buf[s.off+2] == 0 {
				s.next = etherType(s.u16(3))
			}
		}
	case layerVLAN:
		s.vlan()
	case layerIPv4:
		s.ipv4()
	case layerIPv6:
		s.ipv6()
	case layerICMP:
		s.icmp()
	case layerTCP:
		if s.has(20) {
			s.length = int(s.buf[s.off+12]>>4) * 4
		}
	case layerUDP:
		s.udpHeader()
	case layerL2TP:
		s.l2tp()
	case layerPPP:
		s.ppp()
	}
}

// record notes the present header, shortening it to what is captured. The
// end moves in by the padding; with the wire length, so that a frame that
// claims to be shorter than its capture is cut.
func (s *cicScan) record(l layer) {
	s.wire -= s.postfix
	s.end = min(s.end, s.wire)
	if s.payload == 0 {
		s.payload = max(s.end-(s.off+s.length), 0)
	}
	if s.off+s.length+s.payload+s.postfix > s.end {
		if start := s.off + s.length; start+s.payload > s.end {
			s.payload = max(s.end-start, 0)
			if start > s.end {
				s.length = max(s.end-s.off, 0)
			}
		}
	}
	s.count++
	s.before = l
	f := found{true, s.off, s.length, s.payload}
	switch {
	case l == layerIPv4 && !s.ip.ok:
		s.ip = f
	case l == layerTCP && !s.tcp.ok:
		s.tcp = f
	case l == layerUDP && !s.udp.ok:
		s.udp = f
	}
}

func etherType(t int) layer {
	switch t {
	case 0x0800:
		return layerIPv4
	case 0x86dd:
		return layerIPv6
	case 0x8100, 0x88a8, 0x9100:
		return layerVLAN
	}
	return layerEnd
}

// ethernet reads Ethernet II, or 802.3 where the type is a length. In 802.3
// the padding is reckoned without the 14 bytes of the header, which cuts 14
// bytes of the frame.
func (s *cicScan) ethernet() {
	if !s.has(14) {
		return
	}
	s.length = 14
	t := s.u16(12)
	if t >= 0x600 {
		s.next = etherType(t)
		return
	}
	s.next = layerLLC
	s.payload = t - 14
	s.postfix = s.end - t
}

func (s *cicScan) llc() {
	if !s.has(4) {
		return
	}
	s.length = 4
	if s.buf[s.off+2]&1 == 1 {
		s.length = 3
	}
	if s.buf[s.off] == 0xaa {
		s.next = layerSNAP
	}
}

func (s *cicScan) vlan() {
	if !s.has(4) {
		return
	}
	s.length = 4
	if !s.has(14) {
		return
	}
	if t := s.u16(2); t >= 0x600 {
		s.next = etherType(t)
	} else {
		s.next = layerLLC
		s.payload = t - 4 - s.off
	}
}

func (s *cicScan) icmp() {
	if !s.has(4) {
		return
	}
	s.length = 8
	if t := s.buf[s.off]; t == 3 || t == 12 {
		s.next = layerIPv4 // the packet that the error is about is taken for one of its own
	}
}

// portL2TP makes the scanner look for a tunnel behind a UDP header.
const portL2TP = 1701

func (s *cicScan) udpHeader() {
	if !s.has(8) {
		return
	}
	s.length = 8
	for _, at := range [2]int{2, 0} { // the destination port is asked first
		switch s.u16(at) {
		case portL2TP:
			s.next = layerL2TP
			return
		case 5004, 5005, 5060: // RTP, RTCP, SIP: the source port is asked no more
			return
		}
	}
}

func (s *cicScan) l2tp() {
	if !s.has(2) {
		return
	}
	s.length = 6
	flags := s.buf[s.off]
	if flags&0x40 != 0 {
		s.length += 2
	}
	if flags&0x08 != 0 {
		s.length += 4
	}
	if flags&0x02 != 0 {
		s.length += 4
	}
	if flags&0x80 == 0 {
		s.next = layerPPP
	}
}

func (s *cicScan) ppp() {
	if !s.has(4) {
		return
	}
	s.length = 4
	switch s.u16(2) {
	case 0x0021:
		s.next = layerIPv4
	case 0x0057:
		s.next = layerIPv6
	}
}
