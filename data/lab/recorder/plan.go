package recorder

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"flowbook/data/lab/app"
	"flowbook/data/lab/session"
)

// Options say what to record.
type Options struct {
	Out     string   // folder for captures and labels.json
	Course  bool     // the crossed design of the course set; Hosts, Apps, Access, Tunnel and Seconds have no meaning then
	Hosts   int      // number of hosts; each records every chosen class once
	Apps    []string // applications or TYPE/APPLICATION pairs; none for all
	Access  []string // access networks, of which host by host takes the next; none for the hosts' own
	Tunnel  string   // kind of VPN, "" for none
	Seconds float64  // length of each recording; 0 draws one
	Rate    float64  // of the access lines, Mbit/s down; 0 for the hosts' own
	Seed    uint64   // of the whole set
	Real    bool     // in real time
	Jobs    int      // recordings at once
}

// The course set: CourseHosts hosts over session.Days days.
const CourseHosts = 24

// firstDay is the day before the first.
var firstDay = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// Date is the date of a day by its number.
func Date(day int) string { return firstDay.AddDate(0, 0, day).Format(time.DateOnly) }

// HeldBack says whether a recording of the course set belongs to the part that
// is recorded last and scored once: the last third of the hosts, and the last
// third of the days.
func HeldBack(host, day int) bool { return host > CourseHosts*2/3 || day > session.Days*2/3 }

// plan lists the recordings of a set.
func plan(o Options) ([]session.Spec, error) {
	if o.Course {
		return coursePlan(o), nil
	}
	classes, err := choose(o.Apps)
	if err != nil {
		return nil, err
	}
	for _, name := range o.Access {
		if _, err := session.FindAccess(name); err != nil {
			return nil, err
		}
	}
	if o.Hosts < 1 || o.Hosts > session.MaxHosts {
		return nil, fmt.Errorf("%d hosts, expected 1 to %d", o.Hosts, session.MaxHosts)
	}
	var specs []session.Spec
	for host := 1; host <= o.Hosts; host++ {
		for i, c := range classes {
			s := session.Spec{
				Type: c.Type, App: c.App, Way: c.Ways[host%len(c.Ways)], Tunnel: o.Tunnel, Host: host, Day: 1 + (host-1)%session.Days,
				Set: o.Seed, Seed: o.Seed*1_000_000 + uint64(host)*10_000 + uint64(i)*100, Seconds: o.Seconds, Rate: o.Rate, Real: o.Real,
			}
			if len(o.Access) > 0 {
				s.Access = o.Access[(host-1)%len(o.Access)]
			}
			if err := s.Check(); err != nil {
				return nil, err
			}
			specs = append(specs, s)
		}
	}
	schedule(specs, o.Seed)
	return specs, nil
}

// coursePlan is the crossed design. For each pair a permutation puts the hosts
// into cells of (day, kind): two plain, one WireGuard and one TLS recording a
// day. Ways change from day to day and between the two recordings of a day
// with and without VPN; six recordings of each pair that is not sparse are
// long enough for three superflows.
func coursePlan(o Options) []session.Spec {
	var specs []session.Spec
	for i, c := range app.CourseClasses() {
		r := rand.New(rand.NewPCG(o.Seed*1000+uint64(i), 21))
		for cell, h := range r.Perm(CourseHosts) {
			day, kind := cell/4, cell%4
			s := session.Spec{
				Type: c.Type, App: c.App, Way: c.Ways[(day+kind/2)%len(c.Ways)], Tunnel: []string{"", "wireguard", "", "tls"}[kind],
				Host: h + 1, Day: day + 1, Set: o.Seed, Seed: o.Seed*1_000_000 + uint64(h+1)*10_000 + uint64(i)*100,
			}
			if !c.Sparse && long(i, day, kind) {
				s.Seconds = 330 + float64(r.IntN(15_000))/1e3
			}
			specs = append(specs, s)
		}
	}
	slices.SortStableFunc(specs, func(a, b session.Spec) int { return a.Host - b.Host })
	schedule(specs, o.Seed)
	// what is held back is recorded last
	slices.SortStableFunc(specs, func(a, b session.Spec) int {
		x, y := 0, 0
		if HeldBack(a.Host, a.Day) {
			x = 1
		}
		if HeldBack(b.Host, b.Day) {
			y = 1
		}
		return x - y
	})
	return specs
}

// long picks three plain recordings and three inside a VPN, on days that
// change from pair to pair.
func long(pair, day, kind int) bool {
	turn := map[int][]int{0: {0, 4}, 1: {1, 5}, 2: {2}, 3: {3}}
	return slices.Contains(turn[kind], (day-pair%session.Days+session.Days)%session.Days)
}

// schedule gives the recordings of a host and day their times, in an order
// that has nothing to do with the class.
func schedule(specs []session.Spec, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 22))
	next := map[[2]int]time.Time{}
	for _, i := range r.Perm(len(specs)) {
		s := &specs[i]
		at := [2]int{s.Host, s.Day}
		if next[at].IsZero() {
			next[at] = firstDay.AddDate(0, 0, s.Day).Add(time.Duration(r.IntN(3600e6)) * time.Microsecond)
		}
		s.Start = next[at].UnixMicro()
		next[at] = next[at].Add(12*time.Minute + time.Duration(r.IntN(600e6))*time.Microsecond)
	}
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
	if s.Tunnel != "" {
		vpn = "_vpn"
	}
	return fmt.Sprintf("host%02d_%s_%s%s.pcap", s.Host, strings.ReplaceAll(s.Type, " ", "-"), s.App, vpn)
}
