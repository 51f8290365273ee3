package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"flowbook/internal/testdata"

	"github.com/gopacket/gopacket/pcapgo"
)

// trace is a pcap of real packets: the file that FLOWBOOK_TRACE names, or the
// Ethernet captures of the oracle one after another, 20 times over.
func trace(b *testing.B) (file []byte, packets int) {
	b.Helper()
	if path := os.Getenv("FLOWBOOK_TRACE"); path != "" {
		file, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		all, err := readAll(Options{}, file)
		if err != nil {
			b.Fatal(err)
		}
		return file, all
	}
	paths, _ := filepath.Glob(filepath.Join(testdata.Shared(b, "oracle"), "*", "in.pcap"))
	var records []record
	for _, path := range paths {
		each(b, path, func(p *Packet) {
			if p.Link == LinkEthernet {
				records = append(records, record{p.Time, bytes.Clone(p.Data), p.WireLen})
			}
		})
	}
	file = pcapFile(binary.LittleEndian, 1000, 65535, 1, records...)
	body := file[24:]
	for range 19 {
		file = append(file, body...)
	}
	return file, 20 * len(records)
}

func readAll(o Options, file []byte) (n int, err error) {
	r, err := o.NewReader("trace", bytes.NewReader(file))
	if err != nil {
		return 0, err
	}
	defer r.Close()
	var p Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		n++
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// BenchmarkRead compares the readers with the floor, pcapgo's zero-copy
// reading alone.
func BenchmarkRead(b *testing.B) {
	file, packets := trace(b)
	run := func(name string, read func() (int, error)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := read(); n != packets || err != nil {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(packets), "ns/packet")
		})
	}
	run("floor", func() (n int, err error) {
		r, err := pcapgo.NewReader(bytes.NewReader(file))
		if err != nil {
			return 0, err
		}
		for {
			if _, _, err := r.ZeroCopyReadPacketData(); err == io.EOF {
				return n, nil
			} else if err != nil {
				return n, err
			}
			n++
		}
	})
	run("records", func() (int, error) { return readAll(Options{}, file) })
	run("pcapgo", func() (int, error) { return readAll(Options{Gopacket: true}, file) })
	for name, decode := range map[string]Decoder{"clean": DecodeClean, "cic": DecodeCIC, "decodeLayers": decodeLayers, "scanCIC": scanCIC} {
		run(name, func() (n int, err error) {
			r, err := NewReader("trace", bytes.NewReader(file))
			if err != nil {
				return 0, err
			}
			var p Packet
			var h Header
			for err = r.Next(&p); err == nil; err = r.Next(&p) {
				n++
				decode(&p, &h)
			}
			return n, r.Close()
		})
	}
}
