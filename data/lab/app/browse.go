package app

import (
	"context"
	"fmt"
	"net/http"
	"sync"
)

// browser is how one person reads pages. Times are in seconds.
type browser struct {
	think   float64 // median time with a page
	objects float64 // mean number of objects on a page
	size    float64 // median size of an object, bytes
	origins int     // servers that a page's objects come from
	visits  float64 // share of pages that begin a visit to another site: connections are closed
	live    float64 // time between requests of a page that updates itself; 0 for none
	widely  int     // requests at once
	reader  func() (reader, func())
}

// firefox is pages over HTTP/2 or HTTP/1.1.
func firefox(ctx context.Context, l *Lab) error {
	b := newBrowser(l)
	b.widely = 6
	b.reader = func() (reader, func()) {
		r := l.http2Reader()
		if l.Way == "h1" {
			r = l.http1Reader(6)
		}
		return r, r.client.CloseIdleConnections
	}
	return b.run(ctx, l)
}

// chrome is pages over HTTP/2, or over HTTP/3 from the first server and
// HTTP/2 from the others.
func chrome(ctx context.Context, l *Lab) error {
	b := newBrowser(l)
	b.widely = 10
	b.reader = func() (reader, func()) {
		r := l.http2Reader()
		return r, r.client.CloseIdleConnections
	}
	return b.run(ctx, l)
}

func newBrowser(l *Lab) browser {
	d := l.draw
	b := browser{
		think: d.logBetween(5, 35) * l.Day.Pace, objects: d.logBetween(3, 12), size: d.logBetween(1.5e3, 7e3) * l.Day.Media,
		origins: 1 + d.IntN(len(l.Peers)), visits: d.between(0.1, 0.5),
	}
	if d.chance(0.6) {
		b.live = d.logBetween(2, 9)
	}
	return b
}

// run reads page after page until ctx ends.
func (b browser) run(ctx context.Context, l *Lab) error {
	d := l.draw.fork()
	handler := http.HandlerFunc(sized)
	for _, h := range l.Peers[:b.origins] {
		l.serveHTTP(h, handler)
	}
	var fast reader // over HTTP/3
	if l.Way == "h3" {
		fast = l.http3Reader(l.Server, handler)
	} else {
		l.serveHTTP(l.Server, handler)
	}
	for ctx.Err() == nil {
		r, leave := b.reader()
		main := r
		if fast.client != nil {
			main = fast
		}
		for again := true; again && ctx.Err() == nil; again = !d.chance(b.visits) {
			if err := b.page(ctx, l, d, main, r); err != nil {
				return err
			}
			if err := b.read(ctx, d, main); err != nil {
				return err
			}
		}
		leave()
	}
	return ctx.Err()
}

// page fetches a document and then its objects, several at once.
func (b browser) page(ctx context.Context, l *Lab, d draws, main, r reader) error {
	think := int(d.around(60*l.Day.Load, 0.7))
	if err := main.do(ctx, http.MethodGet, fmt.Sprintf("https://www.lab.test/page?n=%d&think=%d", int(min(d.around(25e3, 0.9), 300e3)), think), nil); err != nil {
		return err
	}
	sleep(ctx, seconds(d.between(0.02, 0.2)))
	free := make(chan struct{}, b.widely)
	var all sync.WaitGroup
	for i := range 1 + int(min(d.exp(b.objects), 120)) {
		server, from := "www.lab.test", main
		if k := d.IntN(b.origins + 2); k < b.origins {
			server, from = PeerName(k), r
		}
		n := int(min(d.around(b.size, 1.3), 500e3))
		free <- struct{}{}
		all.Go(func() {
			from.get(ctx, server, fmt.Sprintf("/o/%d", i), n, 0, 0)
			<-free
		})
	}
	all.Wait()
	return nil
}

// read spends the time with a page; some pages ask for news meanwhile.
func (b browser) read(ctx context.Context, d draws, r reader) error {
	left := d.around(b.think, 0.9)
	for b.live > 0 && left > b.live && ctx.Err() == nil {
		step := b.live * d.between(0.8, 1.2)
		sleep(ctx, seconds(step))
		left -= step
		if err := r.post(ctx, "www.lab.test", "/news", 200+d.IntN(900), 100+d.IntN(3000)); err != nil {
			return err
		}
	}
	sleep(ctx, seconds(left))
	return nil
}
