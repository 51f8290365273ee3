package tunnel

import (
	"net"
	"net/netip"
	"os"
	"sync"

	"flowbook/data/lab/network"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/tun"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
)

// memTun is a tun.Device in memory.
type memTun struct {
	in     chan []byte     // to be encrypted
	out    func(ip []byte) // takes what was decrypted
	events chan tun.Event
	done   chan struct{}
	once   sync.Once
	mtu    int
}

func newTun(mtu int, out func(ip []byte)) *memTun {
	t := &memTun{
		in: make(chan []byte, 4096), out: out,
		events: make(chan tun.Event, 1), done: make(chan struct{}), mtu: mtu,
	}
	t.events <- tun.EventUp
	return t
}

// put queues a packet for encryption; a full queue drops it, as a device does.
func (t *memTun) put(ip []byte) {
	select {
	case t.in <- ip:
	default:
	}
}

func (t *memTun) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	select {
	case ip := <-t.in:
		sizes[0] = copy(bufs[0][offset:], ip)
		return 1, nil
	case <-t.done:
		return 0, os.ErrClosed
	}
}

func (t *memTun) Write(bufs [][]byte, offset int) (int, error) {
	for _, b := range bufs {
		t.out(append([]byte(nil), b[offset:]...))
	}
	return len(bufs), nil
}

func (t *memTun) Close() error {
	t.once.Do(func() { close(t.done); close(t.events) })
	return nil
}

func (t *memTun) File() *os.File           { return nil }
func (t *memTun) MTU() (int, error)        { return t.mtu, nil }
func (t *memTun) Name() (string, error)    { return "wg0", nil }
func (t *memTun) Events() <-chan tun.Event { return t.events }
func (t *memTun) BatchSize() int           { return 1 }

// bind is a conn.Bind over a host's own UDP, outside the tunnel.
type bind struct {
	host *network.Host
	conn *gonet.UDPConn
	sent func(b []byte) // is told of each message
}

func (b *bind) Open(port uint16) ([]conn.ReceiveFunc, uint16, error) {
	c, err := b.host.BindUDP(netip.AddrPortFrom(b.host.Addr, port), 1)
	if err != nil {
		return nil, 0, err
	}
	b.conn = c
	receive := func(bufs [][]byte, sizes []int, from []conn.Endpoint) (int, error) {
		n, addr, err := c.ReadFrom(bufs[0])
		if err != nil {
			return 0, net.ErrClosed
		}
		a := addr.(*net.UDPAddr).AddrPort()
		sizes[0], from[0] = n, endpoint{netip.AddrPortFrom(a.Addr().Unmap(), a.Port())}
		return 1, nil
	}
	return []conn.ReceiveFunc{receive}, c.LocalAddr().(*net.UDPAddr).AddrPort().Port(), nil
}

func (b *bind) Close() error {
	if b.conn == nil {
		return nil
	}
	err := b.conn.Close()
	b.conn = nil
	return err
}

func (b *bind) Send(bufs [][]byte, to conn.Endpoint) error {
	for _, p := range bufs {
		b.sent(p)
		if _, err := b.conn.WriteTo(p, net.UDPAddrFromAddrPort(to.(endpoint).AddrPort)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bind) ParseEndpoint(s string) (conn.Endpoint, error) {
	a, err := netip.ParseAddrPort(s)
	return endpoint{a}, err
}

func (b *bind) SetMark(uint32) error { return nil }
func (b *bind) BatchSize() int       { return 1 }

// endpoint is the other end of the tunnel.
type endpoint struct{ netip.AddrPort }

func (e endpoint) DstToString() string { return e.String() }
func (e endpoint) DstToBytes() []byte  { b, _ := e.MarshalBinary(); return b }
func (e endpoint) DstIP() netip.Addr   { return e.Addr() }
func (endpoint) ClearSrc()             {}
func (endpoint) SrcToString() string   { return "" }
func (endpoint) SrcIP() netip.Addr     { return netip.Addr{} }
