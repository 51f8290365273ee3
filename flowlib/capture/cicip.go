package capture

// ipv4 reads an IPv4 header without looking at its version. Padding is cut
// only right behind Ethernet.
func (s *cicScan) ipv4() {
	if !s.has(20) {
		return
	}
	b := s.buf[s.off:]
	total := s.u16(2)
	s.length = int(b[0]&15) * 4
	s.payload = total - s.length
	if s.before == layerEthernet && total <= s.end {
		// The padding belongs to Ethernet, whose length is known already: only the end moves.
		if pad := s.end - s.off - total; pad > 0 {
			s.end -= pad
		}
	}
	frag := s.u16(6)
	if frag&0x2000 != 0 {
		s.payload = s.end - s.length - s.off
	}
	if !s.has(16) || frag&0x1fff != 0 {
		return
	}
	switch b[9] {
	case 1:
		s.next = layerICMP
	case 4:
		s.next = layerIPv4
	case 6:
		s.next = layerTCP
	case 17:
		s.next = layerUDP
	case 115:
		s.next = layerL2TP
	}
}

// ipv6 walks over an IPv6 header and its extensions; only what may lead to an
// IPv4 header is followed. The test that ends the walk counts the offset twice.
func (s *cicScan) ipv6() {
	if !s.has(40) {
		return
	}
	s.length = 40
	s.payload = s.u16(4)
	kind := s.buf[s.off+6]
	for {
		switch kind {
		case 1:
			s.next = layerICMP
		case 4:
			s.next = layerIPv4
		case 6:
			s.next = layerTCP
		case 17:
			s.next = layerUDP
		}
		if !isExtension(kind) || !s.has(s.length+2) {
			return
		}
		kind = s.buf[s.off+s.length]
		n := int(s.buf[s.off+s.length+1])*8 + 8
		if !s.has(s.off + n) {
			return
		}
		s.length += n
		s.payload -= n
	}
}

func isExtension(kind byte) bool {
	switch kind {
	case 0, 43, 44, 50, 51, 60, 135:
		return true
	}
	return false
}

// ipReadable says whether the tool's Java side can read the IPv4 header that
// the scanner found: 20 bytes, all of them captured, and options that it can
// walk through without leaving what is there. A header that cannot be read
// makes it drop the packet.
func (s *cicScan) ipReadable() bool {
	h := s.ip
	if !h.ok || h.length < 20 || h.off+h.length > len(s.buf) {
		return false
	}
	b := s.buf[h.off : h.off+h.length]
	full := int(b[0]&15) * 4
	for i := 20; i < full; i++ {
		if i >= len(b) {
			return false
		}
		code := b[i] & 0x1f
		if code == 0 || code == 22 || code > 25 { // the end, or no known option: the walk stops
			return true
		}
		if code == 1 {
			continue
		}
		if i+1 >= len(b) {
			return false
		}
		i += int(b[i+1]) // and one more by the loop
	}
	return true
}

// tcpReadable says the same of the TCP header. Of its options only the first
// is looked at.
func (s *cicScan) tcpReadable() bool {
	h := s.tcp
	if h.length < 16 || h.off+h.length > len(s.buf) { // flags and window end at byte 16
		return false
	}
	b := s.buf[h.off : h.off+h.length]
	if full := int(b[12]>>4) * 4; full <= 20 {
		return true
	}
	if len(b) <= 20 {
		return false
	}
	return b[20] <= 1 || len(b) > 21
}
