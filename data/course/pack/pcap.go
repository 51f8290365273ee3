package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"flowbook/data/course/columns"

	"github.com/gopacket/gopacket/pcapgo"
)

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
