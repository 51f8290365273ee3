package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// pcapngSource reads pcapng through pcapgo. A blockFeed stands between the
// file and pcapgo: it knows where each block begins, stops at damage, and
// keeps one wrong length from swallowing the rest of the file.
type pcapngSource struct {
	feed *blockFeed
	r    *pcapgo.NgReader
	last int64 // time of the packet before, for simple packets, which have none
}

func openPcapng(path string, s *stream) (source, error) {
	return &pcapngSource{feed: &blockFeed{path: path, s: s}}, nil
}

func (s *pcapngSource) next(p *Packet) error {
	if s.r == nil {
		// Mixed link types must be asked for, or pcapgo drops packets of other types without a word.
		r, err := pcapgo.NewNgReader(bufio.NewReaderSize(s.feed, 4096), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			return s.feed.explain(err)
		}
		s.r = r
	}
	data, ci, err := s.r.ZeroCopyReadPacketData()
	if err != nil {
		return s.feed.explain(err)
	}
	p.Offset = s.feed.offset
	p.Link = linkOf(ci)
	p.WireLen = ci.Length
	p.Data = data
	if s.feed.timed {
		s.last = s.feed.time
	}
	p.Time, p.NoTime = s.last, !s.feed.timed
	return nil
}

func linkOf(ci gopacket.CaptureInfo) Link {
	link, _ := ci.AncillaryData[0].(layers.LinkType)
	return Link(link)
}

// Block types of pcapng that matter here (draft-ietf-opsawg-pcapng, section 4).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete, still written by old tools
	blockSimple    = 3
	blockEnhanced  = 6
)

// maxBlock is the longest block that is read, in bytes; longer is damage.
const maxBlock = 16 << 20

// blockFeed is an io.Reader that hands out one whole, checked block after
// another. Blocks that hold neither packets nor interfaces are left out, and
// so are the options that pcapgo could stumble over.
type blockFeed struct {
	path    string
	s       *stream
	order   binary.ByteOrder
	offset  int64  // of the block handed out last
	rest    []byte // of it
	buf     []byte
	clocks  []clock // of the interfaces of the section
	time    int64   // of the packet handed out last, in ns
	timed   bool    // it has one
	snap    uint32  // snap length of its first interface, 0 for none
	failure error
}

