package main

import (
	"encoding/binary"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// packet is one of a capture that package course wrote.
type packet struct {
	time int64 // µs
	data []byte
}

// firstPackets reads up to n packets of a pcap file that package course wrote.
func firstPackets(name string, n int) ([]packet, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, z, 24); err != nil {
		return nil, err
	}
	var all []packet
	var h [16]byte
	for len(all) < n {
		_, err := io.ReadFull(z, h[:])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		b := make([]byte, binary.LittleEndian.Uint32(h[8:]))
		if _, err := io.ReadFull(z, b); err != nil {
			return nil, err
		}
		at := int64(binary.LittleEndian.Uint32(h[:]))*1e6 + int64(binary.LittleEndian.Uint32(h[4:]))
		all = append(all, packet{at, b})
	}
	return all, nil
}
