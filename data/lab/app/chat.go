package app

import (
	"context"
	"encoding/binary"
	"io"
	"strconv"
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

// run chats in the way of the recording.
func (t talk) run(ctx context.Context, l *Lab) error {
	t.think *= l.Day.Pace
	switch l.Way {
	case "poll":
		return t.overRequests(ctx, l, l.draw.logBetween(2, 6), 0)
	case "longpoll":
		return t.overRequests(ctx, l, 0, l.draw.between(15, 40))
	case "push":
		return t.overHTTP(ctx, l)
	}
	return t.overOneConnection(ctx, l)
}

// aimChat has small messages, and typing notices in most programs.
func aimChat(ctx context.Context, l *Lab) error {
	t := newTalk(l.draw)
	t.overhead = 30 + l.draw.IntN(110)
	t.receipt = l.draw.chance(0.2)
	t.alive = oneOf(l.draw, 10.0, 20, 30, 60)
	return t.run(ctx, l)
}

// facebookChat marks what was seen and who is there.
func facebookChat(ctx context.Context, l *Lab) error {
	t := newTalk(l.draw)
	t.overhead = 120 + l.draw.IntN(500)
	t.receipt = l.draw.chance(0.9)
	t.presence = l.draw.logBetween(5, 40)
	t.alive = oneOf(l.draw, 10.0, 20, 30)
	return t.run(ctx, l)
}

// icqChat has small messages and news of contacts.
func icqChat(ctx context.Context, l *Lab) error {
	t := newTalk(l.draw)
	t.overhead = 40 + l.draw.IntN(120)
	t.receipt = l.draw.chance(0.3)
	t.alive = oneOf(l.draw, 10.0, 20, 30, 60)
	return t.run(ctx, l)
}

// skypeChat has larger messages, receipts and much presence.
func skypeChat(ctx context.Context, l *Lab) error {
	t := newTalk(l.draw)
	t.overhead = 150 + l.draw.IntN(500)
	t.receipt = l.draw.chance(0.8)
	t.presence = l.draw.logBetween(3, 25)
	t.alive = oneOf(l.draw, 5.0, 10, 15, 30)
	return t.run(ctx, l)
}

// hangoutsChat is a browser's chat.
func hangoutsChat(ctx context.Context, l *Lab) error {
	t := newTalk(l.draw)
	t.overhead = 200 + l.draw.IntN(600)
	t.receipt = l.draw.chance(0.5)
	t.alive = oneOf(l.draw, 8.0, 15, 25)
	return t.run(ctx, l)
}

// newTalk draws what all chats share.
func newTalk(d draws) talk {
	t := talk{think: d.logBetween(2, 20), words: d.logBetween(3, 14), presence: d.logBetween(5, 60)}
	if d.chance(0.7) {
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
func (t talk) overOneConnection(ctx context.Context, l *Lab) error {
	near, far, err := l.dialTLS(ctx, "chat.lab.test", 443, "chat")
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
