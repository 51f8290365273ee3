package network

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// Config describes a host and its access link.
type Config struct {
	Addr     netip.Addr
	Up, Down Shape    // from and to the host
	MTU      int      // of the link; 0 means 1500
	Hops     byte     // routers between the host and the middle of the network
	Names    []string // that the resolver gives the host's address for
	Card     Shape    // between stack and line, each way; the zero Shape means 1 Gbit/s
}

// Host is one machine: a TCP/IP stack behind an access link.
type Host struct {
	Net   *Net
	Addr  netip.Addr
	Stack *stack.Stack
	MTU   int

	// Tap sees each packet at the host's own interface, as a capture there
	// would. Set it before traffic starts.
	Tap func(t time.Time, out bool, ip []byte)
	// Forward, if set, may take a packet that arrives; it reports whether it did.
	Forward func(ip []byte) bool
	// Inner is the address inside a tunnel, once there is one.
	Inner netip.Addr

	up, down        *pipe
	cardOut, cardIn *pipe // interrupts, scheduling and the local network's serialisation
	hops            byte
	names           resolverState
}

// Add puts a host on the network.
func (n *Net) Add(c Config) *Host {
	if c.MTU == 0 {
		c.MTU = 1500
	}
	h := &Host{Net: n, Addr: c.Addr, MTU: c.MTU, hops: c.Hops, names: newResolverState()}
	seed := n.rng.Uint64()
	rng := func(k uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, k)) }
	ep := channel.New(4096, uint32(c.MTU), "")
	h.Stack = newStack(ep, c.Addr, seed)
	card := c.Card
	if card.Rate == 0 {
		card = Shape{Rate: 1e9, Delay: 12 * time.Microsecond, Jitter: 45 * time.Microsecond}
	}
	card.Queue = 1 << 20
	h.up = newPipe(c.Up, rng(2), n.forward)
	h.down = newPipe(c.Down, rng(3), h.receive)
	h.cardOut = newPipe(card, rng(4), h.transmit)
	h.cardIn = newPipe(card, rng(5), func(ip []byte) { Inject(ep, ip) })
	Drain(ep, DelayAcks(h.Output))
	n.mu.Lock()
	defer n.mu.Unlock()
	n.routes[c.Addr] = h
	for _, name := range c.Names {
		n.names[name] = c.Addr
	}
	n.hosts = append(n.hosts, h)
	return h
}

// Output sends an IP packet by the host's own link.
func (h *Host) Output(ip []byte) { h.cardOut.send(ip) }

func (h *Host) transmit(ip []byte) {
	if h.Tap != nil {
		h.Tap(time.Now(), true, ip)
	}
	h.up.send(ip)
}

func (h *Host) receive(ip []byte) {
	if h.Tap != nil {
		h.Tap(time.Now(), false, ip)
	}
	if h.Forward != nil && h.Forward(ip) {
		return
	}
	h.cardIn.send(ip)
}

// DialContext connects to a name or address and port over TCP or UDP.
func (h *Host) DialContext(ctx context.Context, proto, addr string) (net.Conn, error) {
	name, portText, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port of %q: %w", addr, err)
	}
	ip, err := netip.ParseAddr(name)
	if err != nil {
		if ip, err = h.Lookup(ctx, name); err != nil {
			return nil, err
		}
	}
	to := FullAddress(netip.AddrPortFrom(ip, uint16(port)))
	if strings.HasPrefix(proto, "udp") {
		return gonet.DialUDP(h.Stack, nil, &to, ipv4.ProtocolNumber)
	}
	return gonet.DialContextTCP(ctx, h.Stack, to, ipv4.ProtocolNumber)
}

// Listen accepts TCP connections to a port. It panics when the port is taken.
func (h *Host) Listen(port uint16) net.Listener {
	l, err := gonet.ListenTCP(h.Stack, FullAddress(netip.AddrPortFrom(h.Addr, port)), ipv4.ProtocolNumber)
	if err != nil {
		panic(fmt.Sprintf("network: listen on %s port %d: %v", h.Addr, port, err))
	}
	return l
}

// ListenUDP binds a UDP port, inside the tunnel where there is one. It panics
// when the port is taken.
func (h *Host) ListenUDP(port uint16) *gonet.UDPConn {
	a := h.Addr
	if h.Inner.IsValid() {
		a = h.Inner
	}
	c, err := h.BindUDP(netip.AddrPortFrom(a, port), 0)
	if err != nil {
		panic(fmt.Sprintf("network: listen on %s UDP port %d: %v", a, port, err))
	}
	return c
}

// BindUDP binds a UDP socket to an address of the host and, unless nic is 0,
// to one of its interfaces.
func (h *Host) BindUDP(at netip.AddrPort, nic tcpip.NICID) (*gonet.UDPConn, error) {
	local := FullAddress(at)
	local.NIC = nic
	return gonet.DialUDP(h.Stack, &local, nil, ipv4.ProtocolNumber)
}

// FullAddress is an address and port in netstack's form.
func FullAddress(a netip.AddrPort) tcpip.FullAddress {
	return tcpip.FullAddress{Addr: tcpip.AddrFrom4(a.Addr().As4()), Port: a.Port()}
}
