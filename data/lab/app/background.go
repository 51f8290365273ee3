package app

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"
)

// Background is what a machine does beside the labelled application. Means of
// 0 are for what it does not do. Times are in seconds.
type Background struct {
	Poll   float64 // mean time between requests to a server
	Update float64 // mean time between checks for updates
	Clock  float64 // time between questions to an NTP server
}

// StartBackground does what b says until ctx ends.
func (l *Lab) StartBackground(ctx context.Context, b Background) {
	d := l.draw.fork()
	l.serveHTTP(l.Far, http.HandlerFunc(sized))
	r := l.http2Reader()
	every := func(mean float64, do func(context.Context, draws)) {
		if mean <= 0 {
			return
		}
		d := d.fork()
		go func() {
			for ctx.Err() == nil {
				sleep(ctx, seconds(d.exp(mean)))
				c, cancel := context.WithTimeout(ctx, 20*time.Second)
				do(c, d)
				cancel()
			}
		}()
	}
	every(b.Poll, func(c context.Context, d draws) {
		r.post(c, "api.far.test", "/v1/events", int(min(d.around(900, 0.8), 9e3)), int(min(d.around(2500, 1.2), 60e3)))
	})
	every(b.Update, func(c context.Context, d draws) {
		for i := range 1 + d.IntN(4) {
			r.get(c, "update.far.test", fmt.Sprintf("/list/%d", i), int(min(d.around(20e3, 1), 200e3)), 0, 0)
		}
	})
	if b.Clock > 0 {
		l.serveNTP()
		every(b.Clock, func(c context.Context, _ draws) { l.askNTP(c) })
	}
}

// serveNTP answers questions for the time at l.Far (RFC 5905).
func (l *Lab) serveNTP() {
	c := l.Far.ListenUDP(123)
	l.onClose(func() { c.Close() })
	go func() {
		b := make([]byte, 512)
		for {
			n, who, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if n < 48 {
				continue
			}
			a := make([]byte, 48)
			a[0], a[1], a[2], a[3] = 0x24, 2, b[2], 0xe9 // version 4, server, stratum 2
			copy(a[24:32], b[40:48])
			putNTPTime(a[32:], time.Now())
			putNTPTime(a[40:], time.Now())
			c.WriteTo(a, who)
		}
	}()
}

func (l *Lab) askNTP(ctx context.Context) {
	c, err := l.Client.DialContext(ctx, "udp", "time.far.test:123")
	if err != nil {
		return
	}
	defer c.Close()
	q := make([]byte, 48)
	q[0], q[2], q[3] = 0x23, 6, 0xe9 // version 4, client
	putNTPTime(q[40:], time.Now())
	c.Write(q)
	c.SetReadDeadline(time.Now().Add(3 * time.Second))
	c.Read(q)
}

// putNTPTime writes seconds since 1900 and their fraction.
func putNTPTime(b []byte, t time.Time) {
	binary.BigEndian.PutUint32(b, uint32(t.Unix()+2208988800))
	binary.BigEndian.PutUint32(b[4:], uint32(uint64(t.Nanosecond())<<32/1e9))
}
