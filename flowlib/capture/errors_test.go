package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamage: what was whole before the damage is delivered, and the message
// names the file, the place, what stands there and what was expected.
func TestDamage(t *testing.T) {
	le := binary.LittleEndian
	pcap := pcapFile(le, 1000, 65535, 1, threeRecords...)
	first := 24 + 16 + len(threeRecords[0].data) // end of the first record
	ng := append(sectionBlock(le), interfaceBlock(le, LinkEthernet, 9)...)
	ng = append(ng, packetBlock(le, 0, 1, threeRecords[0])...)
	second := len(ng)
	ng = append(ng, packetBlock(le, 0, 1, threeRecords[1])...)
	with := func(b []byte, at int, v uint32) []byte {
		b = bytes.Clone(b)
		le.PutUint32(b[at:], v)
		return b
	}
	for name, c := range map[string]struct {
		file    []byte
		packets int
		message string
	}{
		"empty":                {nil, 0, "test: byte 0: found an empty file, expected a capture"},
		"text":                 {[]byte("Flow ID,Src IP\n"), 0, `test: byte 0: found text beginning "Flow ID,Src IP\n", expected a capture`},
		"text of many letters": {[]byte("день за днём, час за часом"), 0, "found text beginning"},
		"other magic":          {[]byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0}, 0, "test: byte 0: found unknown magic 7f 45 4c 46, expected a capture"},
		"cut file header":      {pcap[:20], 0, "test: byte 0: found 20 of 24 bytes of the pcap file header"},
		"other version":        {with(pcap, 4, 9), 0, "test: byte 4: found pcap version 9.0, expected version 2.4"},
		"cut record header":    {pcap[:first+7], 1, "test: byte 100: found 7 of 16 bytes of a record header"},
		"cut packet":           {pcap[:first+16+5], 1, "test: byte 100: found 5 of 60 bytes of a packet"},
		"cut before packet":    {pcap[:first+16], 1, "test: byte 100: found 0 of 60 bytes of a packet"},
		"damaged length":       {with(pcap, first+8, 1<<20), 1, "test: byte 100: found a record of 1048576 bytes, expected at most 262144"},
		"damaged length 2":     {with(pcap, first+8, 1<<32-1), 1, "found a record of 4294967295 bytes"},
		"cut gzip":             {gz(pcap)[:80], 0, "test: byte"},
		"gzip magic only":      {[]byte{0x1f, 0x8b}, 0, "test: byte 0: found a damaged gzip header"},
		"zstd magic only":      {[]byte{0x28, 0xb5, 0x2f, 0xfd}, 0, "test: byte 0: found 0 of 24 bytes of the file header"},
		"cut block header":     {ng[:second+5], 1, "found 5 of 12 bytes of a block header"},
		"cut block":            {ng[:second+30], 1, "found 30 of 104 bytes of a block"},
		"block length":         {with(ng, second+4, 13), 1, "found a block of 13 bytes, expected 12 to 16777216, a multiple of 4"},
		"second block length":  {with(ng, second-4, 8), 0, "found block length 104 at the start and 8 at the end"},
		"caplen":               {with(ng, second+20, 1000), 1, "found a packet of 1000 bytes, expected at most the 72 that its block holds"},
		"interface":            {with(ng, second+8, 3), 1, "found a packet of interface 3, expected one of the 1 that the section declares"},
		"byte order":           {with(ng, 8, 1), 0, "test: byte 0: found byte-order magic 01 00 00 00"},
		"short block":          {append(bytes.Clone(ng), block(le, blockEnhanced, nil)...), 2, "found a block of type 6 with 12 bytes, expected at least 32"},
		"short section":        {block(le, blockSection, le.AppendUint32(nil, 0x1a2b3c4d)), 0, "found a block of type 168627466 with 16 bytes, expected at least 28"},
		"section version":      {with(ng, 12, 7), 0, "found a pcapng block that cannot be read"},
	} {
		packets, err := read(c.file)
		var e *Error
		if len(packets) != c.packets || !errors.As(err, &e) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: %d packets and %v; want %d and %q", name, len(packets), err, c.packets, c.message)
		}
	}
}

// TestCutAnywhere cuts files at every byte: never a panic, never a packet that
// was not there, and no error only at the end of a record.
func TestCutAnywhere(t *testing.T) {
	le := binary.LittleEndian
	ng := append(sectionBlock(le), interfaceBlock(le, LinkEthernet, 9)...)
	for _, r := range threeRecords {
		ng = append(ng, packetBlock(le, 0, 1, r)...)
	}
	for name, file := range map[string][]byte{
		"pcap": pcapFile(le, 1, 65535, 1, threeRecords...), "pcapng": ng,
		"gzip": gz(ng), "zstd": zst(ng),
	} {
		whole, err := read(file)
		if err != nil {
			t.Fatal(name, err)
		}
		for n := range file {
			packets, err := read(file[:n])
			if err == nil && len(packets) == len(whole) {
				t.Errorf("%s cut at byte %d of %d: all packets and no error", name, n, len(file))
			}
			for i, p := range packets {
				if !bytes.Equal(p.Data, whole[i].Data) || p.Offset != whole[i].Offset || p.Time != whole[i].Time {
					t.Errorf("%s cut at byte %d: packet %d differs", name, n, i)
				}
			}
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none.pcap")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.pcap") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "found a directory") {
		t.Errorf("directory: %v", err)
	}
	path := filepath.Join(dir, "notes.pcap")
	if err := os.WriteFile(path, []byte("not a capture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("text: %v", err)
	}
}

// TestSticky: after an error or the end, Next keeps saying so.
func TestSticky(t *testing.T) {
	r, err := NewReader("test", bytes.NewReader(pcapFile(binary.LittleEndian, 1, 65535, 1)[:]))
	if err != nil {
		t.Fatal(err)
	}
	var p Packet
	a, b := r.Next(&p), r.Next(&p)
	if a == nil || a != b {
		t.Errorf("%v, then %v", a, b)
	}
	r.Close()
	if r.Next(&p) == nil {
		t.Error("a packet after Close")
	}
}

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{
		"a.pcap": true, "b.PCAPNG": true, "c.cap": true, "d.pcap.gz": true, "e.pcapng.zst": true,
		"labels.json": false, "f.gz": false, "pcap": false,
	} {
		if IsName(name) != want {
			t.Errorf("IsName(%q) is %v", name, !want)
		}
	}
}
