package app

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// overHTTP chats in a browser's way: what comes in is one endless answer,
// what goes out is a request each.
func (t talk) overHTTP(ctx context.Context, l *Lab) error {
	in := make(outbox, 64)
	l.serveHTTP(l.Server, t.service(ctx, l.draw.fork(), in))
	r := l.http2Reader()
	listening := make(chan error, 1)
	go func() { listening <- r.do(ctx, http.MethodGet, "https://chat.lab.test/channel", nil) }()
	d := l.draw.fork()
	out := make(outbox, 64)
	go t.person(ctx, d.fork(), func(e event) { out <- e })
	var requests sync.WaitGroup
	defer requests.Wait()
	for {
		select {
		case e := <-out:
			requests.Go(func() { r.post(ctx, "chat.lab.test", "/send", e.size, 60+e.size/8) })
		case err := <-listening:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// service is the server's side of overHTTP: it holds the channel open, and
// puts the other person's messages and its own heartbeats into it.
func (t talk) service(ctx context.Context, d draws, in outbox) http.Handler {
	send := func(e event) { in <- e }
	go t.person(ctx, d.fork(), send)
	go t.news(ctx, d.fork(), send)
	go func() {
		for ctx.Err() == nil {
			sleep(ctx, seconds(t.alive))
			in <- event{ping, 8}
		}
	}()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/channel") {
			sized(w, r)
			if t.receipt && r.ContentLength > int64(t.overhead) {
				in <- event{receipt, t.overhead / 2}
			}
			return
		}
		w.WriteHeader(http.StatusOK)
		in.run(r.Context(), flushing{w})
	})
}

// flushing sends each write at once.
type flushing struct{ http.ResponseWriter }

func (f flushing) Write(b []byte) (int, error) {
	n, err := f.ResponseWriter.Write(b)
	f.ResponseWriter.(http.Flusher).Flush()
	return n, err
}

// overRequests chats by requests alone: one for each event that goes out, and
// others that fetch what has come in. The server answers those at once (wait
// 0; the client asks every so many seconds), or when there is something to
// say, at the latest after wait seconds (the client asks again at once).
func (t talk) overRequests(ctx context.Context, l *Lab, every, wait float64) error {
	d := l.draw.fork()
	in, out := make(outbox, 256), make(outbox, 64)
	l.serveHTTP(l.Server, t.mailbox(ctx, d.fork(), in, seconds(wait)))
	r := l.http2Reader()
	go t.person(ctx, d.fork(), func(e event) { out <- e })
	var requests sync.WaitGroup
	defer requests.Wait()
	requests.Go(func() {
		for e := range out.until(ctx) {
			r.post(ctx, "chat.lab.test", "/send", e.size, 60+e.size/8)
		}
	})
	for ctx.Err() == nil {
		if err := r.do(ctx, http.MethodGet, "https://chat.lab.test/news", nil); err != nil {
			return err
		}
		sleep(ctx, seconds(every*d.between(0.9, 1.1)))
	}
	return ctx.Err()
}

// until yields events as they come, until ctx ends.
func (o outbox) until(ctx context.Context) func(yield func(event) bool) {
	return func(yield func(event) bool) {
		for {
			select {
			case e := <-o:
				if !yield(e) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// mailbox is the server's side of overRequests.
func (t talk) mailbox(ctx context.Context, d draws, in outbox, wait time.Duration) http.Handler {
	send := func(e event) {
		select {
		case in <- e:
		default: // nobody fetches: what is new is lost
		}
	}
	go t.person(ctx, d.fork(), send)
	go t.news(ctx, d.fork(), send)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/news") {
			sized(w, r)
			if t.receipt && r.ContentLength > int64(t.overhead) {
				send(event{receipt, t.overhead / 2})
			}
			return
		}
		n := 40
		if wait > 0 {
			select {
			case e := <-in:
				n += e.size
			case <-time.After(wait):
			case <-r.Context().Done():
				return
			}
		}
		for more := true; more; {
			select {
			case e := <-in:
				n += e.size
			default:
				more = false
			}
		}
		w.Write(filler[:n])
	})
}
