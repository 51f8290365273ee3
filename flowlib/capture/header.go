package capture

import (
	"encoding/binary"
	"net/netip"
)

// Header is what a flow meter needs to know of one packet.
type Header struct {
	Time     int64 // µs since 1970 UTC, ns cut off
	Offset   int64 // of the packet in its file, as Packet.Offset
	Src, Dst Addr
	SrcPort  uint16
	DstPort  uint16
	V6       bool  // the addresses are IPv6
	Proto    uint8 // IP protocol number; 0 for all but TCP and UDP in the cic dialects
	Flags    uint8 // TCP flags, as in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128
	Window   int32 // TCP window, -1 where there is none
	Payload  int32 // bytes after the transport header
	Header   int32 // bytes of the transport header
}

// TCP flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Addr is an IP address in network byte order, IPv4 as ::ffff:a.b.c.d. Two
// words compare and hash faster than 16 bytes.
type Addr struct{ Hi, Lo uint64 }

// addr4 and addr6 read an address from a header.
func addr4(b []byte) Addr { return Addr{0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b))} }
func addr6(b []byte) Addr {
	return Addr{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// Netip is the address for people; v6 says that it is IPv6.
func (a Addr) Netip(v6 bool) netip.Addr {
	if !v6 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(a.Lo))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], a.Hi)
	binary.BigEndian.PutUint64(b[8:], a.Lo)
	return netip.AddrFrom16(b)
}

// Less orders addresses by their bytes, unsigned.
func (a Addr) Less(b Addr) bool { return a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo }

// Reason says why a packet is in no flow. Every packet that is read is either
// Kept or counted under one reason.
type Reason uint8

// The reasons of the decoders.
const (
	Kept       Reason = iota // it has a header and goes to the meter
	NotIP                    // no IPv4 or IPv6 inside (ARP, STP, ...)
	BadLink                  // a link type that is not known here
	Fragment                 // a later IP fragment: it has no transport header
	Short                    // cut by the snap length before the end of the headers
	Malformed                // lengths in the headers contradict each other
	OutOfOrder               // earlier than a packet before it, and not wanted (Disorder)
	Ignored                  // the original tool cannot read it and drops it (cic dialects)
	NumReasons
)

var reasonNames = [NumReasons]string{"kept", "not_ip", "unknown_link", "fragment", "short", "malformed", "out_of_order", "ignored"}

// String is the name of the counter.
func (r Reason) String() string { return reasonNames[r] }

// Decoder turns the bytes of a packet into a header or says why not. It
// leaves h undefined unless it returns Kept.
type Decoder func(p *Packet, h *Header) Reason
