package session

import (
	"bufio"
	"encoding/binary"
	"io"
	"net/netip"
	"sync"
	"time"
)

// Numbers of the pcap file format (draft-ietf-opsawg-pcap).
const (
	magicMicro   = 0xa1b2c3d4
	linkEthernet = 1
	snapLength   = 65535
)

// capture writes packets to a pcap file and remembers what windows needs.
type capture struct {
	mu     sync.Mutex
	w      *bufio.Writer
	err    error
	start  int64     // µs since 1970 that the file's clock starts at
	zero   time.Time // when the recording began
	toHost [14]byte  // Ethernet header of incoming frames
	toNet  [14]byte  // and of outgoing ones
	seen   []seen

	stopped bool
}

// newCapture begins a file for a host; its clock shows start now.
func newCapture(w io.Writer, start int64, host netip.Addr) *capture {
	c := &capture{w: bufio.NewWriterSize(w, 1<<16), start: start, zero: time.Now()}
	a := host.As4()
	me, router := []byte{0x02, 0x42, a[0], a[1], a[2], a[3]}, []byte{0x02, 0x42, 0, 0, 0, 1}
	copy(c.toHost[:], append(append([]byte{}, me...), router...))
	copy(c.toNet[:], append(append([]byte{}, router...), me...))
	c.toHost[12], c.toNet[12] = 8, 8
	var h [24]byte
	binary.LittleEndian.PutUint32(h[0:], magicMicro)
	binary.LittleEndian.PutUint16(h[4:], 2)
	binary.LittleEndian.PutUint16(h[6:], 4)
	binary.LittleEndian.PutUint32(h[16:], snapLength)
	binary.LittleEndian.PutUint32(h[20:], linkEthernet)
	_, c.err = c.w.Write(h[:])
	return c
}

// tap is a network.Host's Tap.
func (c *capture) tap(t time.Time, out bool, ip []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || c.stopped {
		return
	}
	at := c.start + t.Sub(c.zero).Microseconds()
	frame := c.toHost
	if out {
		frame = c.toNet
	}
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(at/1e6))
	binary.LittleEndian.PutUint32(h[4:], uint32(at%1e6))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(frame)+len(ip)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(frame)+len(ip)))
	for _, b := range [][]byte{h[:], frame[:], ip} {
		if _, c.err = c.w.Write(b); c.err != nil {
			return
		}
	}
	c.seen = append(c.seen, seen{at, keyOf(ip)})
}

// stop ends the capture: what comes later is not written. It returns the
// packets that were seen and the first error of writing.
func (c *capture) stop() ([]seen, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = c.w.Flush()
	}
	c.stopped = true
	return c.seen, c.err
}
