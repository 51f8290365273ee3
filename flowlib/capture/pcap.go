package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"
)

// pcapSource reads the classic format through pcapgo.
type pcapSource struct {
	path   string
	s      *stream
	r      *pcapgo.Reader
	link   Link
	order  binary.ByteOrder
	unit   int64 // of the fraction of a second, in ns
	snap   int   // a longer record is shortened to it, as libpcap does
	offset int64 // of the record that is read
	long   []byte
}

// openPcap checks the file header itself, since its link type holds more than
// the type (the upper half tells the FCS) and pcapgo's errors name no place.
func openPcap(path string, s *stream, head []byte) (source, error) {
	if len(head) < 24 {
		return nil, cut(path, 0, int64(len(head)), 24, "the pcap file header", io.ErrUnexpectedEOF)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if head[0] == 0xa1 {
		order = binary.BigEndian
	}
	unit := int64(1000)
	if order.Uint32(head) == 0xa1b23c4d {
		unit = 1
	}
	if major, minor := order.Uint16(head[4:]), order.Uint16(head[6:]); major != 2 || minor != 4 {
		return nil, &Error{Path: path, Offset: 4, Found: fmt.Sprintf("pcap version %d.%d", major, minor), Expected: "version 2.4"}
	}
	snap := order.Uint32(head[16:])
	if snap == 0 || snap > MaxCapLen { // 0 means "not known" to libpcap
		snap = MaxCapLen
	}
	link := Link(order.Uint32(head[20:]))
	r, err := pcapgo.NewReader(s.Reader)
	if err != nil {
		return nil, &Error{Path: path, Found: "a bad pcap header", Expected: "a pcap file", Err: err}
	}
	return &pcapSource{path: path, s: s, r: r, order: order, unit: unit, snap: int(snap), link: link}, nil
}

func (s *pcapSource) next(p *Packet) error {
	s.offset = s.s.pos()
	time := s.time()
	data, ci, err := s.r.ZeroCopyReadPacketData()
	if err != nil {
		if data, err = s.recover(ci, err); err != nil {
			return err
		}
	}
	p.Time = time
	p.Offset = s.offset
	p.Link = s.link
	p.WireLen = ci.Length
	p.Data = data[:min(len(data), s.snap)]
	return nil
}

// time is the time of the record that comes next, in ns. A fraction of a
// second and more is added as libpcap's users add it; pcapgo's own sum would
// overflow.
func (s *pcapSource) time() int64 {
	head, err := s.s.Peek(8)
	if err != nil {
		return 0 // pcapgo will find that the header is cut off
	}
	return int64(s.order.Uint32(head))*1e9 + int64(s.order.Uint32(head[4:]))*s.unit
}

// recover tells the end of the file from damage, and reads the records that
// pcapgo refuses although libpcap reads them: those longer than their packet.
func (s *pcapSource) recover(ci gopacket.CaptureInfo, err error) ([]byte, error) {
	got := s.s.pos() - s.offset
	switch {
	case ci.Timestamp.IsZero() && err == io.EOF:
		return nil, io.EOF
	case ci.Timestamp.IsZero():
		return nil, cut(s.path, s.offset, got, 16, "a record header", err)
	case ci.CaptureLength < 0 || ci.CaptureLength > MaxCapLen:
		return nil, &Error{
			Path: s.path, Offset: s.offset,
			Found:    fmt.Sprintf("a record of %d bytes", uint32(ci.CaptureLength)),
			Expected: fmt.Sprintf("at most %d (the record header is damaged)", MaxCapLen),
		}
	case ci.CaptureLength <= ci.Length:
		return nil, cut(s.path, s.offset, got-16, int64(ci.CaptureLength), "a packet", err)
	}
	if cap(s.long) < ci.CaptureLength {
		s.long = make([]byte, MaxCapLen)
	}
	n, err := io.ReadFull(s.s, s.long[:ci.CaptureLength])
	if err != nil {
		return nil, cut(s.path, s.offset, int64(n), int64(ci.CaptureLength), "a packet", err)
	}
	return s.long[:n], nil
}
