// Package app has the applications of the laboratory: for each pair of
// traffic type and application, a behaviour that uses real protocols (TLS,
// HTTP/2, HTTP/3, QUIC, SSH with SFTP, IMAP, SMTP, SRTP) over the stacks of
// package network.
//
// The pairs carry the paper's names, but they are stand-ins: behaviour that
// such applications are known for, not recordings of those products. Every
// run draws its own parameters (rates, chunk lengths, think times, packet
// times, transport), and most classes have two ways to work, so that classes
// overlap as they do in real traffic.
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
	Client *network.Host // the labelled end system, where the capture is made
	Server *network.Host // what the application talks to; answers to names under lab.test
	Far    *network.Host // a second operator's server; answers to names under far.test

	draw draws
	ca   *authority
	stop []func()
}

// New prepares a recording between three hosts. The seed decides all that the
// application draws.
func New(client, server, far *network.Host, seed uint64) *Lab {
	return &Lab{
		Client: client, Server: server, Far: far,
		draw: draws{rand.New(rand.NewPCG(seed, 2))},
		ca:   newAuthority(),
	}
}

// ServerNames are the names that Lab.Server must answer to.
func ServerNames() []string {
	return []string{"www.lab.test", "media.lab.test", "audio.lab.test", "mail.lab.test", "files.lab.test", "chat.lab.test"}
}

// FarNames are the names that Lab.Far must answer to.
func FarNames() []string { return []string{"api.far.test", "img.far.test"} }

// Close stops servers and clients, the latest first.
func (l *Lab) Close() {
	for _, f := range slices.Backward(l.stop) {
		f()
	}
	l.stop = nil
}

// onClose has f called when the recording ends.
func (l *Lab) onClose(f func()) { l.stop = append(l.stop, f) }

// Class is a pair of traffic type and application with its behaviour.
type Class struct {
	Type, App string
	Sparse    bool // little traffic: record as long as a superflow lasts
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

// Classes lists every pair, in the spelling of the paper's Table 2, lower case.
func Classes() []Class {
	return []Class{
		{"chat", "icq", true, icqChat},
		{"chat", "skype", true, skypeChat},
		{"chat", "hangouts", true, hangoutsChat},
		{"email", "mail", true, mail},
		{"streaming", "youtube", false, youtube},
		{"streaming", "vimeo", false, vimeo},
		{"streaming", "spotify", false, spotify},
		{"file transfer", "sftp_down", false, sftpDown},
		{"file transfer", "skype", false, skypeFile},
		{"voip", "skype", false, skypeVoice},
		{"voip", "hangouts", false, hangoutsVoice},
		{"video", "skype", false, skypeVideo},
	}
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
