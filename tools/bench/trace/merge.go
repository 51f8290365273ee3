package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
)

// packet of a real capture.
type packet struct {
	t    int64 // µs
	wire int
	data []byte
}

// Captures that are longer, or whose time goes back, are left out; the others
// begin a second apart and repeat after shift.
const (
	longest = 700_000_000 // µs
	shift   = 410_000_000
)

// merge lays the captures over each other and repeats them. Copy k has k added
// to the second octet of both IPv4 addresses, so that 5-tuples do not return.
func merge(w *bufio.Writer, copies int, files []string) error {
	var all []packet
	n := int64(0)
	for _, name := range files {
		packets, err := load(name)
		if err != nil {
			return err
		}
		if !fit(packets) {
			continue
		}
		base := packets[0].t - n*1_000_000%300_000_000
		for _, p := range packets {
			p.t -= base
			all = append(all, p)
		}
		n++
	}
	if len(all) == 0 {
		return fmt.Errorf("no capture fits: Ethernet, in order, at most %d s", longest/1_000_000)
	}
	slices.SortStableFunc(all, func(a, b packet) int { return int(a.t - b.t) })
	if err := header(w); err != nil {
		return err
	}
	var frame []byte
	for k := range copies {
		for _, p := range all {
			frame = append(frame[:0], p.data...)
			if len(frame) >= 34 && frame[12] == 8 && frame[13] == 0 {
				frame[27] += byte(k)
				frame[31] += byte(k)
			}
			if err := record(w, begin+p.t+int64(k)*shift, p.wire, frame); err != nil {
				return err
			}
		}
	}
	return nil
}

func fit(packets []packet) bool {
	if len(packets) == 0 || packets[len(packets)-1].t-packets[0].t > longest {
		return false
	}
	return slices.IsSortedFunc(packets, func(a, b packet) int { return int(a.t - b.t) })
}

// load reads a pcap file; nil for one that is not Ethernet.
func load(name string) ([]packet, error) {
	b, err := os.ReadFile(name)
	if err != nil || len(b) < 24 {
		return nil, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 0xa1 {
		order = binary.BigEndian
	}
	unit := int64(1)
	switch order.Uint32(b) {
	case 0xa1b23c4d:
		unit = 1000
	case 0xa1b2c3d4:
	default:
		return nil, nil
	}
	if order.Uint32(b[20:])&0xffff != 1 {
		return nil, nil
	}
	var out []packet
	for o := 24; o+16 <= len(b); {
		n := int(order.Uint32(b[o+8:]))
		t := int64(order.Uint32(b[o:]))*1_000_000 + int64(order.Uint32(b[o+4:]))/unit
		wire := int(order.Uint32(b[o+12:]))
		if o += 16; o+n > len(b) {
			break
		}
		out = append(out, packet{t, wire, b[o : o+n]})
		o += n
	}
	return out, nil
}
