// Package network joins real TCP/IP stacks (gVisor's netstack) by emulated
// links in one process: hosts with an access link each around one router. It
// needs no privileges and no network interface, and it runs in real time or
// in the virtual time of testing/synctest.
//
// Three things make netstack's traffic look like that of common kernels:
// delayed acknowledgements (package network's own, since netstack has none),
// SACK recovery instead of its RACK, which retransmits without need, and a
// card between stack and line that keeps packets of one burst from sharing a
// time stamp.
package network

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"sync"
)

// Net is a star of hosts around one router, with a resolver for their names.
type Net struct {
	mu       sync.RWMutex
	routes   map[netip.Addr]*Host
	names    map[string]netip.Addr
	hosts    []*Host
	rng      *rand.Rand
	resolver netip.AddrPort
}

// New returns an empty network. The seed decides jitter, losses, ports and
// sequence numbers.
func New(seed uint64) *Net {
	return &Net{
		routes: map[netip.Addr]*Host{},
		names:  map[string]netip.Addr{},
		rng:    rand.New(rand.NewPCG(seed, 1)),
	}
}

// Route sends what is for addr to h as well, as the gateway of a tunnel needs.
func (n *Net) Route(addr netip.Addr, h *Host) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.routes[addr] = h
}

// Close stops all stacks and links.
func (n *Net) Close() {
	for _, h := range n.hosts {
		h.Stack.Close()
	}
	for _, h := range n.hosts {
		h.Stack.Wait()
	}
	for _, h := range n.hosts {
		for _, p := range []*pipe{h.up, h.down, h.cardOut, h.cardIn} {
			p.close()
		}
	}
}

// forward takes a packet from a host's uplink to the downlink of its
// destination; what has no destination is dropped.
func (n *Net) forward(ip []byte) {
	if len(ip) < 20 {
		return
	}
	n.mu.RLock()
	to := n.routes[netip.AddrFrom4([4]byte(ip[16:20]))]
	from := n.routes[netip.AddrFrom4([4]byte(ip[12:16]))]
	n.mu.RUnlock()
	if to == nil {
		return
	}
	hops := to.hops
	if from != nil {
		hops += from.hops
	}
	ip[8] -= hops
	setChecksum(ip)
	to.down.send(ip)
}

// setChecksum computes the checksum of the IPv4 header anew.
func setChecksum(ip []byte) {
	ip[10], ip[11] = 0, 0
	var sum uint32
	for i := 0; i < int(ip[0]&15)*4; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
}

// lookup is what the resolver knows.
func (n *Net) lookup(name string) (netip.Addr, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	a, ok := n.names[name]
	return a, ok
}
