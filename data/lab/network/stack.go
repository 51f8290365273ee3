package network

import (
	"encoding/binary"
	"fmt"
	oldrand "math/rand"
	"math/rand/v2"
	"net/netip"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

// newStack returns a TCP/IP stack with one interface, number 1, that is the
// default route.
func newStack(ep stack.LinkEndpoint, addr netip.Addr, seed uint64) *stack.Stack {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol, icmp.NewProtocol4},
		RandSource:         oldrand.NewSource(int64(seed)),
		SecureRNG:          rand.NewChaCha8(key),
	})
	sack, moderate := tcpip.TCPSACKEnabled(true), tcpip.TCPModerateReceiveBufferOption(true)
	recovery := tcpip.TCPRecovery(0) // no RACK: netstack's retransmits without need
	congestion := tcpip.CongestionControlOption("cubic")
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: 4 << 10, Default: 128 << 10, Max: 6 << 20}
	send := tcpip.TCPSendBufferSizeRangeOption{Min: 4 << 10, Default: 128 << 10, Max: 4 << 20}
	for _, o := range []tcpip.SettableTransportProtocolOption{&sack, &moderate, &recovery, &congestion, &receive, &send} {
		check(s.SetTransportProtocolOption(tcp.ProtocolNumber, o))
	}
	AddInterface(s, 1, ep, addr)
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: 1}})
	return s
}

// AddInterface gives a stack an interface with one address.
func AddInterface(s *stack.Stack, id tcpip.NICID, ep stack.LinkEndpoint, addr netip.Addr) {
	check(s.CreateNIC(id, ep))
	check(s.AddProtocolAddress(id, tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddrFrom4(addr.As4()).WithPrefix(),
	}, stack.AddressProperties{}))
}

// check panics: the options above are constants, so an error is ours.
func check(err tcpip.Error) {
	if err != nil {
		panic(fmt.Sprintf("network: %v", err))
	}
}

type onWrite func()

func (f onWrite) WriteNotify() { f() }

// Drain calls out with a copy of each packet that the stack writes to ep.
func Drain(ep *channel.Endpoint, out func(ip []byte)) {
	ep.AddNotify(onWrite(func() {
		for {
			pkt := ep.Read()
			if pkt == nil {
				return
			}
			v := pkt.ToView()
			ip := append([]byte(nil), v.AsSlice()...)
			v.Release()
			pkt.DecRef()
			out(ip)
		}
	}))
}

// Inject hands a packet to the stack behind ep.
func Inject(ep *channel.Endpoint, ip []byte) {
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(ip)})
	ep.InjectInbound(ipv4.ProtocolNumber, pkt)
	pkt.DecRef()
}
