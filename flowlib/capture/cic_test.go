package capture

import (
	"strings"
	"testing"
)

// TestDecodeCIC is the corners of section 1 of the specification, by hand;
// the oracle captures hold the rest.
func TestDecodeCIC(t *testing.T) {
	udp := "0 10.0.0.1 10.0.0.2 1000 53 17 10 8 0 "
	none := "0 10.0.0.1 10.0.0.2 0 0 0 0 0 0 "
	tcp := func(offset string) string { return "03e8 0050 00000001 00000000 " + offset + "02 2000 0000 0000 " }
	ipTCP := "4500 003c 0001 0000 4006 0000 0a000001 0a000002 "
	l2tp := func(ports string) string {
		return eth + "0800 4500 0054 0001 0000 4011 0000 0a000001 0a000002 " + ports + " 0040 0000 0002 0007 0001 ff03 0021" +
			strings.Replace(ipTCP, "003c", "0028", 1) + tcp("50")
	}
	broadcast := "ffffffffffff 020000000001 "
	arp := "0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002 " // with the frame header 42 bytes
	for name, c := range map[string]struct {
		wire int // 0: what is captured
		hex  string
		want string
	}{
		"Ethernet, padding cut":             {0, eth + "0800" + ip4 + udp10 + "0000 0000 0000", udp},
		"VLAN, padding counted":             {0, eth + "8100 0005 0800" + ip4 + udp10 + "0000", strings.Replace(udp, "17 10", "17 12", 1)},
		"raw IP by the second try":          {0, ip4 + udp10, udp},
		"cut to a wire length that is less": {44, eth + "0800" + ip4 + udp10, strings.Replace(udp, "17 10", "17 2", 1)},
		"unicast ARP":                       {0, eth + arp, "dropped"},
		"broadcast ARP of 60 bytes":         {0, broadcast + arp + strings.Repeat("00", 18), "0 8.6.0.1 8.0.6.4 0 0 0 0 0 0 "},
		"broadcast ARP of 42 bytes":         {0, broadcast + arp, "0 8.6.0.1 8.0.6.4 0 0 0 0 0 0 "},
		"42 bytes, MF bit by the MAC":       {0, "ffffffffffff 220000000001 " + arp, "dropped"},
		"IPv4 in IPv4":                      {0, eth + "0800 4500 003a 0001 0000 4004 0000 0a000001 0a000002 " + ip4 + udp10, udp},
		"IPv4 in IPv6":                      {0, eth + "86dd" + strings.Replace(ip6, "0012 11", "0026 04", 1) + ip4 + udp10, udp},
		"IPv4 in IPv6 with an extension":    {0, eth + "86dd" + strings.Replace(ip6, "0012 11", "002e 3c", 1) + "04000000 00000000" + ip4 + udp10 + strings.Repeat("00", 60), strings.Replace(udp, "17 10", "17 70", 1)},
		"IPv6":                              {0, eth + "86dd" + ip6 + udp10, "dropped"},
		"later fragment":                    {0, eth + "0800 4500 0026 0001 20b9" + ip4[20:] + udp10, none},
		"TCP of 20 bytes":                   {0, eth + "0800" + ipTCP + tcp("50"), "0 10.0.0.1 10.0.0.2 1000 80 6 0 20 8192 S"},
		"TCP of 16 bytes":                   {0, eth + "0800" + ipTCP + tcp("40"), "0 10.0.0.1 10.0.0.2 1000 80 6 4 16 8192 S"},
		"TCP of 12 bytes":                   {0, eth + "0800" + ipTCP + tcp("30"), "dropped"},
		"TCP of 0 bytes":                    {0, eth + "0800" + ipTCP + tcp("00"), none},
		"TCP cut before its options":        {0, eth + "0800" + ipTCP + tcp("80"), "dropped"},
		"TCP cut in its options":            {0, eth + "0800" + ipTCP + tcp("80") + "0204 05b4", "0 10.0.0.1 10.0.0.2 1000 80 6 0 24 8192 S"},
		"TCP cut before an option's length": {0, eth + "0800" + ipTCP + tcp("80") + "02", "dropped"},
		"TCP cut after a no-operation":      {0, eth + "0800" + ipTCP + tcp("80") + "01", "0 10.0.0.1 10.0.0.2 1000 80 6 0 21 8192 S"},
		"TCP cut":                           {0, eth + "0800" + ipTCP + "03e8 0050", none},
		"IP options":                        {0, eth + "0800 4600 002a" + ip4[10:] + "01010100" + udp10, udp},
		"IP options, no known one":          {0, eth + "0800 4600 002a" + ip4[10:] + "1e0b0000" + udp10, udp},
		"IP options that leave the header":  {0, eth + "0800 4600 002a" + ip4[10:] + "01010107" + udp10, "dropped"},
		"L2TP with TCP inside":              {0, l2tp("06a5 06a5"), "0 10.0.0.1 10.0.0.2 1000 80 6 0 20 8192 S"},
		"L2TP by the source port":           {0, l2tp("06a5 03e8"), "0 10.0.0.1 10.0.0.2 1000 80 6 0 20 8192 S"},
		"no L2TP towards a SIP port":        {0, l2tp("06a5 13c4"), "0 10.0.0.1 10.0.0.2 1701 5060 17 50 8 0 "},
		"port unreachable":                  {0, eth + "0800 4500 0042 0001 0000 4001 0000 0a000001 0a000002 0303 0000 00000000" + ip4 + udp10, udp},
		"time exceeded":                     {0, eth + "0800 4500 0042 0001 0000 4001 0000 0a000001 0a000002 0b00 0000 00000000" + ip4 + udp10, none},
		"802.3 loses 14 bytes":              {0, eth + "002e aaaa03 000000 0800" + ip4 + udp10, none},
		"802.3 of another OUI":              {0, eth + "003c aaaa03 00000c 0800" + ip4 + udp10, "dropped"},
		"nothing":                           {0, "", "dropped"},
	} {
		p := Packet{Link: LinkEthernet, WireLen: c.wire, Data: bytesOf(t, c.hex)}
		if c.wire == 0 {
			p.WireLen = len(p.Data)
		}
		var h Header
		got := "dropped"
		if DecodeCIC(&p, &h) == Kept {
			got = line(&h)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
