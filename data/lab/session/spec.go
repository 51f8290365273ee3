// Package session makes one recording: it draws a line and servers, lets an
// application of package app work over them, and writes what the labelled
// host's interface saw as a capture file.
package session

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"

	"flowbook/data/lab/app"
)

// Spec says what to record. Equal specs give equivalent recordings; most are
// equal in every time and size, see docs/laboratory.md.
type Spec struct {
	Type    string  `json:"type"`             // traffic type
	App     string  `json:"app"`              // application
	Way     string  `json:"way,omitempty"`    // one of the class's ways; "" takes the first
	Tunnel  string  `json:"tunnel,omitempty"` // kind of VPN: "wireguard", "tls", or "" for none
	Host    int     `json:"host"`             // number of the labelled host, from 1; it decides address, line and background
	Day     int     `json:"day"`              // number of the day, from 1; it decides servers' distance, load and rates
	Access  string  `json:"access,omitempty"` // name of an access network; "" takes the host's
	Set     uint64  `json:"set"`              // seed of what hosts and days are like
	Seed    uint64  `json:"seed"`             // of all other choices
	Seconds float64 `json:"seconds"`          // length; 0 draws one
	Rate    float64 `json:"rate,omitempty"`   // of the access line, Mbit/s down; 0 takes the host's
	Start   int64   `json:"start"`            // time of the capture's zero, µs since 1970 UTC
	File    string  `json:"file"`             // the capture to write
	Real    bool    `json:"real,omitempty"`   // real time instead of virtual time
}

// Tunnels are the kinds of VPN.
func Tunnels() []string { return []string{"wireguard", "tls"} }

// Result says what was recorded.
type Result struct {
	Spec
	Packets int `json:"packets"`
	Windows int `json:"windows"` // see Windows
	Slots   int `json:"slots"`   // most miniflows in one superflow
	Supers  int `json:"supers"`  // superflows with a window
}

// MaxHosts is how many hosts have an address.
const MaxHosts = 200

// Address is the private address of a host.
func Address(host int) netip.Addr {
	return netip.AddrFrom4([4]byte{192, 168, byte(10 + host), byte(20 + 7*host%200)})
}

// Check says what is wrong with a spec.
func (s Spec) Check() error {
	_, err := s.check()
	return err
}

func (s Spec) check() (app.Class, error) {
	c, ok := app.Find(s.Type, s.App)
	switch {
	case !ok:
		return c, fmt.Errorf("the laboratory has no application %q of type %q", s.App, s.Type)
	case s.Tunnel != "" && !slices.Contains(Tunnels(), s.Tunnel):
		return c, fmt.Errorf("tunnel %q is none of %v", s.Tunnel, Tunnels())
	case s.Host < 1 || s.Host > MaxHosts:
		return c, fmt.Errorf("host %d, expected 1 to %d", s.Host, MaxHosts)
	case s.Rate < 0 || s.Rate > 10e3 || s.Rate > 0 && s.Rate < 0.05:
		return c, fmt.Errorf("a line of %v Mbit/s, expected 0.05 to 10000", s.Rate)
	case s.Seconds < 0 || s.Seconds > 3600:
		return c, fmt.Errorf("a recording of %v s, expected up to 3600", s.Seconds)
	}
	if s.Way != "" && !slices.Contains(c.Ways, s.Way) {
		return c, fmt.Errorf("%s/%s has no way %q; it has %v", s.Type, s.App, s.Way, c.Ways)
	}
	if s.Access == "" {
		return c, nil
	}
	_, err := FindAccess(s.Access)
	return c, err
}

// complete draws what a spec leaves open, after a check.
func (s *Spec) complete(r *rand.Rand) (app.Class, error) {
	c, err := s.check()
	if err != nil {
		return c, err
	}
	if s.Way == "" {
		s.Way = c.Ways[0]
	}
	if s.Access == "" {
		s.Access = HostAccess(s.Host)
	}
	if s.Seconds == 0 {
		u := r.Float64()
		s.Seconds = 102 + 17*u
		if c.Sparse {
			s.Seconds = 600 + 60*u
		}
		s.Seconds = math.Round(s.Seconds*1e3) / 1e3
	}
	return c, nil
}
