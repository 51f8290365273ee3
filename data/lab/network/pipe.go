package network

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// frameOverhead is what Ethernet adds to an IP packet on the line: header,
// frame check sequence, preamble and gap.
const frameOverhead = 38

// Shape is one direction of a link. Order is always kept: a line does not
// reorder, however much its delay varies.
type Shape struct {
	Rate   float64       // bit/s; 0 means that sending takes no time
	Delay  time.Duration // one way
	Jitter time.Duration // mean of an exponential delay on top
	Loss   float64       // share of packets lost at random
	Queue  int           // bytes that may wait; more are dropped at the tail. 0 means 256 KiB
	Cross  float64       // share of Rate that other users of the line take on average
}

// timed is a packet with the moment at which it leaves the pipe.
type timed struct {
	due time.Time
	ip  []byte
}

// pipe carries packets through one Shape and hands each to out when it is due.
type pipe struct {
	shape Shape
	out   func(ip []byte)

	mu    sync.Mutex
	rng   *rand.Rand
	free  time.Time // when the line has sent all that it was given
	last  time.Time // when the latest packet arrives at the far end
	cross time.Time // when the next burst of other users arrives
	lost  int

	queue chan timed
	done  chan struct{}
}

// newPipe starts a pipe; close stops it.
func newPipe(shape Shape, rng *rand.Rand, out func(ip []byte)) *pipe {
	if shape.Queue == 0 {
		shape.Queue = 256 << 10
	}
	p := &pipe{
		shape: shape, out: out, rng: rng,
		queue: make(chan timed, 8192),
		done:  make(chan struct{}),
	}
	p.cross = time.Now().Add(p.crossGap())
	go p.loop()
	return p
}

func (p *pipe) close() { close(p.done) }

func (p *pipe) loop() {
	for {
		select {
		case t := <-p.queue:
			if d := time.Until(t.due); d > 0 {
				time.Sleep(d)
			}
			p.out(t.ip)
		case <-p.done:
			return
		}
	}
}

// send gives a packet to the pipe, which keeps or drops it.
func (p *pipe) send(ip []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.crossTraffic(now)
	if p.free.Before(now) {
		p.free = now
	}
	serial := p.serial(len(ip) + frameOverhead)
	if p.full(now) || p.rng.Float64() < p.shape.Loss {
		p.lost++
		return
	}
	p.free = p.free.Add(serial)
	due := p.free.Add(p.shape.Delay)
	if p.shape.Jitter > 0 {
		due = due.Add(time.Duration(p.rng.ExpFloat64() * float64(p.shape.Jitter)))
	}
	if m := p.last.Add(serial); due.Before(m) { // never closer together than the line can send
		due = m
	}
	select {
	case p.queue <- timed{due, ip}:
		p.last = due
	default:
		p.lost++
	}
}

// serial is how long the line takes to send n bytes.
func (p *pipe) serial(n int) time.Duration {
	if p.shape.Rate <= 0 {
		return 0
	}
	return time.Duration(float64(n) * 8 / p.shape.Rate * 1e9)
}

// full reports whether the bytes that wait fill the queue.
func (p *pipe) full(now time.Time) bool {
	return p.shape.Rate > 0 && p.free.Sub(now).Seconds()*p.shape.Rate/8 > float64(p.shape.Queue)
}

// crossBurst is the mean size of what other users send at once, in bytes.
const crossBurst = 24e3

// crossGap draws the time until the next burst of other users.
func (p *pipe) crossGap() time.Duration {
	if p.shape.Cross <= 0 || p.shape.Rate <= 0 {
		return math.MaxInt64
	}
	mean := crossBurst * 8 / (p.shape.Rate * p.shape.Cross)
	return time.Duration(p.rng.ExpFloat64() * mean * 1e9)
}

// crossTraffic lets the bursts that other users sent until now take their
// share of the line, as far as the queue has room for them. They are not
// packets: only the time they need is felt.
func (p *pipe) crossTraffic(now time.Time) {
	for !p.cross.After(now) {
		if p.free.Before(p.cross) {
			p.free = p.cross
		}
		full := p.cross.Add(p.serial(p.shape.Queue))
		p.free = p.free.Add(p.serial(int(p.rng.ExpFloat64() * crossBurst)))
		if p.free.After(full) {
			p.free = full
		}
		p.cross = p.cross.Add(p.crossGap())
	}
}
