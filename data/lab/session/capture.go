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
	truth  *truth
	kinds  []byte // the truth about each packet

	stopped bool
}

// newCapture begins a file for a host; its clock shows start now.
func newCapture(w io.Writer, start int64, host netip.Addr, t *truth) *capture {
	c := &capture{truth: t, w: bufio.NewWriterSize(w, 1<<16), start: start, zero: time.Now()}
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
	header := c.toHost
	if out {
		header = c.toNet
	}
	if c.write(t, header[:], ip) {
		c.seen = append(c.seen, seen{c.at(t), keyOf(ip)})
		c.kinds = append(c.kinds, c.truth.of(out, ip))
	}
}

// frame takes a frame of the local network, which is background.
func (c *capture) frame(t time.Time, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.write(t, b, nil) {
		k := key{proto: 255} // not IP, or of a flow that is never long
		c.seen = append(c.seen, seen{c.at(t), k})
		c.kinds = append(c.kinds, Background)
	}
}

func (c *capture) at(t time.Time) int64 { return c.start + t.Sub(c.zero).Microseconds() }

// write appends a packet to the file, in two parts, and reports whether it did.
func (c *capture) write(t time.Time, header, rest []byte) bool {
	if c.err != nil || c.stopped {
		return false
	}
	at, n := c.at(t), len(header)+len(rest)
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(at/1e6))
	binary.LittleEndian.PutUint32(h[4:], uint32(at%1e6))
	binary.LittleEndian.PutUint32(h[8:], uint32(n))
	binary.LittleEndian.PutUint32(h[12:], uint32(n))
	for _, b := range [][]byte{h[:], header, rest} {
		if _, c.err = c.w.Write(b); c.err != nil {
			return false
		}
	}
	return true
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
