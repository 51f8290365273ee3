package course

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"flowbook/data/course/columns"

	"github.com/klauspost/compress/gzip"
)

// Numbers of the pcap format (draft-ietf-opsawg-pcap).
const (
	magicMicro   = 0xa1b2c3d4 // times in µs
	snapLength   = 1<<16 + 14
	linkEthernet = 1
)

// gzipLevel is the fastest: zeros shrink well at any. The bytes that it makes
// are pinned by go.mod; labels.json has their hashes.
const gzipLevel = gzip.BestSpeed

// batchSize is how many bytes gzip gets at once.
const batchSize = 256 << 10

// pcapWriter writes a pcap file through gzip. The gzip header has neither
// name nor time, so that equal packets give equal files.
type pcapWriter struct {
	zip     *gzip.Writer
	batch   []byte
	packets int
}

func newPcapWriter(out *bytes.Buffer, batch []byte) (*pcapWriter, error) {
	out.Reset()
	zip, err := gzip.NewWriterLevel(out, gzipLevel)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	b := binary.LittleEndian.AppendUint32(batch[:0], magicMicro)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, snapLength)
	b = binary.LittleEndian.AppendUint32(b, linkEthernet)
	return &pcapWriter{zip: zip, batch: b}, nil
}

// add writes one frame.
func (w *pcapWriter) add(f columns.Frame) error {
	w.packets++
	b := binary.LittleEndian.AppendUint32(w.batch, uint32(f.Time/1e6))
	b = binary.LittleEndian.AppendUint32(b, uint32(f.Time%1e6))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
	w.batch = append(b, f.Data...)
	if len(w.batch) < batchSize {
		return nil
	}
	return w.flush()
}

func (w *pcapWriter) flush() error {
	_, err := w.zip.Write(w.batch)
	w.batch = w.batch[:0]
	if err != nil {
		return fmt.Errorf("gzip: %w", err)
	}
	return nil
}

func (w *pcapWriter) close() error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.zip.Close(); err != nil {
		return fmt.Errorf("gzip: %w", err)
	}
	return nil
}
