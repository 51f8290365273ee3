// Command readfloor reads a pcap file with pcapgo, without copying packets,
// and does nothing else: the floor under the time of any meter in Go.
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/gopacket/gopacket/pcapgo"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "readfloor:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := pcapgo.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return err
	}
	r.SetSnaplen(262144)
	n := 0
	for {
		if _, _, err := r.ZeroCopyReadPacketData(); err != nil {
			break // the end
		}
		n++
	}
	fmt.Println(n, "packets")
	return nil
}
