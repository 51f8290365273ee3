package session

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"flowbook/data/lab/network"
)

// span is a range from which a value is drawn, uniform in the logarithm.
type span struct{ low, high float64 }

func (s span) draw(r *rand.Rand) float64 { return s.low * math.Pow(s.high/s.low, r.Float64()) }

// Access is a kind of access network. Each recording draws its own line.
type Access struct {
	Name     string
	down, up span // Mbit/s
	delay    span // one way, ms
	jitter   span // mean of the exponential part, ms
	loss     span // share of packets, each way
	queue    span // at the bottleneck, ms of the line's rate
	cross    span // share of the downlink that others take
	mtu      []int
}

// Profiles lists the access networks, with ranges as measured in public
// broadband and mobile surveys: orders of magnitude, not one provider.
func Profiles() []Access {
	return []Access{
		{"fibre", span{40, 500}, span{20, 500}, span{1, 5}, span{0.05, 0.4}, span{1e-6, 5e-5}, span{10, 60}, span{0.01, 0.2}, []int{1500, 1500, 1492}},
		{"cable", span{15, 200}, span{2, 20}, span{4, 14}, span{0.4, 3}, span{1e-5, 4e-4}, span{40, 300}, span{0.02, 0.4}, []int{1500}},
		{"dsl", span{1.5, 16}, span{0.4, 2}, span{7, 25}, span{0.3, 2}, span{1e-5, 6e-4}, span{60, 400}, span{0.02, 0.4}, []int{1492, 1492, 1454}},
		{"lte", span{2, 40}, span{1, 15}, span{15, 45}, span{2, 10}, span{1e-4, 3e-3}, span{100, 600}, span{0.02, 0.4}, []int{1500, 1430, 1420}},
		{"wifi", span{3, 60}, span{2, 40}, span{3, 18}, span{0.8, 8}, span{2e-4, 8e-3}, span{40, 300}, span{0.05, 0.5}, []int{1500}},
		{"satellite", span{3, 25}, span{0.8, 4}, span{240, 310}, span{3, 15}, span{1e-4, 3e-3}, span{200, 800}, span{0.02, 0.4}, []int{1500, 1428}},
	}
}

// FindAccess returns the profile of a name.
func FindAccess(name string) (Access, error) {
	var names []string
	for _, a := range Profiles() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Access{}, fmt.Errorf("access network %q is none of %v", name, names)
}

// line draws the two directions of one line and its MTU. One line in five is
// throttled to at most 2 Mbit/s, as by a plan or a crowd.
func (a Access) line(r *rand.Rand) (up, down network.Shape, mtu int) {
	delay, jitter, loss := a.delay.draw(r), a.jitter.draw(r), a.loss.draw(r)
	rate, upRate := a.down.draw(r), a.up.draw(r)
	if r.Float64() < 0.2 {
		rate = min(rate, span{0.7, 2}.draw(r))
		upRate = min(upRate, rate)
	}
	shape := func(rate, cross float64) network.Shape {
		queue := rate * 1e6 / 8 * a.queue.draw(r) / 1e3
		return network.Shape{
			Rate: rate * 1e6, Delay: ms(delay), Jitter: ms(jitter), Loss: loss,
			Queue: int(min(max(queue, 24<<10), 4<<20)), Cross: cross,
		}
	}
	return shape(upRate, a.cross.draw(r)/4), shape(rate, a.cross.draw(r)), a.mtu[r.IntN(len(a.mtu))]
}

func ms(x float64) time.Duration { return time.Duration(x * 1e6) }
