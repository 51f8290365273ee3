package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"

	"github.com/jlaffaye/ftp"
)

// ftpsDown reads files over FTPS (RFC 4217), a data connection for each.
func ftpsDown(ctx context.Context, l *Lab) error { return newMoves(l, 1).overFTPS(ctx, l) }

// ftpsBoth moves files both ways and lists folders.
func ftpsBoth(ctx context.Context, l *Lab) error {
	return newMoves(l, l.draw.between(0.3, 0.7)).overFTPS(ctx, l)
}

func (m moves) overFTPS(ctx context.Context, l *Lab) error {
	d := l.draw.fork()
	m.seconds = d.logBetween(60, 240) // each file is a flow
	c, err := l.dialFTP(ctx, &pacer{rate: m.rate})
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if d.chance(0.5) {
			if _, err := c.List("/srv/data"); err != nil {
				return err
			}
		}
		size := int64(m.rate / 8 * d.around(m.seconds, 0.6))
		if d.chance(m.download) {
			err = retrieve(c, size)
		} else {
			err = c.Stor("up.bin", io.LimitReader(endless{}, size))
		}
		if err != nil {
			return err
		}
		sleep(ctx, seconds(d.exp(m.rest)))
	}
	return ctx.Err()
}

func retrieve(c *ftp.ServerConn, size int64) error {
	r, err := c.Retr(fmt.Sprintf("/srv/data/f-%d", size))
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	return r.Close()
}

// endless reads filler for ever.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return copy(b, filler), nil }

// dialFTP starts a server and logs in there, in the way of the recording:
// TLS from the first byte (port 990), or after AUTH (port 21). All connections
// are cut when ctx ends.
func (l *Lab) dialFTP(ctx context.Context, pace *pacer) (*ftp.ServerConn, error) {
	implicit := l.Way == "implicit"
	port := uint16(21)
	if implicit {
		port = 990
	}
	s := &ftpServer{lab: l, ctx: ctx, pace: pace, implicit: implicit, port: uint16(50000 + l.draw.IntN(4000))}
	s.serve(port)
	config := l.ca.client("files.lab.test")
	control := true
	dial := func(_, addr string) (net.Conn, error) {
		raw, err := l.Client.DialContext(ctx, "tcp", addr)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { raw.Close() })
		if control && !implicit {
			control = false
			return raw, nil
		}
		control = false
		return ftpConn{tls.Client(raw, config)}, nil
	}
	security := ftp.DialWithExplicitTLS(config)
	if implicit {
		security = ftp.DialWithTLS(config)
	}
	c, err := ftp.Dial(fmt.Sprintf("files.lab.test:%d", port), ftp.DialWithDialFunc(dial), security)
	if err != nil {
		return nil, err
	}
	return c, c.Login("u", "p")
}

// ftpConn is a connection that closes without complaint: on a slow line the
// last goodbye of TLS may not leave in time.
type ftpConn struct{ *tls.Conn }

func (c ftpConn) Close() error {
	c.Conn.Close()
	return nil
}
