// Package utp stands in for github.com/anacrolix/go-utp, which the BitTorrent
// library imports for transport over UDP. The laboratory switches that off:
// its sockets are netstack's, not the kernel's. So this has the declarations
// that the library compiles against, and makes no socket.
package utp

import (
	"context"
	"errors"
	"log/slog"
	"net"
)

// FirewallCallback says whether to refuse an address.
type FirewallCallback func(net.Addr) bool

// Option configures a socket.
type Option func()

// Default names this implementation.
const Default = "none"

var errOff = errors.New("utp: not in the laboratory")

// WithLogger has no effect: there is nothing to log.
func WithLogger(*slog.Logger) Option { return func() {} }

// Socket is what the library expects of a uTP socket.
type Socket interface {
	net.PacketConn
	Accept() (net.Conn, error)
	Addr() net.Addr
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
	SetFirewallCallback(FirewallCallback)
}

// NewSocket makes no socket.
func NewSocket(string, string, ...Option) (Socket, error) { return nil, errOff }

// NewSocketFromPacketConn makes no socket.
func NewSocketFromPacketConn(net.PacketConn, ...Option) (Socket, error) { return nil, errOff }
