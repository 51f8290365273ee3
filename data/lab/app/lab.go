// Package app has the applications of the laboratory: for each pair of
// traffic type and application, a behaviour that uses real protocols (TLS,
// HTTP/1.1, HTTP/2, HTTP/3, QUIC, SSH with SFTP and SCP, FTPS, IMAP, POP3, SMTP,
// SIP, SRTP, WebRTC, BitTorrent) over the stacks of package network.
//
// The pairs carry the paper's names, but they are stand-ins: behaviour that
// such applications are known for, not recordings of those products. Every
// run draws its own parameters (rates, chunk lengths, think times, packet
// times, transport), and every class has two or more ways to work, so that classes overlap as they
// do in real traffic.
package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"flowbook/data/lab/network"
)

// Lab is the network of one recording, as an application sees it.
type Lab struct {
	Client *network.Host   // the labelled end system, where the capture is made
	Server *network.Host   // what the application talks to; answers to names under lab.test
	Far    *network.Host   // who is asked in the background; answers to names under far.test
	Peers  []*network.Host // more servers or peers of the application, as many as its Class asks for
	Day    Day
	Way    string // one of the Class's Ways

	draw draws
	ca   *authority
	stop []func()
}

// Day is what all recordings of one day share, as factors around 1.
type Day struct {
	Media float64 // of the rates that services offer
	Load  float64 // of the time that servers think, and against the rate that they send with
	Pace  float64 // of the pauses that people make
}

// New prepares a recording between three hosts. The seed decides all that the
// application draws.
func New(client, server, far *network.Host, seed uint64) *Lab {
	return &Lab{
		Client: client, Server: server, Far: far, Day: Day{1, 1, 1},
		draw: draws{rand.New(rand.NewPCG(seed, 2))},
		ca:   newAuthority(),
	}
}

// ServerNames are the names that Lab.Server must answer to.
func ServerNames() []string {
	return []string{"www.lab.test", "media.lab.test", "audio.lab.test", "mail.lab.test", "files.lab.test", "chat.lab.test", "call.lab.test"}
}

// FarNames are the names that Lab.Far must answer to.
func FarNames() []string { return []string{"api.far.test", "update.far.test", "time.far.test"} }

// PeerName is the name that Lab.Peers[i] must answer to.
func PeerName(i int) string { return fmt.Sprintf("peer%d.lab.test", i+1) }

// Close stops servers and clients, the latest first.
func (l *Lab) Close() {
	for _, f := range slices.Backward(l.stop) {
		f()
	}
	l.stop = nil
}

// Draw is the source of all choices of the recording.
func (l *Lab) Draw() *rand.Rand { return l.draw.Rand }

// onClose has f called when the recording ends.
func (l *Lab) onClose(f func()) { l.stop = append(l.stop, f) }

// Class is a pair of traffic type and application with its behaviour.
type Class struct {
	Type, App string
	Sparse    bool     // little traffic: needs long recordings
	Peers     int      // hosts in Lab.Peers
	Ways      []string // implementations: other protocols or other code for the same purpose
	run       func(context.Context, *Lab) error
}

// Run lets the application work until ctx ends. It returns nil when that was
// the reason to stop.
func (c Class) Run(ctx context.Context, l *Lab) error {
	err := c.run(ctx, l)
	if ctx.Err() != nil {
		return nil
	}
	if err == nil {
		return fmt.Errorf("%s/%s stopped before its time", c.Type, c.App)
	}
	return fmt.Errorf("%s/%s: %w", c.Type, c.App, err)
}

// Find returns the class with a type and an application.
func Find(kind, name string) (Class, bool) {
	for _, c := range Classes() {
		if c.Type == kind && c.App == name {
			return c, true
		}
	}
	return Class{}, false
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// seconds is a duration from a number of seconds.
func seconds(s float64) time.Duration { return time.Duration(s * 1e9) }
