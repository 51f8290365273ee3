package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const dnsTTL = 300 // seconds

// resolverState is a host's own DNS cache. A channel guards it, because
// virtual time stands still while a goroutine waits for a mutex.
type resolverState struct {
	turn  chan struct{}
	cache map[string]cached
	id    uint16
}

type cached struct {
	addr  netip.Addr
	until time.Time
}

func newResolverState() resolverState {
	return resolverState{turn: make(chan struct{}, 1), cache: map[string]cached{}}
}

// ServeDNS makes h the resolver of its network; it answers questions for
// IPv4 addresses after the given time.
func (h *Host) ServeDNS(think time.Duration) {
	c := h.ListenUDP(53)
	h.Net.resolver = netip.AddrPortFrom(h.Addr, 53)
	go func() {
		b := make([]byte, 2048)
		for {
			k, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if answer := h.Net.answer(b[:k]); answer != nil {
				time.AfterFunc(think, func() { c.WriteTo(answer, from) })
			}
		}
	}()
}

// answer returns the reply to a query, or nil when it is none.
func (n *Net) answer(query []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) == 0 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	addr, ok := n.lookup(strings.TrimSuffix(q.Name.String(), "."))
	switch {
	case !ok:
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: dnsTTL},
			Body:   &dnsmessage.AResource{A: addr.As4()},
		}}
	}
	reply, err := m.Pack()
	if err != nil {
		return nil
	}
	return reply
}

// Lookup asks the resolver for a name's address. (net.Resolver keeps a global
// channel, which synctest forbids to share between bubbles.)
func (h *Host) Lookup(ctx context.Context, name string) (netip.Addr, error) {
	h.names.turn <- struct{}{}
	defer func() { <-h.names.turn }()
	if e, ok := h.names.cache[name]; ok && time.Now().Before(e.until) {
		return e.addr, nil
	}
	c, err := h.DialContext(ctx, "udp", h.Net.resolver.String())
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	h.names.id += 7919
	a, err := ask(c, h.names.id, name)
	if err != nil {
		return netip.Addr{}, err
	}
	h.names.cache[name] = cached{a, time.Now().Add(dnsTTL * time.Second)}
	return a, nil
}

// ask sends a query up to three times and waits 5 s for each answer, as glibc does.
func ask(c net.Conn, id uint16, name string) (netip.Addr, error) {
	full, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return netip.Addr{}, fmt.Errorf("name %q: %w", name, err)
	}
	q := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	query, err := q.Pack()
	if err != nil {
		return netip.Addr{}, err
	}
	b := make([]byte, 2048)
	for range 3 {
		c.Write(query)
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		k, err := c.Read(b)
		if err != nil {
			continue
		}
		var m dnsmessage.Message
		if m.Unpack(b[:k]) != nil || m.ID != id || len(m.Answers) == 0 {
			continue
		}
		if a, ok := m.Answers[0].Body.(*dnsmessage.AResource); ok {
			return netip.AddrFrom4(a.A), nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no address for %s from the resolver after 3 queries", name)
}
