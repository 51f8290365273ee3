package columns

import (
	"bytes"
	"encoding/binary"
)

// encoder fills the columns.
type encoder struct {
	state
	table
}

// add stores one frame.
func (e *encoder) add(f Frame) {
	e.table[colTime].putInt(f.Time - e.last)
	e.last = f.Time
	if !plain(f.Data) {
		e.table[colFlow].putUint(0)
		e.table[colRaw].putUint(uint64(len(f.Data)))
		e.table[colRaw].put(f.Data)
		return
	}
	ip := f.Data[ethLen:]
	fl, dir := e.flowOf(ip)
	from, to := &fl.sides[dir], &fl.sides[1-dir]
	e.network(f.Data, from)
	segment := ip[ipLen:]
	payload := segment[udpLen:]
	if fl.key[12] == protoTCP {
		payload = segment[int(segment[12]>>4)*4:]
		e.tcp(segment, len(payload), from, to)
	}
	e.table[colLength].putUint(uint64(len(payload)))
	if fl.key.keeps() {
		e.table[colKept].put(payload)
	}
}

// plain reports whether a frame is TCP or UDP in one whole IPv4 packet, with
// nothing that the columns have no place for.
func plain(b []byte) bool {
	if len(b) < ethLen+ipLen+udpLen || b[12] != 8 || b[13] != 0 || b[ethLen] != 0x45 {
		return false
	}
	ip := b[ethLen:]
	fragment := binary.BigEndian.Uint16(ip[6:])
	if int(binary.BigEndian.Uint16(ip[2:])) != len(ip) || fragment&^0x4000 != 0 {
		return false
	}
	segment := ip[ipLen:]
	switch ip[9] {
	case protoUDP:
		return int(binary.BigEndian.Uint16(segment[4:])) == len(segment)
	case protoTCP:
		if len(segment) < tcpLen {
			return false
		}
		h := int(segment[12]>>4) * 4
		return h >= tcpLen && h <= len(segment) && segment[12]&15 == 0 &&
			segment[18] == 0 && segment[19] == 0 &&
			eachOption(segment[tcpLen:h], func(byte, []byte) {})
	}
	return false
}

// flowOf finds or begins the flow of a packet and stores its number.
func (e *encoder) flowOf(ip []byte) (*flow, int) {
	var k fiveTuple
	copy(k[:8], ip[12:20])
	copy(k[8:12], ip[ipLen:])
	k[12] = ip[9]
	number, ok := e.numbers[k]
	if !ok {
		number = 2 * len(e.flows)
		e.addFlow(k)
		e.table[colNew].put(k[:])
	}
	e.table[colFlow].putUint(uint64(number) + 2)
	return e.flows[number/2], number % 2
}

// network stores the fields below TCP and UDP.
func (e *encoder) network(frame []byte, from *side) {
	ip := frame[ethLen:]
	var link [linkLen]byte
	copy(link[:], frame[:ethLen])
	link[14], link[15] = ip[1], ip[8]
	copy(link[16:], ip[6:8])
	if link == from.link {
		e.table[colLink].putByte(0)
	} else {
		e.table[colLink].putByte(1)
		e.table[colLink].put(link[:])
		from.link = link
	}
	id := binary.BigEndian.Uint16(ip[4:])
	e.table[colID].putInt(int64(int16(id - from.id - 1)))
	from.id = id
}

// tcp stores the fields of a TCP header.
func (e *encoder) tcp(segment []byte, payload int, from, to *side) {
	seq, ack := binary.BigEndian.Uint32(segment[4:]), binary.BigEndian.Uint32(segment[8:])
	window := binary.BigEndian.Uint16(segment[14:])
	e.table[colFlags].putByte(segment[13])
	e.table[colSeq].putInt(int64(int32(seq - from.next)))
	e.table[colAck].putInt(int64(int32(ack - to.next)))
	e.table[colWindow].putInt(int64(int16(window - from.window)))
	from.window = window
	from.sent(seq, payload, segment[13])
	e.options(segment[tcpLen:int(segment[12]>>4)*4], ack, from, to)
}

// options stores TCP options: their template, and what varies in it.
func (e *encoder) options(options []byte, ack uint32, from, to *side) {
	template := bytes.Clone(options)
	eachOption(template, func(kind byte, body []byte) {
		if variable(kind, body) {
			clear(body)
		}
	})
	number := 0
	for number < len(e.templates) && !bytes.Equal(e.templates[number], template) {
		number++
	}
	e.table[colOptions].putUint(uint64(number))
	if number == len(e.templates) {
		e.templates = append(e.templates, template)
		e.table[colOptions].putByte(byte(len(template)))
		e.table[colOptions].put(template)
	}
	eachOption(options, func(kind byte, body []byte) {
		switch {
		case !variable(kind, body):
		case kind == optTS:
			val, ecr := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
			e.table[colTSVal].putInt(int64(int32(val - from.expectTS(e.last))))
			e.table[colTSEcr].putInt(int64(int32(ecr - to.ts)))
			from.ts, from.tsTime = val, e.last
		default:
			before := ack
			for ; len(body) > 0; body = body[4:] {
				edge := binary.BigEndian.Uint32(body)
				e.table[colSACK].putInt(int64(int32(edge - before)))
				before = edge
			}
		}
	})
}
