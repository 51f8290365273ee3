package columns

import (
	"encoding/binary"
	"fmt"
)

// decoder reads the columns.
type decoder struct {
	state
	*table
	frame [ethLen + 1<<16]byte // payload stays zero between frames
}

// next rebuilds one frame.
func (d *decoder) next() (Frame, error) {
	d.last += d.table[colTime].int()
	number := d.table[colFlow].uint()
	if number == 0 {
		b := d.table[colRaw].bytes(d.table[colRaw].uint())
		return Frame{d.last, b}, d.failed()
	}
	fl, dir, err := d.flowOf(number - 2)
	if err != nil {
		return Frame{}, err
	}
	from, to := &fl.sides[dir], &fl.sides[1-dir]
	key := fl.key
	if dir == 1 {
		key = key.reversed()
	}
	length := d.table[colLength].uint()
	if length > 1<<16 {
		return Frame{}, fmt.Errorf("%d bytes of payload", length)
	}
	ip := d.frame[ethLen:]
	segment := ip[ipLen:]
	d.network(ip, key, from)
	header := udpLen
	if key[12] == protoTCP {
		if header, err = d.tcp(segment, int(length), from, to); err != nil {
			return Frame{}, err
		}
	}
	size := header + int(length)
	if ipLen+size > 1<<16-1 {
		return Frame{}, fmt.Errorf("%d bytes in an IPv4 packet", ipLen+size)
	}
	if err := d.failed(); err != nil {
		return Frame{}, err
	}
	copy(segment, key[8:12])
	d.finish(ip, key, segment[:size], header)
	f := Frame{d.last, d.frame[:ethLen+ipLen+size]}
	return f, d.failed()
}

// flowOf finds the flow of a number, or begins it.
func (d *decoder) flowOf(number uint64) (*flow, int, error) {
	n := number / 2
	switch {
	case n > uint64(len(d.flows)):
		return nil, 0, fmt.Errorf("flow %d after %d flows", n, len(d.flows))
	case n == uint64(len(d.flows)):
		var k fiveTuple
		copy(k[:], d.table[colNew].bytes(uint64(len(k))))
		if k[12] != protoTCP && k[12] != protoUDP {
			return nil, 0, fmt.Errorf("flow of protocol %d, expected TCP or UDP", k[12])
		}
		d.addFlow(k)
	}
	return d.flows[n], int(number % 2), nil
}

// network rebuilds the headers below TCP and UDP, without lengths and checksum.
func (d *decoder) network(ip []byte, key fiveTuple, from *side) {
	if d.table[colLink].byte() != 0 {
		copy(from.link[:], d.table[colLink].bytes(linkLen))
	}
	from.id += 1 + uint16(d.table[colID].int())
	copy(d.frame[:], from.link[:ethLen])
	ip[0], ip[1], ip[8], ip[9] = 0x45, from.link[14], from.link[15], key[12]
	copy(ip[6:8], from.link[16:])
	binary.BigEndian.PutUint16(ip[4:], from.id)
	copy(ip[12:20], key[:8])
}

// tcp rebuilds a TCP header, without ports and checksum, and returns its length.
func (d *decoder) tcp(segment []byte, payload int, from, to *side) (int, error) {
	flags := d.table[colFlags].byte()
	seq := from.next + uint32(d.table[colSeq].int())
	ack := to.next + uint32(d.table[colAck].int())
	from.window += uint16(d.table[colWindow].int())
	from.sent(seq, payload, flags)
	n, err := d.options(segment[tcpLen:], ack, from, to)
	if err != nil {
		return 0, err
	}
	header := tcpLen + n
	binary.BigEndian.PutUint32(segment[4:], seq)
	binary.BigEndian.PutUint32(segment[8:], ack)
	segment[12], segment[13] = byte(header/4)<<4, flags
	binary.BigEndian.PutUint16(segment[14:], from.window)
	segment[18], segment[19] = 0, 0
	return header, nil
}

// options rebuilds TCP options and returns their length.
func (d *decoder) options(options []byte, ack uint32, from, to *side) (int, error) {
	c := &d.table[colOptions]
	number := c.uint()
	switch {
	case number > uint64(len(d.templates)):
		return 0, fmt.Errorf("template %d of TCP options after %d templates", number, len(d.templates))
	case number == uint64(len(d.templates)):
		t := c.bytes(uint64(c.byte()))
		if len(t) > 40 || len(t)%4 != 0 || !eachOption(t, func(byte, []byte) {}) {
			return 0, fmt.Errorf("TCP options % x are not well formed", t)
		}
		d.templates = append(d.templates, t)
	}
	options = options[:copy(options, d.templates[number])]
	eachOption(options, func(kind byte, body []byte) {
		switch {
		case !variable(kind, body):
		case kind == optTS:
			val := from.expectTS(d.last) + uint32(d.table[colTSVal].int())
			binary.BigEndian.PutUint32(body, val)
			binary.BigEndian.PutUint32(body[4:], to.ts+uint32(d.table[colTSEcr].int()))
			from.ts, from.tsTime = val, d.last
		default:
			for edge := ack; len(body) > 0; body = body[4:] {
				edge += uint32(d.table[colSACK].int())
				binary.BigEndian.PutUint32(body, edge)
			}
		}
	})
	return len(options), nil
}

// finish puts payload, lengths and checksums in place.
func (d *decoder) finish(ip []byte, key fiveTuple, segment []byte, header int) {
	payload := segment[header:]
	clear(payload)
	summed := segment[:header] // zeros add nothing to a checksum
	if key.keeps() {
		copy(payload, d.table[colKept].bytes(uint64(len(payload))))
		summed = segment
	}
	at := 16
	if key[12] == protoUDP {
		at = 6
		binary.BigEndian.PutUint16(segment[4:], uint16(len(segment)))
	}
	segment[at], segment[at+1] = 0, 0
	pseudo := uint32(key[12]) + uint32(len(segment)) + sum(key[:8])
	check := fold(pseudo + sum(summed))
	if check == 0 && key[12] == protoUDP {
		check = 0xffff // 0 would mean that there is no checksum (RFC 768)
	}
	binary.BigEndian.PutUint16(segment[at:], check)

	binary.BigEndian.PutUint16(ip[2:], uint16(ipLen+len(segment)))
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], fold(sum(ip[:ipLen])))
}

// sum adds up 16-bit words, the last byte padded with zero.
func sum(b []byte) (s uint32) {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

// fold is the Internet checksum (RFC 1071) of a sum.
func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}
