package course

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/data/course/columns"
	"flowbook/flowlib/label"

	"github.com/google/renameio/v2"
	"github.com/klauspost/compress/zstd"
)

// Build makes the two embedded files, labels.json and recordings.bin in the
// folder to, from a folder of recordings that data/lab's command record wrote,
// with the truth about the packets beside each.
// read reads one of them; it is a parameter so that this package, which cells
// of notebooks link, needs no decoder of captures.
func Build(from, to string, read func(name string) ([]columns.Frame, error)) error {
	b, err := os.ReadFile(filepath.Join(from, label.SidecarName))
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	var side label.Sidecar
	if err := json.Unmarshal(b, &side); err != nil {
		return fmt.Errorf("course: %s: %w", filepath.Join(from, label.SidecarName), err)
	}
	packed := []byte(magic)
	squeeze, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	defer squeeze.Close()
	var z zipper
	for i := range side.Captures {
		c := &side.Captures[i]
		frames, err := read(filepath.Join(from, c.File))
		if err != nil {
			return fmt.Errorf("course: %w", err)
		}
		blob, err := columns.Encode(frames)
		if err != nil {
			return fmt.Errorf("course: %s: %w", c.File, err)
		}
		file, n, err := z.pcap(blob)
		if err != nil {
			return fmt.Errorf("course: %s: %w", c.File, err)
		}
		kinds, err := os.ReadFile(filepath.Join(from, c.File+".truth"))
		if err != nil {
			return fmt.Errorf("course: %w", err)
		}
		if len(kinds) != n {
			return fmt.Errorf("course: %s.truth speaks of %d packets, the capture has %d", c.File, len(kinds), n)
		}
		c.File += ".gz"
		c.SHA256, c.Packets = hash(file), n
		for _, part := range [][]byte{blob, squeeze.EncodeAll(kinds, nil)} {
			packed = append(binary.AppendUvarint(packed, uint64(len(part))), part...)
		}
	}
	labels, err := encodeSidecar(side)
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(to, "recordings.bin"), packed, 0o644); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(to, "labels.json"), labels, 0o644); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	return nil
}
