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

// Record makes the recording that spec describes. It returns an error when
// the application fails before its time or the file cannot be written.
func Record(s Spec) (Result, error) {
	c, err := s.class()
	if err != nil {
		return Result{}, err
	}
	r := rand.New(rand.NewPCG(s.Seed, 3))
	s.complete(c, r)
	access, err := FindAccess(s.Access)
	if err != nil {
		return Result{}, err
	}
	f, err := os.Create(s.File)
	if err != nil {
		return Result{}, err
	}
	defer f.Close()

	n, lab, gateway := place(s, access, r)
	capture := newCapture(f, s.Start, lab.Client.Addr)
	lab.Client.Tap = capture.tap
	err = work(s, c, lab, gateway, r)
	packets, writing := capture.stop()
	n.Close()
	time.Sleep(2 * time.Second) // for goroutines of the stacks to end
	if err != nil {
		return Result{}, err
	}
	if writing != nil {
		return Result{}, fmt.Errorf("%s: %w", s.File, writing)
	}
	res := Result{Spec: s, Packets: len(packets)}
	res.Slots, res.Windows = windows(packets)
	return res, nil
}

// place builds the network of a recording. Without a VPN the gateway is nil.
func place(s Spec, access Access, r *rand.Rand) (*network.Net, *app.Lab, *network.Host) {
	n := network.New(s.Seed)
	up, down, mtu := access.line(r)
	near := network.Shape{Delay: ms(span{0.2, 6}.draw(r))}
	n.Add(network.Config{Addr: netip.AddrFrom4([4]byte{198, 18, 0, 53}), Up: near, Down: near, Hops: 2}).
		ServeDNS(ms(span{0.3, 20}.draw(r)))
	client := n.Add(network.Config{Addr: Address(s.Host), Up: up, Down: down, MTU: mtu})
	last := byte(1 + r.IntN(250))
	link := distant(r, span{1, 70})
	server := n.Add(network.Config{Addr: netip.AddrFrom4([4]byte{203, 0, 113, last}), Up: link, Down: link,
		Hops: byte(5 + r.IntN(9)), Names: app.ServerNames()})
	link = distant(r, span{4, 90})
	far := n.Add(network.Config{Addr: netip.AddrFrom4([4]byte{198, 51, 100, last}), Up: link, Down: link,
		Hops: byte(7 + r.IntN(9)), Names: app.FarNames()})
	var gateway *network.Host
	if s.VPN {
		link = distant(r, span{1, 25})
		gateway = n.Add(network.Config{Addr: netip.AddrFrom4([4]byte{192, 0, 2, last}), Up: link, Down: link, Hops: 4})
	}
	return n, app.New(client, server, far, s.Seed), gateway
}

// work opens the tunnel where there is one and lets the application run.
func work(s Spec, c app.Class, lab *app.Lab, gateway *network.Host, r *rand.Rand) error {
	if gateway != nil {
		keepalive := []int{0, 15, 25, 25}[r.IntN(4)]
		closeTunnel, err := tunnel.Open(lab.Client, gateway, tunnel.Options{
			Inner: netip.AddrFrom4([4]byte{10, 8, 0, byte(1 + s.Host)}), Keepalive: keepalive, Seed: byte(s.Host),
		})
		if err != nil {
			return fmt.Errorf("VPN: %w", err)
		}
		defer closeTunnel()
	}
	defer lab.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(s.Seconds*1e9))
	defer cancel()
	if r.Float64() < 0.5 {
		lab.Background(ctx)
	}
	err := c.Run(ctx, lab)
	cancel()
	time.Sleep(time.Second) // the last packets, before servers and tunnel close
	return err
}
