package capture

import (
	"io"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"
)

// pcapgoSource reads the classic format through pcapgo.
type pcapgoSource struct {
	pcapHead
	path   string
	s      *stream
	r      *pcapgo.Reader
	offset int64 // of the record that is read
	long   []byte
}

func openPcapgo(path string, s *stream, h pcapHead) (source, error) {
	r, err := pcapgo.NewReader(s.Reader)
	if err != nil {
		return nil, &Error{Path: path, Found: "a bad pcap header", Expected: "a pcap file", Err: err}
	}
	return &pcapgoSource{pcapHead: h, path: path, s: s, r: r}, nil
}

func (s *pcapgoSource) next(p *Packet) error {
	s.offset = s.s.pos()
	time := s.time()
	data, ci, err := s.r.ZeroCopyReadPacketData()
	if err != nil {
		if data, err = s.recover(ci, err); err != nil {
			return err
		}
	}
	p.Time = time
	p.NoTime = false
	p.Offset = s.offset
	p.Link = s.link
	p.WireLen = ci.Length
	p.Data = data[:min(len(data), s.snap)]
	return nil
}

// time is the time of the record that comes next, in ns. A fraction of a
// second and more is added as libpcap's users add it; pcapgo's own sum would
// overflow.
func (s *pcapgoSource) time() int64 {
	head, err := s.s.Peek(8)
	if err != nil {
		return 0 // pcapgo will find that the header is cut off
	}
	return int64(s.order.Uint32(head))*1e9 + int64(s.order.Uint32(head[4:]))*s.unit
}

// recover tells the end of the file from damage, and reads the records that
// pcapgo refuses although libpcap reads them: those longer than their packet.
func (s *pcapgoSource) recover(ci gopacket.CaptureInfo, err error) ([]byte, error) {
	got := int(s.s.pos() - s.offset)
	switch {
	case ci.Timestamp.IsZero():
		return nil, recordCut(s.path, s.offset, got, err)
	case ci.CaptureLength < 0 || ci.CaptureLength > MaxCapLen:
		return nil, recordTooLong(s.path, s.offset, uint32(ci.CaptureLength))
	case ci.CaptureLength <= ci.Length:
		return nil, cut(s.path, s.offset, int64(got-pcapRecordHeader), int64(ci.CaptureLength), "a packet", err)
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
