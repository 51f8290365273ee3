package course

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Packet is the truth about one packet of a capture.
type Packet struct {
	Carries        string // "application", "background" or "tunnel"; see Carries
	Retransmission bool   // it has TCP data from before the end of what was seen in this direction
}

// Carries are the values of Packet.Carries: traffic of the labelled
// application; of something else on the host or its local network (DNS, NTP,
// ARP, mDNS, polling, updates); of the VPN itself (handshakes, keepalives, the
// acknowledgements of its TCP).
var Carries = []string{"application", "background", "tunnel"}

const retransmission = 0x10 // mark in a byte of truth

// Truth returns the truth about each packet of an embedded capture, in the
// order of the file, by the capture's file name.
func Truth(file string) ([]Packet, error) {
	for _, r := range load() {
		if r.File == file {
			return r.packets()
		}
	}
	return nil, fmt.Errorf("course: no capture %q", file)
}

// packets reads the truth about a recording.
func (r recording) packets() ([]Packet, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(16<<20))
	if err != nil {
		return nil, fmt.Errorf("course: %w", err)
	}
	defer d.Close()
	b, err := d.DecodeAll(r.truth, nil)
	if err != nil {
		return nil, fmt.Errorf("course: %s: truth: %w", r.File, err)
	}
	if len(b) != r.Packets {
		return nil, fmt.Errorf("course: %s: truth about %d packets, expected %d", r.File, len(b), r.Packets)
	}
	all := make([]Packet, len(b))
	for i, x := range b {
		k := int(x &^ retransmission)
		if k >= len(Carries) {
			return nil, fmt.Errorf("course: %s: packet %d: truth %#x is unknown", r.File, i, x)
		}
		all[i] = Packet{Carries[k], x&retransmission != 0}
	}
	return all, nil
}

// comment is the truth in words, for a packet of a capture.
func (p Packet) comment(r recording) string {
	c := fmt.Sprintf("%s/%s, %s", r.Type, r.App, p.Carries)
	if p.Retransmission {
		c += ", retransmission"
	}
	return c
}

// writeTruth writes the truth about a capture as a table beside it.
func writeTruth(dir string, r recording) error {
	all, err := r.packets()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzipLevel)
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	fmt.Fprintln(z, "packet,carries,retransmission")
	line := make([]byte, 0, 64)
	for i, p := range all {
		line = fmt.Appendf(line[:0], "%d,%s,%t\n", i, p.Carries, p.Retransmission)
		if _, err := z.Write(line); err != nil {
			return fmt.Errorf("course: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	return writeNew(filepath.Join(dir, strings.TrimSuffix(r.File, ".pcap.gz")+".truth.csv.gz"), out.Bytes())
}
