package capture

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/internal/testdata"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// bytesOf reads hexadecimal with blanks.
func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Pieces of the packets in TestDecodeClean.
const (
	eth   = "020000000002 020000000001 "
	ip4   = "4500 0026 0001 0000 4011 0000 0a000001 0a000002 "                                       // UDP, 38 bytes
	udp10 = "03e8 0035 0012 0000 00010203040506070809 "                                              // 10 bytes of payload
	ip6   = "60000000 0012 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002 " // UDP, 18 bytes
)

// TestDecodeClean is packets by hand: link types, extension headers, lengths.
func TestDecodeClean(t *testing.T) {
	udp := "10.0.0.1 10.0.0.2 1000 53 17 10 8"
	udp6 := "2001:db8::1 2001:db8::2 1000 53 17 10 8"
	tcp := "03e8 0050 00000001 00000000 5012 2000 0000 0000 "
	for name, c := range map[string]struct {
		link Link
		wire int // 0: what is captured
		hex  string
		want string // addresses, ports, protocol, payload, header; or the reason
	}{
		"Ethernet, padded":             {LinkEthernet, 0, eth + "0800" + ip4 + udp10 + "0000 0000 0000", udp},
		"VLAN, padded":                 {LinkEthernet, 0, eth + "8100 0005 0800" + ip4 + udp10 + "000000", udp},
		"QinQ":                         {LinkEthernet, 0, eth + "88a8 0005 8100 0006 86dd" + ip6 + udp10, udp6},
		"802.3 with SNAP":              {LinkEthernet, 0, eth + "002e aaaa03 000000 0800" + ip4 + udp10, udp},
		"802.3 with STP":               {LinkEthernet, 0, eth + "0026 424203 000000 0000", "not_ip"},
		"ARP":                          {LinkEthernet, 0, eth + "0806 0001", "not_ip"},
		"raw IPv4":                     {LinkRaw, 0, ip4 + udp10, udp},
		"raw IPv6":                     {LinkIPv6, 0, ip6 + udp10, udp6},
		"null, little endian":          {LinkNull, 0, "02000000" + ip4 + udp10, udp},
		"null, big endian":             {LinkNull, 0, "00000018" + ip6 + udp10, udp6},
		"null, AppleTalk":              {LinkNull, 0, "10000000 00", "not_ip"},
		"loop":                         {LinkLoop, 0, "00000002" + ip4 + udp10, udp},
		"cooked":                       {LinkSLL, 0, "0000 0001 0006 020000000001 0000 0800" + ip4 + udp10, udp},
		"cooked 2":                     {LinkSLL2, 0, "0800 0000 00000001 0001 00 06 0200000000010000" + ip4 + udp10, udp},
		"PPP":                          {LinkPPP, 0, "ff03 0021" + ip4 + udp10, udp},
		"PPP, short":                   {LinkPPP, 0, "0057" + ip6 + udp10, udp6},
		"PPP, LCP":                     {LinkPPP, 0, "ff03 c021 00", "not_ip"},
		"MPLS":                         {LinkEthernet, 0, eth + "8847 00010040 00010140" + ip4 + udp10, udp},
		"MPLS, Ethernet below":         {LinkEthernet, 0, eth + "8847 00010140" + eth, "not_ip"},
		"PPPoE":                        {LinkEthernet, 0, eth + "8864 11000001 0028 0021" + ip4 + udp10, udp},
		"802.11":                       {105, 0, "0000", "unknown_link"},
		"nothing":                      {LinkRaw, 0, "", "malformed"},
		"version 5":                    {LinkRaw, 0, "55", "malformed"},
		"cut inside Ethernet":          {LinkEthernet, 60, "0200", "short"},
		"cut inside IPv4":              {LinkEthernet, 60, eth + "0800" + "4500 0026", "short"},
		"cut inside UDP":               {LinkRaw, 38, ip4 + "03e8", "short"},
		"cut payload":                  {LinkRaw, 38, ip4 + "03e8 0035 0012 0000", udp},
		"IPv4 header of 16 bytes":      {LinkRaw, 0, "44" + ip4[2:] + udp10, "malformed"},
		"IPv4 shorter than its header": {LinkRaw, 0, "4500 0013" + ip4[10:] + udp10, "malformed"},
		"IPv4 that ends in UDP":        {LinkRaw, 0, "4500 0018" + ip4[10:] + udp10, "malformed"},
		"IPv4 of length 0":             {LinkRaw, 0, "4500 0000" + ip4[10:] + udp10, udp},
		"IPv4 options":                 {LinkRaw, 0, "4600 002a" + ip4[10:] + "94040000" + udp10, udp},
		"first fragment":               {LinkRaw, 0, "4500 0026 0001 2000" + ip4[20:] + "03e8 0035 0400 0000 00010203040506070809", udp},
		"later fragment":               {LinkRaw, 0, "4500 0026 0001 20b9" + ip4[20:] + udp10, "fragment"},
		"UDP shorter than IP":          {LinkRaw, 0, ip4 + "03e8 0035 000c 0000 00010203040506070809", "10.0.0.1 10.0.0.2 1000 53 17 4 8"},
		"TCP":                          {LinkRaw, 0, "4500 0028 0001 0000 4006" + ip4[25:] + tcp, "10.0.0.1 10.0.0.2 1000 80 6 0 20"},
		"TCP header too long":          {LinkRaw, 0, "4500 0028 0001 0000 4006" + ip4[25:] + strings.Replace(tcp, "5012", "6012", 1), "malformed"},
		"TCP header too short":         {LinkRaw, 0, "4500 0028 0001 0000 4006" + ip4[25:] + strings.Replace(tcp, "5012", "4012", 1), "malformed"},
		"ping":                         {LinkRaw, 0, "4500 001e 0001 0000 4001" + ip4[25:] + "0800 0000 00010001 aabb", "10.0.0.1 10.0.0.2 2048 2048 1 2 8"},
		"pong":                         {LinkRaw, 0, "4500 001e 0001 0000 4001" + ip4[25:] + "0000 0000 00010001 aabb", "10.0.0.1 10.0.0.2 2048 2048 1 2 8"},
		"port unreachable":             {LinkRaw, 0, "4500 0038 0001 0000 4001" + ip4[25:] + "0303 0000 00000000" + ip4 + "03e8 0035 0012 0000", "10.0.0.1 10.0.0.2 771 771 1 28 8"},
		"SCTP":                         {LinkRaw, 0, "4500 0024 0001 0000 4084" + ip4[25:] + "03e8 0035 00000000 00000000 01000000", "10.0.0.1 10.0.0.2 1000 53 132 4 12"},
		"GRE":                          {LinkRaw, 0, "4500 001c 0001 0000 402f" + ip4[25:] + "0000 0800 00000000", "10.0.0.1 10.0.0.2 0 0 47 8 0"},
		"IPv6 hop by hop":              {LinkRaw, 0, strings.Replace(ip6, "0012 11", "001a 00", 1) + "11000502 00000000" + udp10, udp6},
		"IPv6 authentication":          {LinkRaw, 0, strings.Replace(ip6, "0012 11", "001e 33", 1) + "11010000 00000000 00000000" + udp10, udp6},
		"IPv6 first fragment":          {LinkRaw, 0, strings.Replace(ip6, "0012 11", "001a 2c", 1) + "11000001 00000000" + udp10, udp6},
		"IPv6 later fragment":          {LinkRaw, 0, strings.Replace(ip6, "0012 11", "001a 2c", 1) + "11000021 00000000" + udp10, "fragment"},
		"IPv6 no next header":          {LinkRaw, 0, strings.Replace(ip6, "0012 11", "0000 3b", 1), "2001:db8::1 2001:db8::2 0 0 59 0 0"},
		"IPv6 jumbogram":               {LinkRaw, 0, strings.Replace(ip6, "0012 11", "0000 11", 1) + udp10, udp6},
		"IPv6 extension too long":      {LinkRaw, 0, strings.Replace(ip6, "0012 11", "0012 00", 1) + "1109" + udp10, "malformed"},
	} {
		p := Packet{Time: 1999, Link: c.link, WireLen: c.wire, Data: bytesOf(t, c.hex)}
		var h Header
		got := "time"
		if why := DecodeClean(&p, &h); why != Kept {
			got = why.String()
		} else if h.Time == 1 {
			got = fmt.Sprint(h.Src.Netip(h.V6), h.Dst.Netip(h.V6), h.SrcPort, h.DstPort, h.Proto, h.Payload, h.Header)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestDecodeCleanGopacket compares with gopacket's decoder on all packets of
// the oracle captures that it decodes without complaint.
func TestDecodeCleanGopacket(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "in.pcap"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no oracle captures: %v", err)
	}
	compared := 0
	for _, path := range paths {
		n := 0
		each(t, path, func(p *Packet) {
			n++
			want := gopacketLine(p)
			if want == "" {
				return
			}
			compared++
			var h Header
			got := ""
			if why := DecodeClean(p, &h); why != Kept {
				got = why.String()
			} else {
				got = fmt.Sprintln(h.Src.Netip(h.V6), h.Dst.Netip(h.V6), h.Proto, h.SrcPort, h.DstPort, h.Payload, h.Header, h.Flags)
			}
			if got != want {
				t.Errorf("%s, packet %d:\n got %s\nwant %s", path, n, got, want)
			}
		})
	}
	if compared < 8000 {
		t.Errorf("only %d packets compared", compared)
	}
}

// gopacketLine is the outer TCP or UDP header as gopacket sees it, "" where it
// sees none, or where the packet is cut or a fragment.
func gopacketLine(p *Packet) string {
	q := gopacket.NewPacket(p.Data, layers.LinkType(p.Link), gopacket.DecodeOptions{NoCopy: true, Lazy: true})
	net, trans := q.NetworkLayer(), q.TransportLayer()
	if net == nil || trans == nil || len(p.Data) < p.WireLen {
		return ""
	}
	proto, length := 0, 0
	switch ip := net.(type) {
	case *layers.IPv4:
		if ip.FragOffset != 0 || ip.Length == 0 {
			return ""
		}
		proto, length = int(ip.Protocol), int(ip.Length)-int(ip.IHL)*4
	case *layers.IPv6:
		proto, length = int(ip.NextHeader), int(ip.Length)
	}
	src, dst := net.NetworkFlow().Endpoints()
	switch l := trans.(type) {
	case *layers.TCP:
		if proto != 6 || length < len(l.Contents) {
			return ""
		}
		return fmt.Sprintln(src, dst, 6, int(l.SrcPort), int(l.DstPort), length-len(l.Contents), len(l.Contents), l.Contents[13])
	case *layers.UDP:
		if proto != 17 {
			return ""
		}
		return fmt.Sprintln(src, dst, 17, int(l.SrcPort), int(l.DstPort), int(l.Length)-8, 8, 0)
	}
	return ""
}
