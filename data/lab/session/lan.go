package session

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// lan is what the local network says beside IP traffic to the outside: mean
// times in seconds, 0 for never.
type lan struct {
	arp  float64 // the host asks the router whether it is still there (RFC 826)
	mdns float64 // someone looks for a printer or a speaker (RFC 6762)
}

// run puts the frames of the local network into the capture until ctx ends.
func (l lan) run(ctx context.Context, c *capture, host netip.Addr, r *rand.Rand) {
	every := func(mean float64, do func(r *rand.Rand)) {
		if mean <= 0 {
			return
		}
		own := rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Duration(own.ExpFloat64() * mean * 1e9)):
					do(own)
				}
			}
		}()
	}
	router := netip.AddrFrom4([4]byte{host.As4()[0], host.As4()[1], host.As4()[2], 1})
	every(l.arp, func(r *rand.Rand) {
		me, it := c.toNet[6:12], c.toNet[:6]
		c.frame(time.Now(), arp(1, me, host, it, router))
		time.Sleep(time.Duration(2e5 + r.Float64()*2e6))
		c.frame(time.Now(), arp(2, it, router, me, host))
	})
	every(l.mdns, func(r *rand.Rand) {
		from, mac := host, append([]byte(nil), c.toNet[6:12]...)
		if r.Float64() < 0.6 { // another machine
			b := host.As4()
			b[3] = byte(2 + r.IntN(18))
			from, mac[5] = netip.AddrFrom4(b), b[3]
		}
		c.frame(time.Now(), mdns(mac, from, r))
	})
}

// arp is a request (1) or an answer (2), padded as on the line.
func arp(what byte, fromMAC []byte, from netip.Addr, toMAC []byte, to netip.Addr) []byte {
	b := append(append([]byte{}, toMAC...), fromMAC...)
	b = append(b, 8, 6, 0, 1, 8, 0, 6, 4, 0, what)
	b = append(append(b, fromMAC...), from.AsSlice()...)
	if what == 1 {
		toMAC = make([]byte, 6)
	}
	b = append(append(b, toMAC...), to.AsSlice()...)
	return append(b, make([]byte, max(0, 60-len(b)))...)
}

// mdns is a question to all machines of the local network.
func mdns(mac []byte, from netip.Addr, r *rand.Rand) []byte {
	names := []string{"_ipp._tcp.local.", "_googlecast._tcp.local.", "_airplay._tcp.local.", "_spotify-connect._tcp.local.", "_smb._tcp.local."}
	m := dnsmessage.Message{}
	for _, i := range r.Perm(len(names))[:1+r.IntN(3)] {
		m.Questions = append(m.Questions, dnsmessage.Question{
			Name: dnsmessage.MustNewName(names[i]), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET,
		})
	}
	text, err := m.Pack()
	if err != nil {
		panic("session: mDNS: " + err.Error())
	}
	b := append([]byte{1, 0, 0x5e, 0, 0, 0xfb}, mac...)
	b = append(b, 8, 0)
	ip := make([]byte, 28, 28+len(text))
	ip[0], ip[8], ip[9] = 0x45, 255, 17
	binary.BigEndian.PutUint16(ip[2:], uint16(28+len(text)))
	binary.BigEndian.PutUint16(ip[4:], uint16(r.Uint32()))
	copy(ip[12:], from.AsSlice())
	copy(ip[16:], []byte{224, 0, 0, 251})
	binary.BigEndian.PutUint16(ip[10:], ^ones(0, ip[:20]))
	binary.BigEndian.PutUint16(ip[20:], 5353)
	binary.BigEndian.PutUint16(ip[22:], 5353)
	binary.BigEndian.PutUint16(ip[24:], uint16(8+len(text)))
	ip = append(ip, text...)
	pseudo := uint32(17 + 8 + len(text))
	binary.BigEndian.PutUint16(ip[26:], ^ones(uint32(ones(pseudo, ip[12:20])), ip[20:]))
	return append(b, ip...)
}

// ones is the one's complement sum of 16-bit words (RFC 1071).
func ones(sum uint32, b []byte) uint16 {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
