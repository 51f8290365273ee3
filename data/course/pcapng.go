package course

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"

	"flowbook/data/course/columns"
	"flowbook/flowlib/label"

	"github.com/klauspost/compress/gzip"
)

// Numbers of the pcapng format (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
	byteOrder      = 0x1a2b3c4d
	optionComment  = 1
)

// commented writes a capture as pcapng, with a comment at each packet, and
// returns its label with the name and hash of that file.
func commented(dir string, r recording) (label.Capture, error) {
	c := r.Capture
	truth, err := r.packets()
	if err != nil {
		return c, err
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzipLevel)
	if err != nil {
		return c, fmt.Errorf("course: %w", err)
	}
	section := binary.LittleEndian.AppendUint32(nil, byteOrder)
	section = append(section, 1, 0, 0, 0)
	section = binary.LittleEndian.AppendUint64(section, ^uint64(0)) // length of the section: not given
	face := []byte{linkEthernet, 0, 0, 0}
	face = binary.LittleEndian.AppendUint32(face, snapLength)
	b := ngBlock(ngBlock(nil, blockSection, section), blockInterface, face)
	i := 0
	var body []byte
	err = columns.Decode(r.packed, func(f columns.Frame) error {
		if i >= len(truth) {
			return fmt.Errorf("%d packets of truth, and more in the capture", len(truth))
		}
		body = ngPacket(body[:0], f, truth[i].comment(r))
		b = ngBlock(b, blockPacket, body)
		i++
		if len(b) < batchSize {
			return nil
		}
		_, err := z.Write(b)
		b = b[:0]
		return err
	})
	if err == nil {
		_, err = z.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return c, fmt.Errorf("course: %s: %w", r.File, err)
	}
	c.File = strings.TrimSuffix(r.File, ".pcap.gz") + ".pcapng.gz"
	c.SHA256 = hash(out.Bytes())
	return c, writeNew(filepath.Join(dir, c.File), out.Bytes())
}

// ngBlock appends a block: its type, its length before and after the body.
func ngBlock(b []byte, kind uint32, body []byte) []byte {
	n := uint32(12 + len(body))
	b = binary.LittleEndian.AppendUint32(b, kind)
	b = binary.LittleEndian.AppendUint32(b, n)
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, n)
}

// ngPacket appends the body of an enhanced packet block with a comment.
func ngPacket(b []byte, f columns.Frame, comment string) []byte {
	b = binary.LittleEndian.AppendUint32(b, 0) // interface
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(f.Time)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(f.Time))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
	b = ngPad(append(b, f.Data...))
	b = binary.LittleEndian.AppendUint16(b, optionComment)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(comment)))
	b = ngPad(append(b, comment...))
	return append(b, 0, 0, 0, 0) // end of options
}

// ngPad fills up to 32 bits.
func ngPad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
