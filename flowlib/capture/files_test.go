package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// record is one packet of a test file.
type record struct {
	ns   int64
	data []byte
	wire int
}

var threeRecords = []record{
	{1_600_000_000_123_456_789, frame("payload one"), 0},
	{1_600_000_001_000_000_000, frame("two"), 900},
	{1_600_000_000_999_999_999, nil, 10},
}

// frame is an Ethernet frame with a UDP datagram in it, padded to 60 bytes.
func frame(payload string) []byte {
	b := make([]byte, 42, 60)
	b[12], b[13] = 8, 0
	copy(b[14:], []byte{0x45, 0, 0, byte(28 + len(payload)), 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2})
	copy(b[34:], []byte{3, 0xe8, 0, 53, 0, byte(8 + len(payload)), 0, 0})
	b = append(b, payload...)
	return append(b, make([]byte, max(60-len(b), 0))...)
}

// pcapFile writes the classic format; unit is 1 or 1000 ns.
func pcapFile(order binary.AppendByteOrder, unit int64, snap, link uint32, records ...record) []byte {
	magic := uint32(0xa1b2c3d4)
	if unit == 1 {
		magic = 0xa1b23c4d
	}
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(b, snap)
	b = order.AppendUint32(b, link)
	for _, r := range records {
		b = order.AppendUint32(b, uint32(r.ns/1e9))
		b = order.AppendUint32(b, uint32(r.ns%1e9/unit))
		b = order.AppendUint32(b, uint32(len(r.data)))
		b = order.AppendUint32(b, uint32(wireLen(r)))
		b = append(b, r.data...)
	}
	return b
}

func wireLen(r record) int {
	if r.wire != 0 {
		return r.wire
	}
	return len(r.data)
}

// block writes a pcapng block, padded.
func block(order binary.AppendByteOrder, kind uint32, body []byte) []byte {
	body = append(bytes.Clone(body), make([]byte, -len(body)&3)...)
	n := uint32(len(body) + 12)
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, n)
	b = append(b, body...)
	return order.AppendUint32(b, n)
}

func sectionBlock(order binary.AppendByteOrder) []byte {
	b := order.AppendUint32(nil, 0x1a2b3c4d)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 0)
	b = append(b, 255, 255, 255, 255, 255, 255, 255, 255)
	b = order.AppendUint16(b, 4) // an option: the application
	b = order.AppendUint16(b, 5)
	b = append(b, "hands\x00\x00\x00"...)
	return block(order, blockSection, append(b, 0, 0, 0, 0))
}

// interfaceBlock declares an interface whose times are in 10^-resolution s.
func interfaceBlock(order binary.AppendByteOrder, link Link, resolution byte) []byte {
	b := order.AppendUint16(nil, uint16(link))
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, optResolution)
	b = order.AppendUint16(b, 1)
	b = append(b, resolution, 0, 0, 0)
	return block(order, blockInterface, append(b, 0, 0, 0, 0))
}

// packetBlock is an enhanced packet block with a comment behind the data.
func packetBlock(order binary.AppendByteOrder, iface uint32, unit int64, r record) []byte {
	b := order.AppendUint32(nil, iface)
	t := uint64(r.ns / unit)
	b = order.AppendUint32(b, uint32(t>>32))
	b = order.AppendUint32(b, uint32(t))
	b = order.AppendUint32(b, uint32(len(r.data)))
	b = order.AppendUint32(b, uint32(wireLen(r)))
	b = append(b, r.data...)
	b = append(b, make([]byte, -len(b)&3)...)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 2)
	return block(order, blockEnhanced, append(b, "hi\x00\x00\x00\x00\x00\x00"...))
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zst(b []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll(b, nil)
}

// read reads all of a capture; packets are copied.
func read(b []byte) (packets []Packet, err error) { return readWith(Options{}, b) }

