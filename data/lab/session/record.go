package session

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"time"

	"flowbook/data/lab/app"
	"flowbook/data/lab/network"
	"flowbook/data/lab/tunnel"
)

// Record makes the recording that spec describes: the capture in spec.File
// and the truth about its packets beside it, in spec.File with ".truth" added,
// a byte each. It returns an error when the application fails before its time
// or a file cannot be written.
func Record(s Spec) (Result, error) {
	r := rand.New(rand.NewPCG(s.Seed, 3))
	c, err := s.complete(r)
	if err != nil {
		return Result{}, err
	}
	access, err := FindAccess(s.Access)
	if err != nil {
		return Result{}, err
	}
	f, err := os.Create(s.File)
	if err != nil {
		return Result{}, err
	}
	defer f.Close()

	b := newBench(s, c, access, r)
	capture := newCapture(f, s.Start, b.lab.Client.Addr, b.truth)
	b.lab.Client.Tap = capture.tap
	err = b.work(s, c, capture, r)
	packets, writing := capture.stop()
	b.net.Close()
	time.Sleep(s.ending())
	if err != nil {
		return Result{}, err
	}
	if writing == nil {
		writing = f.Close()
	}
	if writing == nil {
		writing = os.WriteFile(s.File+".truth", capture.kinds, 0o644)
	}
	if writing != nil {
		return Result{}, fmt.Errorf("%s: %w", s.File, writing)
	}
	res := Result{Spec: s, Packets: len(packets)}
	res.Slots, res.Windows, res.Supers = windows(packets)
	return res, nil
}

// ending is how long goroutines of stacks and libraries may take to end. A
// bubble's clock stops with its first goroutine, so the rest must be gone by
// then; some of a torrent's sleep for their rate's sake. Virtual time is free.
func (s Spec) ending() time.Duration {
	if s.Real {
		return 2 * time.Second
	}
	return 2 * time.Minute
}

// bench is the network of one recording.
type bench struct {
	net     *network.Net
	lab     *app.Lab
	gateway *network.Host // nil without a VPN
	host    host
	day     day
	truth   *truth
}

// newBench builds the network: the resolver, the labelled host behind its
// line, servers at distances drawn for the recording and stretched by the day.
func newBench(s Spec, c app.Class, access Access, r *rand.Rand) *bench {
	b := &bench{net: network.New(s.Seed), host: hostOf(s.Set, s.Host, access), day: dayOf(s.Set, s.Day)}
	near := network.Shape{Delay: ms(span{0.2, 6}.draw(r))}
	b.net.Add(network.Config{Addr: netip.AddrFrom4([4]byte{198, 18, 0, 53}), Up: near, Down: near, Hops: 2}).
		ServeDNS(ms(span{0.3, 20}.draw(r) * b.day.Load))
	up, down := b.host.up, b.host.down
	if s.Rate > 0 {
		up.Rate, down.Rate = min(up.Rate, s.Rate*1e6), s.Rate*1e6
	}
	down.Cross = min(0.7, down.Cross+b.day.cross)
	client := b.net.Add(network.Config{Addr: Address(s.Host), Up: up, Down: down, MTU: b.host.mtu, Card: b.host.card})
	taken := map[netip.Addr]bool{}
	server := func(distance span, names ...string) *network.Host {
		link := network.Shape{Rate: 1e9, Delay: ms(distance.draw(r) * b.day.distance), Jitter: ms(span{0.05, 0.6}.draw(r))}
		at := netip.Addr{}
		for at = (netip.Addr{}); !at.IsValid() || taken[at]; {
			at = netip.AddrFrom4([4]byte{198, 18 + byte(r.IntN(2)), byte(1 + r.IntN(250)), byte(1 + r.IntN(250))})
		}
		taken[at] = true
		return b.net.Add(network.Config{Addr: at, Up: link, Down: link, Hops: byte(5 + r.IntN(9)), Names: names})
	}
	b.lab = app.New(client, server(span{2, 40}, app.ServerNames()...), server(span{2, 40}, app.FarNames()...), s.Seed)
	b.lab.Day, b.lab.Way = b.day.Day, s.Way
	b.truth = &truth{servers: map[netip.Addr]bool{b.lab.Server.Addr: true}, next: map[key][2]uint32{}}
	for i := range c.Peers {
		p := server(span{2, 60}, app.PeerName(i))
		b.lab.Peers = append(b.lab.Peers, p)
		b.truth.servers[p.Addr] = true
	}
	if s.Tunnel != "" {
		b.gateway = server(span{1, 25})
	}
	return b
}

// work opens the tunnel where there is one and lets the application run.
func (b *bench) work(s Spec, c app.Class, capture *capture, r *rand.Rand) error {
	if b.gateway != nil {
		b.truth.gateway = b.gateway.Addr
		closeTunnel, err := tunnel.Open(s.Tunnel, b.lab.Client, b.gateway, tunnel.Options{
			Inner: netip.AddrFrom4([4]byte{10, 8, 0, byte(1 + s.Host)}), Keepalive: []int{0, 10, 15, 25}[r.IntN(4)], Seed: byte(s.Host),
			ClientPort: uint16(20000 + r.IntN(40000)), GatewayPort: uint16(1024 + r.IntN(60000)), Kind: b.truth.kind,
			Watch: func(t tunnel.Truth) { b.truth.tunnel = t },
		})
		if err != nil {
			return fmt.Errorf("VPN: %w", err)
		}
		defer closeTunnel()
	}
	defer b.lab.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(s.Seconds*1e9))
	defer cancel()
	b.lab.StartBackground(ctx, b.host.background)
	b.host.lan.run(ctx, capture, b.lab.Client.Addr, r)
	err := c.Run(ctx, b.lab)
	cancel()
	time.Sleep(time.Second) // the last packets, before servers and tunnel close
	return err
}
