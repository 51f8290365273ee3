package course

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"flowbook/data/course/columns"
	"flowbook/flowlib/label"

	"github.com/google/renameio/v2"
	"github.com/gopacket/gopacket/pcapgo"
)

// Build makes the two embedded files, labels.json and recordings.bin in the
// folder to, from a folder of recordings that data/lab's command record wrote.
func Build(from, to string) error {
	b, err := os.ReadFile(filepath.Join(from, label.SidecarName))
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	var side label.Sidecar
	if err := json.Unmarshal(b, &side); err != nil {
		return fmt.Errorf("course: %s: %w", filepath.Join(from, label.SidecarName), err)
	}
	packed := []byte(magic)
	var z zipper
	for i := range side.Captures {
		c := &side.Captures[i]
		frames, err := readPcap(filepath.Join(from, c.File))
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
		c.File += ".gz"
		c.SHA256, c.Packets = hash(file), n
		packed = append(binary.AppendUvarint(packed, uint64(len(blob))), blob...)
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

// readPcap reads all frames of a pcap file.
func readPcap(name string) ([]columns.Frame, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var frames []columns.Frame
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: packet %d: %w", name, len(frames), err)
		}
		frames = append(frames, columns.Frame{Time: info.Timestamp.UnixMicro(), Data: data})
	}
}