func readWith(o Options, b []byte) (packets []Packet, err error) {
	r, err := o.NewReader("test", bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		var p Packet
		if err := r.Next(&p); err == io.EOF {
			return packets, nil
		} else if err != nil {
			return packets, err
		}
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
}

// TestFormats reads the same packets from every format.
func TestFormats(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	ng := func(order binary.AppendByteOrder, resolution byte, unit int64) []byte {
		b := append(sectionBlock(order), block(order, 0xbad, []byte("an unknown block"))...)
		b = append(b, interfaceBlock(order, LinkEthernet, resolution)...)
		for _, r := range threeRecords {
			b = append(b, packetBlock(order, 0, unit, r)...)
		}
		return append(b, block(order, 5, make([]byte, 12))...) // statistics
	}
	for name, c := range map[string]struct {
		file []byte
		unit int64 // ns that the format keeps
	}{
		"pcap":             {pcapFile(le, 1000, 65535, 1, threeRecords...), 1000},
		"pcap big endian":  {pcapFile(be, 1000, 65535, 1, threeRecords...), 1000},
		"pcap ns":          {pcapFile(le, 1, 65535, 1, threeRecords...), 1},
		"pcap ns big":      {pcapFile(be, 1, 65535, 1, threeRecords...), 1},
		"snap length 0":    {pcapFile(le, 1, 0, 1, threeRecords...), 1},
		"FCS length noted": {pcapFile(le, 1, 65535, 0x50000001, threeRecords...), 1},
		"gzip":             {gz(pcapFile(le, 1, 65535, 1, threeRecords...)), 1},
		"zstd":             {zst(pcapFile(le, 1, 65535, 1, threeRecords...)), 1},
		"pcapng µs":        {ng(le, 6, 1000), 1000},
		"pcapng ns big":    {ng(be, 9, 1), 1},
		"pcapng gzip":      {gz(ng(le, 9, 1)), 1},
	} {
		packets, err := read(c.file)
		if err != nil || len(packets) != len(threeRecords) {
			t.Errorf("%s: %d packets, %v", name, len(packets), err)
			continue
		}
		for i, r := range threeRecords {
			p := packets[i]
			if p.Time != r.ns/c.unit*c.unit || !bytes.Equal(p.Data, r.data) || p.WireLen != wireLen(r) || p.Link != LinkEthernet {
				t.Errorf("%s: packet %d: %d ns, %d of %d bytes, link %d", name, i, p.Time, len(p.Data), p.WireLen, p.Link)
			}
		}
	}
}

// TestOffsets: the offset of a packet is that of its record or block.
func TestOffsets(t *testing.T) {
	le := binary.LittleEndian
	packets, err := read(pcapFile(le, 1000, 65535, 1, threeRecords...))
	if err != nil {
		t.Fatal(err)
	}
	at := int64(24)
	for i, p := range packets {
		if p.Offset != at {
			t.Errorf("pcap: packet %d at %d, want %d", i, p.Offset, at)
		}
		at += 16 + int64(len(p.Data))
	}
	head := append(sectionBlock(le), interfaceBlock(le, LinkRaw, 9)...)
	one := packetBlock(le, 0, 1, threeRecords[0])
	packets, err = read(bytes.Join([][]byte{head, one, block(le, 77, nil), one}, nil))
	if err != nil || len(packets) != 2 {
		t.Fatalf("%d packets, %v", len(packets), err)
	}
	if a, b := int64(len(head)), int64(len(head)+len(one)+12); packets[0].Offset != a || packets[1].Offset != b {
		t.Errorf("pcapng: packets at %d and %d, want %d and %d", packets[0].Offset, packets[1].Offset, a, b)
	}
}

// TestOddRecords: a record longer than its packet is read whole, one longer
// than the snap length is cut to it, as libpcap does, and the next is found. A
// fraction of a second that is longer than one adds up.
func TestOddRecords(t *testing.T) {
	r := record{1_600_000_000_000_000_000, frame("odd"), 20}
	packets, err := read(pcapFile(binary.LittleEndian, 1000, 65535, 1, r, threeRecords[0]))
	if err != nil || len(packets) != 2 || len(packets[0].Data) != 60 || packets[0].WireLen != 20 {
		t.Errorf("longer than its packet: %d packets, %v", len(packets), err)
	}
	packets, err = read(pcapFile(binary.LittleEndian, 1000, 50, 1, r, threeRecords[0]))
	if err != nil || len(packets) != 2 || len(packets[0].Data) != 50 || len(packets[1].Data) != 50 {
		t.Errorf("longer than the snap length: %d packets, %v", len(packets), err)
	}
	b := pcapFile(binary.LittleEndian, 1000, 65535, 1, r)
	binary.LittleEndian.PutUint32(b[28:], 4_294_967_295) // microseconds: an hour and more
	packets, err = read(b)
	if want := r.ns + 4_294_967_295_000; err != nil || len(packets) != 1 || packets[0].Time != want {
		t.Errorf("a large fraction of a second: %d packets, %v", len(packets), err)
	}
}
