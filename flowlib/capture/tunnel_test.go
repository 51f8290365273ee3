package capture

import (
	"fmt"
	"testing"
)

// ip4Of is an IPv4 header from 192.0.2.1 to 192.0.2.2 around n bytes.
func ip4Of(proto byte, n int) string {
	return fmt.Sprintf("4500%04x 0001 0000 40%02x 0000 c0000201 c0000202 ", 20+n, proto)
}

// ip6Of is an IPv6 header from 2001:db8::a to ::b around n bytes.
func ip6Of(proto byte, n int) string {
	return fmt.Sprintf("60000000 %04x %02x 40 20010db8 00000000 00000000 0000000a 20010db8 00000000 00000000 0000000b ", n, proto)
}

// udpOf is a UDP header around n bytes.
func udpOf(src, dst, n int) string { return fmt.Sprintf("%04x%04x%04x0000 ", src, dst, 8+n) }

const (
	inner4 = ip4 + udp10 // 38 bytes
	inner6 = ip6 + udp10 // 58 bytes
)

// tunnels are frames with tunnels, the outer and the inner header as
// addresses, ports, protocol and payload.
var tunnels = map[string]struct{ hex, outer, inner string }{
	"IP in IP":            {eth + "0800" + ip4Of(4, 38) + inner4, "192.0.2.1 192.0.2.2 0 0 4 38", innerLine},
	"6in4":                {eth + "0800" + ip4Of(41, 58) + inner6, "192.0.2.1 192.0.2.2 0 0 41 58", innerLine6},
	"4in6":                {eth + "86dd" + ip6Of(4, 38) + inner4, "2001:db8::a 2001:db8::b 0 0 4 38", innerLine},
	"GRE":                 {eth + "0800" + ip4Of(47, 42) + "0000 0800" + inner4, "192.0.2.1 192.0.2.2 0 0 47 42", innerLine},
	"GRE, key and number": {eth + "0800" + ip4Of(47, 50) + "3000 0800 00000001 00000002" + inner4, "192.0.2.1 192.0.2.2 0 0 47 50", innerLine},
	"GRE, IPv6":           {eth + "0800" + ip4Of(47, 62) + "0000 86dd" + inner6, "192.0.2.1 192.0.2.2 0 0 47 62", innerLine6},
	"GRE, Ethernet":       {eth + "0800" + ip4Of(47, 56) + "0000 6558" + eth + "0800" + inner4, "192.0.2.1 192.0.2.2 0 0 47 56", innerLine},
	"PPTP":                {eth + "0800" + ip4Of(47, 54) + "3001 880b 002a 0001 00000001" + "ff03 0021" + inner4, "192.0.2.1 192.0.2.2 0 0 47 54", innerLine},
	"PPTP, short":         {eth + "0800" + ip4Of(47, 51) + "3001 880b 0027 0001 00000001" + "21" + inner4, "192.0.2.1 192.0.2.2 0 0 47 51", innerLine},
	"VXLAN":               {eth + "0800" + ip4Of(17, 68) + udpOf(5000, 4789, 60) + "08000000 00000100" + eth + "0800" + inner4, "192.0.2.1 192.0.2.2 5000 4789 17 60", innerLine},
	"VXLAN, VLAN, IPv6":   {eth + "0800" + ip4Of(17, 92) + udpOf(5000, 4789, 84) + "08000000 00000100" + eth + "8100 0005 86dd" + inner6, "192.0.2.1 192.0.2.2 5000 4789 17 84", innerLine6},
	"VXLAN, ARP":          {eth + "0800" + ip4Of(17, 32) + udpOf(5000, 4789, 24) + "08000000 00000100" + eth + "0806 0001", "192.0.2.1 192.0.2.2 5000 4789 17 24", "192.0.2.1 192.0.2.2 5000 4789 17 24"},
	"GTP-U":               {eth + "0800" + ip4Of(17, 54) + udpOf(2152, 2152, 46) + "30ff 0026 00000001" + inner4, "192.0.2.1 192.0.2.2 2152 2152 17 46", innerLine},
	"GTP-U, number":       {eth + "0800" + ip4Of(17, 58) + udpOf(2152, 2152, 50) + "32ff 002a 00000001 0007 00 00" + inner4, "192.0.2.1 192.0.2.2 2152 2152 17 50", innerLine},
	"GTP-U, extension":    {eth + "0800" + ip4Of(17, 62) + udpOf(2152, 2152, 54) + "34ff 002e 00000001 0000 00 85 01 0000 00" + inner4, "192.0.2.1 192.0.2.2 2152 2152 17 54", innerLine},
	"GTP-U, echo":         {eth + "0800" + ip4Of(17, 20) + udpOf(2152, 2152, 12) + "3201 0004 00000000 0001 00 00", "192.0.2.1 192.0.2.2 2152 2152 17 12", "192.0.2.1 192.0.2.2 2152 2152 17 12"},
	"GRE in 6in4":         {eth + "0800" + ip4Of(41, 82) + ip6Of(47, 42) + "0000 0800" + inner4, "192.0.2.1 192.0.2.2 0 0 41 82", innerLine},
	"not a tunnel":        {eth + "0800" + inner4, innerLine, innerLine},
	"6in4, nonsense":      {eth + "0800" + ip4Of(41, 4) + "00000000", "192.0.2.1 192.0.2.2 0 0 41 4", "192.0.2.1 192.0.2.2 0 0 41 4"},
	"GRE, a fragment":     {eth + "0800" + ip4Of(47, 42) + "0000 0800" + "4500 0026 0001 20b9" + ip4[20:] + udp10, "192.0.2.1 192.0.2.2 0 0 47 42", "fragment"},
}

