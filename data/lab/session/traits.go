package session

import (
	"math"
	"math/rand/v2"

	"flowbook/data/lab/app"
	"flowbook/data/lab/network"
)

// host is what all recordings of one host share.
type host struct {
	up, down   network.Shape // of its line
	mtu        int
	card       network.Shape
	background app.Background
	lan        lan
}

// HostAccess is the access network of a host of the course set: each profile
// takes its turn.
func HostAccess(number int) string {
	p := Profiles()
	return p[(number-1)%len(p)].Name
}

// hostOf draws what a host is like. It depends on nothing but the set's seed,
// the number of the host and the access network.
func hostOf(set uint64, number int, a Access) host {
	r := rand.New(rand.NewPCG(set*1000+uint64(number), 11))
	var h host
	h.up, h.down, h.mtu = a.line(r)
	h.card = network.Shape{Rate: 1e9, Delay: ms(0.012), Jitter: ms(span{0.02, 0.2}.draw(r))}
	if r.Float64() < 0.25 {
		h.card.Rate = 1e8
	}
	sometimes := func(p float64, s span) float64 {
		x := s.draw(r)
		if r.Float64() < p {
			return x
		}
		return 0
	}
	h.background = app.Background{
		Poll: sometimes(0.6, span{10, 90}), Update: sometimes(0.4, span{100, 500}), Clock: sometimes(0.6, span{32, 128}),
	}
	h.lan = lan{arp: span{20, 60}.draw(r), mdns: sometimes(0.6, span{15, 90})}
	return h
}

// day is what all recordings of one day share.
type day struct {
	app.Day
	distance float64 // factor of the delay to servers
	cross    float64 // share of the access line that others take on top
}

// Days is how many days the factors of a set are spread over.
const Days = 6

// dayOf draws what a day is like. Each factor takes each of Days evenly spread
// values on one of the days, in an order drawn from the set's seed, so that
// the days differ for certain.
func dayOf(set uint64, number int) day {
	r := rand.New(rand.NewPCG(set, 12))
	factor := func(s span) float64 {
		at := r.Perm(Days)[(number+Days-1)%Days]
		return s.low * math.Pow(s.high/s.low, (float64(at)+0.5)/Days)
	}
	var d day
	d.Media, d.Load, d.Pace = factor(span{0.6, 1.6}), factor(span{0.6, 1.8}), factor(span{0.7, 1.4})
	d.distance, d.cross = factor(span{0.4, 3}), factor(span{0.01, 0.3})
	return d
}
