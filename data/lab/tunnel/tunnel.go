// Package tunnel puts a host of package network behind a VPN: WireGuard
// (wireguard-go), or IP packets in TLS over TCP, as OpenVPN and SSTP have
// them, between the host and a gateway over the emulated links. A capture at
// the host shows one UDP or one TCP flow.
package tunnel

import (
	"crypto/ecdh"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"

	"flowbook/data/lab/network"

	"golang.zx2c4.com/wireguard/device"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
)

// Overhead is what WireGuard adds to a packet, IPv4 and UDP headers included,
// rounded up as its documentation advises for the MTU inside.
const Overhead = 80

// Options of a tunnel.
type Options struct {
	Inner                   netip.Addr                     // the client's address inside
	Keepalive               int                            // seconds between keepalives of an idle tunnel; 0 for none
	Seed                    byte                           // of the two key pairs
	ClientPort, GatewayPort uint16                         // outside
	Kind                    func(out bool, ip []byte) byte // what a packet inside carries
	Watch                   func(Truth)                    // is given, before the first packet, who knows it of those outside
}

// Control is the kind of packets that carry nothing from inside.
const Control = 2

// Truth knows what the packets of a tunnel carry. out is the direction from
// the client.
type Truth interface {
	Kind(out bool, ip []byte) byte
}

// Open joins client to gateway by a tunnel, "wireguard" or "tls", and makes it
// the client's default route. The tunnel must be opened before the client's
// applications start; the returned function closes both ends.
func Open(kind string, client, gateway *network.Host, o Options) (closeBoth func(), err error) {
	if kind == "tls" {
		return openTLS(client, gateway, o)
	}
	return openWireGuard(client, gateway, o)
}

func openWireGuard(client, gateway *network.Host, o Options) (closeBoth func(), err error) {
	clientKey, gatewayKey := newKey(2*o.Seed), newKey(2*o.Seed+1)
	mtu := client.MTU - Overhead
	logger := device.NewLogger(device.LogLevelError, "wireguard: ")
	records := newRecords(o.Kind)
	o.Watch(records)

	gatewayTun := newTun(mtu, gateway.Output) // what was decrypted leaves by the gateway's own link
	forward(gateway, o.Inner, func(ip []byte) {
		records.enter(false, ip)
		gatewayTun.put(ip)
	})
	gatewayDev := device.NewDevice(gatewayTun, &bind{host: gateway, sent: func(b []byte) { records.leave(false, b) }}, logger)
	if err := start(gatewayDev, fmt.Sprintf("private_key=%s\nlisten_port=%d\npublic_key=%s\nallowed_ip=%s/32\n",
		private(gatewayKey), o.GatewayPort, public(clientKey), o.Inner)); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}

	ep := attach(client, gateway.Addr, o.Inner, mtu)
	clientTun := newTun(mtu, func(ip []byte) { network.Inject(ep, ip) })
	network.Drain(ep, network.DelayAcks(func(ip []byte) {
		records.enter(true, ip)
		clientTun.put(ip)
	}))
	clientDev := device.NewDevice(clientTun, &bind{host: client, sent: func(b []byte) { records.leave(true, b) }}, logger)
	if err := start(clientDev, fmt.Sprintf("private_key=%s\nlisten_port=%d\npublic_key=%s\nendpoint=%s:%d\nallowed_ip=0.0.0.0/0\npersistent_keepalive_interval=%d\n",
		private(clientKey), o.ClientPort, public(gatewayKey), gateway.Addr, o.GatewayPort, o.Keepalive)); err != nil {
		gatewayDev.Close()
		return nil, fmt.Errorf("client: %w", err)
	}
	time.Sleep(200 * time.Millisecond)
	return func() { clientDev.Close(); gatewayDev.Close() }, nil
}

// forward lets the gateway take what is for the address inside.
func forward(gateway *network.Host, inner netip.Addr, take func(ip []byte)) {
	gateway.Net.Route(inner, gateway)
	gateway.Forward = func(ip []byte) bool {
		if len(ip) < 20 || netip.AddrFrom4([4]byte(ip[16:20])) != inner {
			return false
		}
		take(ip)
		return true
	}
}

// attach gives the client a second interface, inside the tunnel, and routes
// all but the gateway's address through it.
func attach(client *network.Host, gateway, inner netip.Addr, mtu int) *channel.Endpoint {
	ep := channel.New(4096, uint32(mtu), "")
	network.AddInterface(client.Stack, 2, ep, inner)
	one, err := tcpip.NewSubnet(tcpip.AddrFrom4(gateway.As4()), tcpip.MaskFromBytes([]byte{255, 255, 255, 255}))
	if err != nil {
		panic(fmt.Sprintf("tunnel: %v", err))
	}
	client.Stack.SetRouteTable([]tcpip.Route{
		{Destination: one, NIC: 1},
		{Destination: header.IPv4EmptySubnet, NIC: 2},
	})
	client.Inner = inner
	return ep
}

func start(d *device.Device, config string) error {
	if err := d.IpcSet(config); err != nil {
		return err
	}
	return d.Up()
}

// newKey derives a key pair. The keys are public knowledge, as the captures are.
func newKey(seed byte) *ecdh.PrivateKey {
	raw := [32]byte{8: seed, 9: 0xf1, 10: 0x0b} // X25519 ignores some bits of the first and last byte
	k, err := ecdh.X25519().NewPrivateKey(raw[:])
	if err != nil {
		panic(fmt.Sprintf("tunnel: %v", err))
	}
	return k
}

func private(k *ecdh.PrivateKey) string { return hex.EncodeToString(k.Bytes()) }
func public(k *ecdh.PrivateKey) string  { return hex.EncodeToString(k.PublicKey().Bytes()) }
