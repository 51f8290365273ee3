// Package session makes one recording: it draws a line and servers, lets an
// application of package app work over them, and writes what the labelled
// host's interface saw as a capture file.
package session

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"flowbook/data/lab/app"
)

// Spec says what to record. Equal specs give equivalent recordings; most are
// equal in every time and size, see docs/laboratory.md.
type Spec struct {
	Type    string  `json:"type"`             // traffic type
	App     string  `json:"app"`              // application
	VPN     bool    `json:"vpn"`              // inside a WireGuard tunnel
	Host    int     `json:"host"`             // number of the labelled host, from 1; it decides the address
	Access  string  `json:"access,omitempty"` // name of an access network; "" draws one
	Seed    uint64  `json:"seed"`             // of all choices
	Seconds float64 `json:"seconds"`          // length; 0 draws one
	Start   int64   `json:"start"`            // time of the capture's zero, µs since 1970 UTC
	File    string  `json:"file"`             // the capture to write
	Real    bool    `json:"real,omitempty"`   // real time instead of virtual time
}

// Result says what was recorded.
type Result struct {
	Spec
	Packets int `json:"packets"`
	Windows int `json:"windows"` // see Windows
	Slots   int `json:"slots"`   // most miniflows in one superflow
}

// Address is the private address of a host.
func Address(host int) netip.Addr {
	return netip.AddrFrom4([4]byte{192, 168, byte(10 + host), byte(20 + 7*host%200)})
}

// complete draws what a spec leaves open.
func (s *Spec) complete(c app.Class, r *rand.Rand) {
	profiles := Profiles()
	a, u := profiles[r.IntN(len(profiles))], r.Float64()
	if s.Access == "" {
		s.Access = a.Name
	}
	if s.Seconds > 0 {
		return
	}
	s.Seconds = 88 + 22*u
	if c.Sparse { // few packets: as long as a superflow lasts
		s.Seconds = 112 + 7*u
	}
	s.Seconds = float64(time.Duration(s.Seconds*1e3)) / 1e3
}

// class finds the application of a spec.
func (s Spec) class() (app.Class, error) {
	c, ok := app.Find(s.Type, s.App)
	if !ok {
		return c, fmt.Errorf("the laboratory has no application %q of type %q", s.App, s.Type)
	}
	return c, nil
}
