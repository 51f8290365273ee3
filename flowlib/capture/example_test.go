package capture_test

import (
	"bytes"
	"fmt"

	"flowbook/flowlib/capture"
)

// file is a raw-IP pcap (big endian, µs) with one DNS datagram and half of a second.
var file = append([]byte("\xa1\xb2\xc3\xd4\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x65"+
	"\x5f\x5e\x10\x00\x00\x00\x00\x07\x00\x00\x00\x20\x00\x00\x00\x20"+
	"\x45\x00\x00\x20\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02"+
	"\x03\xe8\x00\x35\x00\x0c\x00\x00abcd"),
	"\x5f\x5e\x10\x01\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00\x20\x45\x00"...)

func ExampleReader() {
	r, err := capture.NewReader("half.pcap", bytes.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	var p capture.Packet
	var h capture.Header
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		if why := capture.DecodeClean(&p, &h); why != capture.Kept {
			fmt.Println(why)
			continue
		}
		fmt.Printf("byte %d, %d µs: %v:%d to %v:%d, %d bytes\n", p.Offset, h.Time,
			h.Src.Netip(h.V6), h.SrcPort, h.Dst.Netip(h.V6), h.DstPort, h.Payload)
	}
	fmt.Println(err)
	// Output:
	// byte 24, 1600000000000007 µs: 10.0.0.1:1000 to 10.0.0.2:53, 4 bytes
	// half.pcap: byte 72: found 2 of 32 bytes of a packet, expected all of them (the file is cut off or damaged here)
}
