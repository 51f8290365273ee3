package main

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"math/rand/v2"
)

// event is the next packet of a flow.
type event struct {
	t    int64
	flow int
	n    int
}

// events is a heap by time, then flow.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].t < e[j].t || e[i].t == e[j].t && e[i].flow < e[j].flow
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// flows writes flows that begin evenly over span seconds, with so many packets
// each, in alternating direction, with gaps from 0 to gap seconds: 70 % TCP,
// 8 % IPv6, 60 % small frames. It holds the open flows only.
func flows(w *bufio.Writer, n, packets int, span, gap float64) error {
	if err := header(w); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(7, 1))
	var open events
	frame := make([]byte, 1514)
	started := 0
	for started < n || len(open) > 0 {
		start := int64(float64(started) / float64(n) * span * 1e6)
		if started < n && (len(open) == 0 || start <= open[0].t) {
			heap.Push(&open, event{start, started, 0})
			started++
			continue
		}
		e := &open[0]
		data := build(frame, e.flow, e.n, r)
		if err := record(w, begin+e.t, len(data), data); err != nil {
			return err
		}
		if e.n++; e.n == packets {
			heap.Pop(&open)
			continue
		}
		e.t += 1 + int64(r.Float64()*gap*1e6)
		heap.Fix(&open, 0)
	}
	return nil
}

// build makes packet number n of a flow, whose addresses follow from its number.
func build(frame []byte, flow, n int, r *rand.Rand) []byte {
	be := binary.BigEndian
	q := rand.New(rand.NewPCG(7, uint64(flow)+77))
	client := q.Uint32()&0xffff | 10<<24 | q.Uint32()&0xff0000
	server := q.Uint32N(1<<16) | 192<<24 | 2<<16
	port, tcp, v6 := uint16(1024+q.IntN(64000)), q.IntN(10) < 7, q.IntN(100) < 8
	service := []uint16{443, 80, 53, 123, 8443, 3478}[q.IntN(6)]
	if n%2 == 1 {
		client, server, port, service = server, client, service, port
	}
	size, l4, proto := 60, 34, byte(17)
	if n > 0 && r.IntN(10) >= 4 {
		size += r.IntN(1455)
	}
	if tcp {
		proto = 6
	}
	clear(frame[:80])
	if v6 {
		l4, size = 54, max(size, 74)
		be.PutUint16(frame[12:], 0x86dd)
		frame[14], frame[20], frame[21] = 0x60, proto, 64
		be.PutUint16(frame[18:], uint16(size-54))
		be.PutUint32(frame[22:], 0x20010db8)
		be.PutUint32(frame[34:], client)
		be.PutUint32(frame[38:], 0x20010db8)
		be.PutUint32(frame[50:], server)
	} else {
		be.PutUint16(frame[12:], 0x0800)
		frame[14], frame[22], frame[23] = 0x45, 64, proto
		be.PutUint16(frame[16:], uint16(size-14))
		be.PutUint32(frame[26:], client)
		be.PutUint32(frame[30:], server)
	}
	be.PutUint16(frame[l4:], port)
	be.PutUint16(frame[l4+2:], service)
	if tcp {
		frame[l4+12], frame[l4+13] = 0x50, []byte{2, 0x12, 0x10}[min(n, 2)]
		be.PutUint16(frame[l4+14:], 64240)
	} else {
		be.PutUint16(frame[l4+4:], uint16(size-l4))
	}
	return frame[:size]
}