const (
	innerLine  = "10.0.0.1 10.0.0.2 1000 53 17 10"
	innerLine6 = "2001:db8::1 2001:db8::2 1000 53 17 10"
)

// TestTunnels: the outer header by default, the inner one on request, with
// and without the short cuts.
func TestTunnels(t *testing.T) {
	for name, c := range tunnels {
		b := bytesOf(t, c.hex)
		for _, o := range []Options{{}, {Gopacket: true}, {Inner: true}, {Inner: true, Gopacket: true}} {
			want := c.outer
			if o.Inner {
				want = c.inner
			}
			var h Header
			got := ""
			if why := o.Clean()(&Packet{Link: LinkEthernet, WireLen: len(b), Data: b}, &h); why != Kept {
				got = why.String()
			} else {
				got = fmt.Sprint(h.Src.Netip(h.V6), h.Dst.Netip(h.V6), h.SrcPort, h.DstPort, h.Proto, h.Payload)
			}
			if got != want {
				t.Errorf("%s, %+v: got %s, want %s", name, o, got, want)
			}
		}
	}
}

// TestTunnelCut: a tunnel that the snap length cuts inside is short if one
// looks inside, and no worse than before if not.
func TestTunnelCut(t *testing.T) {
	whole := bytesOf(t, tunnels["VXLAN"].hex)
	for n := 42; n < len(whole)-10; n++ {
		p := Packet{Link: LinkEthernet, WireLen: len(whole), Data: whole[:n]}
		var h Header
		if why := DecodeClean(&p, &h); why != Kept || h.Payload != 60 {
			t.Fatalf("%d bytes: %v, %+v", n, why, h)
		}
		if why := decodeInner(&p, &h); why != Short {
			t.Fatalf("%d bytes, inside: %v, %+v", n, why, h)
		}
	}
	deep := inner4
	for n := range 12 {
		deep = ip4Of(4, 38+20*n) + deep
	}
	b := bytesOf(t, eth+"0800"+deep)
	var h Header
	if why := decodeInner(&Packet{Link: LinkEthernet, WireLen: len(b), Data: b}, &h); why != Kept || h.Proto != 4 {
		t.Errorf("12 tunnels inside each other: %v, %+v", why, h)
	}
}
