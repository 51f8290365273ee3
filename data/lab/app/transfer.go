package app

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"

	"github.com/quic-go/quic-go"
)

// transfer is how one peer sends files to another.
type transfer struct {
	upload  bool    // from the captured host, else to it
	block   int     // bytes in one message
	confirm int     // the receiver answers every so many messages
	median  float64 // of the file sizes, bytes
	rest    float64 // mean pause between files, seconds
	pace    *pacer
}

// skypeFile sends or receives files between peers: over a QUIC stream or over
// TLS on TCP, in messages that the other side confirms.
func skypeFile(ctx context.Context, l *Lab) error {
	d := l.draw
	rate := d.logBetween(60e3, 350e3) / l.Day.Load
	t := transfer{
		upload: d.chance(0.5), block: 4 << 10 << d.IntN(4), confirm: 1 + d.IntN(16),
		median: rate / 8 * d.logBetween(8, 120), rest: d.between(0, 3) * l.Day.Pace,
		pace: &pacer{rate: rate},
	}
	open := l.openTLS
	if l.Way == "quic" {
		open = l.openQUIC
	}
	near, far, err := open(ctx)
	if err != nil {
		return err
	}
	if t.upload {
		go t.receive(far)
		return t.send(ctx, near, d.fork())
	}
	go t.receive(near)
	return t.send(ctx, far, d.fork())
}

// send writes files, each message with its length before it.
func (t transfer) send(ctx context.Context, c io.ReadWriter, d draws) error {
	go io.Copy(io.Discard, c)
	b := append(binary.BigEndian.AppendUint32(nil, uint32(t.block)), filler[:t.block]...)
	for ctx.Err() == nil {
		for left := d.around(t.median, 0.7); left > 0 && ctx.Err() == nil; left -= float64(t.block) {
			t.pace.wait(ctx, len(b))
			if _, err := c.Write(b); err != nil {
				return err
			}
		}
		sleep(ctx, seconds(d.exp(t.rest)))
	}
	return ctx.Err()
}

// receive reads messages and confirms them, until the connection ends.
func (t transfer) receive(c io.ReadWriter) {
	b := make([]byte, 4+t.block)
	for i := 1; ; i++ {
		if _, err := io.ReadFull(c, b); err != nil {
			return
		}
		if i%t.confirm == 0 {
			if _, err := c.Write(filler[:24]); err != nil {
				return
			}
		}
	}
}

// openTLS connects client and server by TLS over TCP and returns both ends.
// Both handshakes end before anyone reads or writes: a handshake holds a lock
// over the network, and virtual time stops for whoever waits for it.
func (l *Lab) openTLS(ctx context.Context) (near, far io.ReadWriter, err error) {
	return l.dialTLS(ctx, "files.lab.test", 443, "peer")
}

// dialTLS connects the client to a port of the server.
func (l *Lab) dialTLS(ctx context.Context, name string, port uint16, protocol string) (near, far *tls.Conn, err error) {
	listener := l.Server.Listen(port)
	l.onClose(func() { listener.Close() })
	accepted := make(chan *tls.Conn, 1)
	go func() {
		defer close(accepted)
		c, err := listener.Accept()
		if err != nil {
			return
		}
		s := tls.Server(c, l.ca.server(protocol))
		if s.HandshakeContext(ctx) == nil {
			accepted <- s
		}
	}()
	raw, err := l.Client.DialContext(ctx, "tcp", net.JoinHostPort(name, itoa(port)))
	if err != nil {
		return nil, nil, err
	}
	config := l.ca.client(name)
	config.NextProtos = []string{protocol}
	near = tls.Client(raw, config)
	if err := near.HandshakeContext(ctx); err != nil {
		return nil, nil, err
	}
	far, ok := <-accepted
	if !ok {
		return nil, nil, io.ErrUnexpectedEOF
	}
	context.AfterFunc(ctx, func() { raw.Close() })
	return near, far, nil
}

// dialQUIC connects client and server by QUIC.
func (l *Lab) dialQUIC(ctx context.Context) (near, far *quic.Conn, err error) {
	at, from := l.Server.ListenUDP(443), l.Client.ListenUDP(uint16(20000+l.draw.IntN(20000)))
	server, client := &quic.Transport{Conn: at}, &quic.Transport{Conn: from}
	l.onClose(func() {
		client.Close()
		server.Close()
		from.Close()
		at.Close()
	})
	options := &quic.Config{EnableDatagrams: true}
	listener, err := server.Listen(l.ca.server("peer"), options)
	if err != nil {
		return nil, nil, err
	}
	config := l.ca.client("files.lab.test")
	config.NextProtos = []string{"peer"}
	if near, err = client.Dial(ctx, at.LocalAddr(), config, options); err != nil {
		return nil, nil, err
	}
	far, err = listener.Accept(ctx)
	return near, far, err
}

// openQUIC connects client and server by QUIC and returns both ends of a stream.
func (l *Lab) openQUIC(ctx context.Context) (near, far io.ReadWriter, err error) {
	a, b, err := l.dialQUIC(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.OpenStreamSync(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.Write(make([]byte, 64)); err != nil { // the other end learns of a stream by its first bytes
		return nil, nil, err
	}
	r, err := b.AcceptStream(ctx)
	if err != nil {
		return nil, nil, err
	}
	_, err = io.ReadFull(r, make([]byte, 64))
	return s, r, err
}
