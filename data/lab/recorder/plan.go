// Package recorder makes many recordings: it plans a set, runs each recording
// in a process of its own, checks it, and writes the labels.
package recorder

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"flowbook/data/lab/app"
	"flowbook/data/lab/session"
)

// Options say what to record. Each of Hosts hosts records every chosen class
// once, half of the hosts (the later ones) inside a VPN.
type Options struct {
	Out      string   // folder for captures and labels.json
	Hosts    int      // number of hosts
	Apps     []string // applications or TYPE/APPLICATION pairs; none for all
	Access   []string // access networks, of which host by host takes the next; none to draw one for each recording
	VPN      bool     // all hosts inside the VPN
	Seconds  float64  // length of each recording; 0 draws one
	Seed     uint64   // of the whole set
	Real     bool     // in real time
	Parallel int      // recordings at once
	Any      bool     // keep recordings with fewer than MinWindows windows
}

// firstDay is the time of the first recording; each host has a day.
var firstDay = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// plan lists the recordings of a set.
func plan(o Options) ([]session.Spec, error) {
	classes, err := choose(o.Apps)
	if err != nil {
		return nil, err
	}
	for _, name := range o.Access {
		if _, err := session.FindAccess(name); err != nil {
			return nil, err
		}
	}
	var specs []session.Spec
	for host := 1; host <= o.Hosts; host++ {
		for i, c := range classes {
			s := session.Spec{
				Type: c.Type, App: c.App, Host: host, VPN: o.VPN || host > (o.Hosts+1)/2,
				Seconds: o.Seconds, Real: o.Real,
				Seed:  o.Seed*1_000_000 + uint64(host)*10_000 + uint64(i)*100,
				Start: firstDay.AddDate(0, 0, host-1).Add(time.Duration(i) * 200 * time.Second).UnixMicro(),
			}
			if len(o.Access) > 0 {
				s.Access = o.Access[(host-1)%len(o.Access)]
			}
			specs = append(specs, s)
		}
	}
	return specs, nil
}

// choose finds classes by application, or by TYPE/APPLICATION.
func choose(names []string) ([]app.Class, error) {
	all := app.Classes()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []app.Class
	for _, n := range names {
		before := len(chosen)
		for _, c := range all {
			if n == c.App || n == c.Type+"/"+c.App {
				chosen = append(chosen, c)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("the laboratory has no application %q; it has %s", n, known(all))
		}
	}
	return chosen, nil
}

func known(all []app.Class) string {
	var s []string
	for _, c := range all {
		s = append(s, c.Type+"/"+c.App)
	}
	slices.Sort(s)
	return strings.Join(s, ", ")
}

// fileName is the capture's name: host, type, application, VPN. It begins
// with the host, so that no rule for ISCX file names takes it for one of its own.
func fileName(s session.Spec) string {
	vpn := ""
	if s.VPN {
		vpn = "_vpn"
	}
	return fmt.Sprintf("host%02d_%s_%s%s.pcap", s.Host, strings.ReplaceAll(s.Type, " ", "-"), s.App, vpn)
}
