package app

import (
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

func itoa(n uint16) string { return strconv.Itoa(int(n)) }

// talk is how two people write to each other, and what their program adds.
// Times are in seconds, sizes in bytes.
type talk struct {
	think    float64 // median pause before an answer is begun
	words    float64 // mean number of words in a message
	typing   float64 // a typing notice comes this often while one writes; 0 for none
	receipt  bool    // each message is confirmed by the receiver's program
	presence float64 // mean time between news of other contacts
	alive    float64 // time between keepalives
	overhead int     // bytes around each message
}

// icqChat is a binary message protocol on one long connection.
func icqChat(ctx context.Context, l *Lab) error {
	d := l.draw
	t := newTalk(d)
	t.overhead = 40 + d.IntN(120)
	t.receipt = d.chance(0.3)
	t.alive = oneOf(d, 10.0, 20, 30, 60)
	return t.overOneConnection(ctx, l, 5190)
}

// skypeChat has larger messages, receipts and much presence.
func skypeChat(ctx context.Context, l *Lab) error {
	d := l.draw
	t := newTalk(d)
	t.overhead = 150 + d.IntN(500)
	t.receipt = d.chance(0.8)
	t.presence = d.logBetween(2, 15)
	t.alive = oneOf(d, 5.0, 10, 15, 30)
	return t.overOneConnection(ctx, l, 443)
}

// hangoutsChat is a browser's chat: requests to send, a long answer to receive.
func hangoutsChat(ctx context.Context, l *Lab) error {
	d := l.draw
	t := newTalk(d)
	t.overhead = 200 + d.IntN(600)
	t.receipt = d.chance(0.5)
	t.alive = oneOf(d, 8.0, 15, 25)
	return t.overHTTP(ctx, l)
}

// newTalk draws what all chats share.
func newTalk(d draws) talk {
	t := talk{think: d.logBetween(1.5, 7), words: d.logBetween(3, 14), presence: d.logBetween(4, 40)}
	if d.chance(0.75) {
		t.typing = d.between(1, 4)
	}
	return t
}

// event is one thing that a side of a chat sends.
type event struct {
	kind byte
	size int
}

// kinds of event; all but pings and receipts come from a person or the server.
const (
	message byte = iota + 1
	typing
	receipt
	presence
	ping
	pong
)

// person writes until ctx ends: thinks, types, sends. send must not block.
func (t talk) person(ctx context.Context, d draws, send func(event)) {
	sleep(ctx, seconds(d.between(0.2, 3)))
	for ctx.Err() == nil {
		for range 1 + d.IntN(3) { // messages come in small bursts
			words := 1 + d.exp(t.words)
			t.write(ctx, d, words*d.between(0.25, 0.5), send)
			if ctx.Err() != nil {
				return
			}
			send(event{message, t.overhead + int(words*6)})
		}
		sleep(ctx, seconds(d.around(t.think, 0.8)))
	}
}

// write spends the time that typing takes, with notices where there are any.
func (t talk) write(ctx context.Context, d draws, duration float64, send func(event)) {
	end := time.Now().Add(seconds(duration))
	for t.typing > 0 && ctx.Err() == nil && time.Until(end) > 0 {
		send(event{typing, t.overhead/2 + 10})
		sleep(ctx, min(time.Until(end), seconds(t.typing*d.between(0.8, 1.2))))
	}
	sleep(ctx, time.Until(end))
}

// news sends what the server has to say about other contacts.
func (t talk) news(ctx context.Context, d draws, send func(event)) {
	for ctx.Err() == nil {
		sleep(ctx, seconds(d.exp(t.presence)))
		if ctx.Err() == nil {
			send(event{presence, t.overhead/2 + int(d.exp(80))})
		}
	}
}

// outbox writes events to a connection in the order in which they came.
type outbox chan event

// frameHeader is before each event: a marker, its kind, its length.
const frameHeader = 6

func (o outbox) run(ctx context.Context, w io.Writer) {
	b := make([]byte, frameHeader+8192)
	for {
		select {
		case e := <-o:
			n := min(e.size, 8192)
			b[0], b[1] = 0x2a, e.kind
			binary.BigEndian.PutUint32(b[2:], uint32(n))
			copy(b[frameHeader:], filler[:n])
			if _, err := w.Write(b[:frameHeader+n]); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// answer reads events and sends what they call for: a receipt, a pong.
func (t talk) answer(ctx context.Context, d draws, r io.Reader, o outbox) error {
	b := make([]byte, frameHeader+8192)
	for {
		if _, err := io.ReadFull(r, b[:frameHeader]); err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint32(b[2:]))
		if _, err := io.ReadFull(r, b[frameHeader:frameHeader+n]); err != nil {
			return err
		}
		switch {
		case b[1] == ping:
			o <- event{pong, 4}
		case b[1] == message && t.receipt:
			sleep(ctx, seconds(d.between(0.02, 0.3)))
			o <- event{receipt, t.overhead / 2}
		}
	}
}

// overOneConnection chats over one TLS connection in both directions.
func (t talk) overOneConnection(ctx context.Context, l *Lab, port uint16) error {
	near, far, err := l.dialTLS(ctx, "chat.lab.test", port, "chat")
	if err != nil {
		return err
	}
	here, there := make(outbox, 64), make(outbox, 64)
	go here.run(ctx, near)
	go there.run(ctx, far)
	dFar := l.draw.fork()
	go t.answer(ctx, dFar.fork(), far, there)
	there <- event{presence, 1500 + l.draw.IntN(12000)} // the contact list
	go t.person(ctx, dFar.fork(), func(e event) { there <- e })
	go t.news(ctx, dFar.fork(), func(e event) { there <- e })
	dNear := l.draw.fork()
	go t.person(ctx, dNear.fork(), func(e event) { here <- e })
	go func() {
		for ctx.Err() == nil {
			sleep(ctx, seconds(t.alive))
			here <- event{ping, 4}
		}
	}()
	return t.answer(ctx, dNear.fork(), near, here)
}

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
