package meter

import (
	"math"
	"time"
)

// never is later than any time of the meter's clock.
const never = math.MaxInt64

// What the clock and the memory of a meter go by, in µs.
const (
	// grace is how long a flow that no packet can belong to any more is kept,
	// for packets that come late in the file.
	grace = int64(10 * time.Second / time.Microsecond)
	// remembered is how long the endpoints of a silent 5-tuple are known at
	// least (C2).
	remembered = int64(10 * time.Minute / time.Microsecond)
	// leap is the most by which one packet moves the clock, so that a packet
	// with a wrong time does not end all flows.
	leap = int64(time.Second / time.Microsecond)
	// behind is how many packets in a row must be earlier than the clock,
	// beyond grace, for a new recording to have begun.
	behind = 1000
)

// clock measures how much time has passed in a capture whose time stamps may
// go back and forth. It never goes back, and a single packet moves it by a
// second at most.
type clock struct {
	begun   bool
	latest  int64 // latest time stamp
	passed  int64 // µs
	earlier int   // packets in a row that are far behind the latest
	late    int64 // all such packets
}

// tick takes a packet at t and returns the time that has passed.
func (c *clock) tick(t int64) int64 {
	d := t - c.latest
	switch {
	case !c.begun:
		c.begun, c.latest = true, t
	case d >= -grace:
		if d > 0 {
			c.passed += min(d, leap)
			c.latest = t
		}
		c.earlier = 0
	default:
		c.late++
		if c.earlier++; c.earlier > behind {
			c.latest, c.earlier = t, 0
		}
	}
	return c.passed
}
