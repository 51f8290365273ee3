// Command trace makes the long captures that make bench-meter measures with.
//
//	trace merge OUT COPIES FILES...   real Ethernet captures, laid over each other and repeated
//	trace flows OUT FLOWS PACKETS SPAN_S GAP_S   made-up flows, so many packets each
//
// OUT may be - for standard output. The same arguments give the same bytes.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "trace:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) < 4 {
		return fmt.Errorf("usage: trace merge OUT COPIES FILES... | trace flows OUT FLOWS PACKETS SPAN_S GAP_S")
	}
	f := os.Stdout
	if args[1] != "-" {
		if f, err = os.Create(args[1]); err != nil {
			return err
		}
	}
	w := bufio.NewWriterSize(f, 1<<20)
	switch args[0] {
	case "merge":
		copies, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		err = merge(w, copies, args[3:])
		if err != nil {
			return err
		}
	case "flows":
		var n [4]float64
		for i := range n {
			if len(args) != 6 {
				return fmt.Errorf("flows takes OUT FLOWS PACKETS SPAN_S GAP_S")
			}
			if n[i], err = strconv.ParseFloat(args[2+i], 64); err != nil {
				return err
			}
		}
		if err := flows(w, int(n[0]), int(n[1]), n[2], n[3]); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown trace %q", args[0])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// header writes the header of a pcap file: µs, little endian, Ethernet.
func header(w io.Writer) error {
	h := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	h = append(h, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	_, err := w.Write(h)
	return err
}

// begin is the time of the first packet, µs since 1970.
const begin = 1_600_000_000_000_000

// record writes a packet at t µs.
func record(w *bufio.Writer, t int64, wire int, data []byte) error {
	var h [16]byte
	le := binary.LittleEndian
	le.PutUint32(h[:], uint32(t/1e6))
	le.PutUint32(h[4:], uint32(t%1e6))
	le.PutUint32(h[8:], uint32(len(data)))
	le.PutUint32(h[12:], uint32(wire))
	if _, err := w.Write(h[:]); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}
