// Package anonymize makes captures that can be handed on: addresses are mapped
// with their prefixes kept, and of each packet only the headers of IP, TCP and
// UDP stay (and type and code of ICMP), with time and length. Payload is cut, so host names, SNI, cookies
// and whatever else it held are gone; so are link-layer addresses, and the
// comments, names and machine descriptions of a pcapng file, since the output
// is a plain pcap of raw IP packets.
//
// The flows of the output have the features of the input's. What stays can
// still tell much to who looks for it: times, sizes and ports are a
// fingerprint of a visit, and TTL and TCP options one of a system.
package anonymize

import (
	"errors"
	"fmt"
	"io"
	"time"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Account says what became of the packets of a capture.
type Account struct {
	Read    int            `json:"read"`
	Written int            `json:"written"`
	LeftOut map[Reason]int `json:"left_out"`
}

// File anonymizes the capture at from into a pcap at to, written beside and
// renamed. Where the capture is damaged, what was good before is written, and
// the error comes back with the account.
func File(from, to string, a *Addresses) (Account, error) {
	acc := Account{LeftOut: map[Reason]int{}}
	in, err := capture.Open(from)
	if err != nil {
		return acc, err
	}
	defer in.Close()
	var damage error
	err = flowio.WriteFile(to, func(w io.Writer) error {
		out := pcapgo.NewWriterNanos(w)
		if err := out.WriteFileHeader(capture.MaxCapLen, layers.LinkTypeRaw); err != nil {
			return err
		}
		damage, err = copyPackets(out, in, a, &acc)
		return err
	})
	if err != nil {
		return acc, fmt.Errorf("anonymize %s: %w", from, err)
	}
	return acc, damage
}

// copyPackets writes what is kept of every packet. damage is what was wrong with
// the capture; err with the output.
func copyPackets(out *pcapgo.Writer, in *capture.Reader, a *Addresses, acc *Account) (damage, err error) {
	var p capture.Packet
	for {
		if err := in.Next(&p); errors.Is(err, io.EOF) {
			return nil, nil
		} else if err != nil {
			return err, nil
		}
		acc.Read++
		kept, wire, why := a.Packet(uint16(p.Link), p.Data)
		if why != "" {
			acc.LeftOut[why]++
			continue
		}
		acc.Written++
		info := gopacket.CaptureInfo{Timestamp: time.Unix(0, p.Time).UTC(), CaptureLength: len(kept), Length: max(wire, len(kept))}
		if err := out.WritePacket(info, kept); err != nil {
			return nil, err
		}
	}
}