// Read hands out at most the rest of one block, so that what pcapgo buffers
// never reaches into the next.
func (f *blockFeed) Read(b []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.failure == nil {
			f.failure = f.block()
		}
		if f.failure != nil {
			return 0, f.failure
		}
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// explain is the error to show when pcapgo stopped with err: the damage that
// the feed found, the end of the file, or pcapgo's own complaint.
func (f *blockFeed) explain(err error) error {
	if f.failure != nil {
		return f.failure
	}
	return &Error{Path: f.path, Offset: f.offset, Found: "a pcapng block that cannot be read", Expected: "a valid one", Err: err}
}

// block reads the next block of the file into rest, or leaves rest empty for
// a block that is not needed.
func (f *blockFeed) block() error {
	f.offset = f.s.pos()
	head, err := f.s.Peek(12)
	if len(head) == 0 && err == io.EOF {
		return io.EOF
	}
	if len(head) < 12 {
		return cut(f.path, f.offset, int64(len(head)), 12, "a block header", err)
	}
	kind := binary.LittleEndian.Uint32(head)
	if kind == blockSection {
		if err := f.section(head); err != nil {
			return err
		}
	}
	if f.order == nil {
		return f.bad(fmt.Sprintf("block type %#x", kind), "a section header first")
	}
	kind = f.order.Uint32(head)
	length := f.order.Uint32(head[4:])
	if length < 12 || length > maxBlock || length%4 != 0 {
		return f.bad(fmt.Sprintf("a block of %d bytes", length), fmt.Sprintf("12 to %d, a multiple of 4", maxBlock))
	}
	if cap(f.buf) < int(length) {
		f.buf = make([]byte, length+length/2)
	}
	b := f.buf[:length]
	if n, err := io.ReadFull(f.s, b); err != nil {
		return cut(f.path, f.offset, int64(n), int64(length), "a block", err)
	}
	if again := f.order.Uint32(b[length-4:]); again != length {
		return f.bad(fmt.Sprintf("block length %d at the start and %d at the end", length, again), "the same twice")
	}
	return f.take(kind, b)
}

// section takes the byte order from a section header.
func (f *blockFeed) section(head []byte) error {
	switch binary.LittleEndian.Uint32(head[8:]) {
	case 0x1a2b3c4d:
		f.order = binary.LittleEndian
	case 0x4d3c2b1a:
		f.order = binary.BigEndian
	default:
		return f.bad(fmt.Sprintf("byte-order magic % x", head[8:12]), "1a 2b 3c 4d or its reverse")
	}
	f.clocks = f.clocks[:0]
	return nil
}

// bad is the error for a block that breaks the format.
func (f *blockFeed) bad(found, expected string) error {
	return &Error{Path: f.path, Offset: f.offset, Found: found, Expected: expected}
}

// take checks the inside of a block and makes ready what pcapgo gets of it.
func (f *blockFeed) take(kind uint32, b []byte) error {
	need := map[uint32]int{blockSection: 28, blockInterface: 20, blockPacket: 32, blockSimple: 16, blockEnhanced: 32}[kind]
	if len(b) < need {
		return f.bad(fmt.Sprintf("a block of type %d with %d bytes", kind, len(b)), fmt.Sprintf("at least %d", need))
	}
	switch kind {
	case blockSection:
		f.rest = f.shorten(b, 24)
	case blockInterface:
		if len(f.clocks) == 0 {
			f.snap = f.order.Uint32(b[12:])
		}
		f.link(b)
	case blockSimple:
		n := f.order.Uint32(b[8:]) // on the wire; what was captured follows from the snap length
		if f.snap != 0 {
			n = min(n, f.snap)
		}
		return f.packet(b, 0, int64(n), 12)
	case blockPacket:
		return f.packet(b, int(f.order.Uint16(b[8:])), int64(f.order.Uint32(b[20:])), 28)
	case blockEnhanced:
		return f.packet(b, int(f.order.Uint32(b[8:])), int64(f.order.Uint32(b[20:])), 28)
	}
	return nil
}

// packet checks the interface and the captured length of a packet block, whose
// data begin at byte head.
func (f *blockFeed) packet(b []byte, iface int, caplen int64, head int) error {
	if iface >= len(f.clocks) {
		return f.bad(fmt.Sprintf("a packet of interface %d", iface), fmt.Sprintf("one of the %d that the section declares", len(f.clocks)))
	}
	if room := int64(len(b) - head - 4); caplen > room || caplen > MaxCapLen {
		return f.bad(fmt.Sprintf("a packet of %d bytes", caplen), fmt.Sprintf("at most the %d that its block holds and %d", room, MaxCapLen))
	}
	if f.timed = head == 28; f.timed { // a simple packet has no time
		tick := uint64(f.order.Uint32(b[12:]))<<32 | uint64(f.order.Uint32(b[16:]))
		f.time = f.clocks[iface].ns(tick)
	}
	f.rest = f.shorten(b, head+int(caplen+3)&^3)
	return nil
}

// shorten cuts a block's options away: it keeps n bytes and writes both lengths anew.
func (f *blockFeed) shorten(b []byte, n int) []byte {
	b = b[:n+4]
	f.order.PutUint32(b[4:], uint32(len(b)))
	f.order.PutUint32(b[n:], uint32(len(b)))
	return b
}

// Options of an interface block that change times.
const (
	optResolution = 9
	optOffset     = 14
)

// link takes the clock of an interface from its options, of which pcapgo needs
// none. One that is cut off does not count.
func (f *blockFeed) link(b []byte) {
	c := microseconds
	for o, end := 16, len(b)-4; o+4 <= end; {
		code, n := f.order.Uint16(b[o:]), int(f.order.Uint16(b[o+2:]))
		value := b[o+4:]
		if o += 4 + (n+3)&^3; code == 0 || o > end {
			break
		}
		switch {
		case code == optResolution && n == 1:
			c.coarse, c.second = ticks(value[0])
		case code == optOffset && n == 8:
			c.offset = int64(f.order.Uint64(value))
		}
	}
	f.clocks = append(f.clocks, c)
	f.rest = f.shorten(b, 16)
}
