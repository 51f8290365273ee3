package capture

import "strings"

// MaxCapLen is the longest record that is read, in bytes: libpcap's
// MAXIMUM_SNAPLEN. A longer one is taken for damage.
const MaxCapLen = 262144

// Packet is one record of a capture file.
type Packet struct {
	Time    int64  // ns since 1970 UTC
	NoTime  bool   // the record has no time (a simple packet of pcapng); Time is that of the packet before
	Offset  int64  // of the record (pcap: its header, pcapng: its block) in the unpacked file, bytes
	Link    Link   // how Data begins
	WireLen int    // bytes on the wire
	Data    []byte // the captured bytes; valid until the next call of Next
}

// Link is a link-layer header type, numbered as in pcap and pcapng files
// (tcpdump.org/linktypes.html).
type Link uint16

// The link types that DecodeClean understands.
const (
	LinkNull     Link = 0   // BSD loopback: address family in the host's byte order
	LinkEthernet Link = 1   //
	LinkPPP      Link = 9   // PPP, with or without address and control
	LinkRawBSD   Link = 12  // raw IP as some BSDs number it
	LinkRawOpen  Link = 14  // raw IP as OpenBSD numbers it
	LinkPPPHDLC  Link = 50  // PPP in frames like those of HDLC
	LinkPPPoE    Link = 51  // PPPoE session
	LinkRaw      Link = 101 // raw IPv4 or IPv6
	LinkLoop     Link = 108 // OpenBSD loopback: address family in network byte order
	LinkSLL      Link = 113 // Linux cooked capture
	LinkIPv4     Link = 228 //
	LinkIPv6     Link = 229 //
	LinkSLL2     Link = 276 // Linux cooked capture, version 2
)

// IsName reports whether a file name looks like that of a capture: .pcap,
// .pcapng or .cap, also with .gz or .zst. Only for finding captures in a
// directory; Open goes by content.
func IsName(path string) bool {
	name := strings.ToLower(path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	for _, ext := range []string{".pcap", ".pcapng", ".cap"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}
