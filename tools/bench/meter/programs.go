package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
)

var traces = []trace{
	{name: "t0", what: "real captures laid over each other, a short one for slow programs", slow: true},
	{name: "t1", what: "real captures laid over each other"},
	{name: "t2", what: "many tiny flows"},
	{name: "t3", what: "flows of 50 packets, all mixed"},
}

// programs are what is measured; the first is the floor.
var programs = []program{
	{name: "pcapgo, reading alone", command: ".build/readfloor %i"},
	{name: "flowbook, 23 features", command: ".build/flowbook extract --quiet --workers 1 --columns features -o %o/f.csv %i"},
	{name: "flowbook, 84 columns", command: ".build/flowbook extract --quiet --workers 1 -o %o/f.csv %i"},
	{name: "flowbook, 84 columns, 2 workers", command: ".build/flowbook extract --quiet --workers 2 -o %o/f.csv %i"},
	{name: "flowbook, 23 features, 120 s and 3 s", command: ".build/flowbook extract --quiet --workers 1 --flow-timeout 120s,3s --columns features -o %o/f.csv %i"},
	{name: "flowbook, 84 columns, 120 s and 3 s", command: ".build/flowbook extract --quiet --workers 1 --flow-timeout 120s,3s -o %o/ %i"},
	{name: "flowbook, 84 columns of cic2018", command: ".build/flowbook extract --quiet --workers 1 --dialect cic2018 -o %o/f.csv %i"},
	{name: "flowbook, 23 features, all through gopacket", command: ".build/flowbook extract --quiet --workers 1 --reader gopacket --columns features -o %o/f.csv %i"},
	{name: "softflowd, IPFIX", command: "softflowd -r %i -n 127.0.0.1:9995 -v 10"},
	{name: "nfpcapd", command: "nfpcapd -r %i -w %o"},
	{name: "argus and ra, CSV", command: "argus -r %i -w - | ra -r - -c , > %o/f.csv"},
	{name: "flowscope", command: "%p/bin/flowscope %i %o/f.csv"},
	{name: "tshark, conversations", command: "tshark -n -r %i -q -z conv,tcp -z conv,udp > %o/f.txt", slow: true},
	{name: "nfstream, statistics", command: "%p/py/bin/python tools/bench/nfstream_run.py %i %o/f.csv", slow: true},
	{name: "cicflowmeter of Python", command: "%p/py/bin/cicflowmeter -f %i -c %o/f.csv", slow: true},
}

// count is the number of packets of a little-endian pcap file.
func count(path string) (n int64) {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	if _, err := r.Discard(24); err != nil {
		return 0
	}
	var h [16]byte
	for {
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return n
		}
		if _, err := r.Discard(int(binary.LittleEndian.Uint32(h[8:]))); err != nil {
			return n
		}
		n++
	}
}
