package network

import (
	"encoding/binary"
	"sync"
	"time"
)

const (
	ackDelay = 40 * time.Millisecond // the longest that an acknowledgement is held, as in Linux
	quickACK = 16                    // acknowledgements at a connection's start that are not held
)

// ackFlow is one direction of a TCP connection.
type ackFlow struct {
	held  []byte // a pure acknowledgement that waits for the next
	last  uint32 // last acknowledgement number seen
	seen  int
	timer *time.Timer
}

// acks holds back every second pure acknowledgement of a flow.
type acks struct {
	mu    sync.Mutex
	flows map[[12]byte]*ackFlow
	send  func(ip []byte)
}

// DelayAcks returns a function that passes packets on to send, with pure TCP
// acknowledgements thinned as a kernel does: one for two segments or 40 ms,
// none held among the first 16, none held that carries SACK blocks or repeats
// a number. netstack itself answers each segment.
func DelayAcks(send func(ip []byte)) func(ip []byte) {
	return (&acks{flows: map[[12]byte]*ackFlow{}, send: send}).out
}

func (d *acks) out(ip []byte) {
	if len(ip) < 40 || ip[9] != 6 {
		d.send(ip)
		return
	}
	tcp := ip[int(ip[0]&15)*4:]
	var key [12]byte
	copy(key[:8], ip[12:20])
	copy(key[8:], tcp[:4])
	number := binary.BigEndian.Uint32(tcp[8:])
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.flows[key]
	if f == nil {
		f = &ackFlow{}
		d.flows[key] = f
	}
	fresh := number != f.last
	f.last = number
	if fresh && pureACK(tcp) {
		if f.seen++; f.seen > quickACK && f.held == nil {
			d.hold(f, ip)
			return
		}
	}
	if f.held != nil { // this packet says what the held one would have said
		f.held = nil
		f.timer.Stop()
	}
	d.send(ip)
}

// pureACK reports whether a segment has nothing but an acknowledgement:
// no data, no other flag, and options no longer than time stamps.
func pureACK(tcp []byte) bool {
	header := int(tcp[12]>>4) * 4
	return len(tcp) == header && tcp[13] == 0x10 && header <= 32
}

// hold keeps an acknowledgement until the next, or until its time is over.
func (d *acks) hold(f *ackFlow, ip []byte) {
	f.held = ip
	if f.timer != nil {
		f.timer.Reset(ackDelay)
		return
	}
	f.timer = time.AfterFunc(ackDelay, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if f.held != nil {
			d.send(f.held)
			f.held = nil
		}
	})
}
