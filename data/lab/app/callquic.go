package app

import (
	"context"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

// overQUIC sends sound in the datagrams of a QUIC connection (RFC 9221), as
// relays of calls may.
func (c call) overQUIC(ctx context.Context, l *Lab) error {
	a, b, err := l.dialQUIC(ctx)
	if err != nil {
		return err
	}
	var both sync.WaitGroup
	errs := make(chan error, 2)
	for _, end := range []*quic.Conn{a, b} {
		d := l.draw.fork()
		go func() {
			for {
				if _, err := end.ReceiveDatagram(ctx); err != nil {
					return
				}
			}
		}()
		both.Go(func() { errs <- c.speakInto(ctx, d, end) })
	}
	both.Wait()
	return <-errs
}

// speakInto speaks into one end of a connection.
func (c call) speakInto(ctx context.Context, d draws, to *quic.Conn) error {
	s := newSpeaker(c, d.fork())
	next := time.Now()
	for ctx.Err() == nil {
		if n := s.sound(); n > 0 {
			if err := to.SendDatagram(filler[:n+12]); err != nil {
				return err
			}
		}
		next = next.Add(seconds(c.ptime))
		sleep(ctx, time.Until(next)+seconds(d.exp(3e-4)))
	}
	return ctx.Err()
}
