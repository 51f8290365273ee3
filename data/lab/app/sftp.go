package app

import (
	"context"
	"fmt"

	"github.com/pkg/sftp"
)

// moves is how files are moved over SSH.
type moves struct {
	rate     float64 // that the server allows, bit/s
	block    int     // bytes in one request
	ahead    int     // requests at once
	seconds  float64 // median length of a file, in time at that rate
	rest     float64 // mean pause between files, seconds
	download float64 // share of files that come down
}

func newMoves(l *Lab, download float64) moves {
	d := l.draw
	m := moves{
		rate: d.logBetween(60e3, 350e3) / l.Day.Load, block: oneOf(d, 8, 16, 32, 32) << 10, ahead: oneOf(d, 2, 4, 8),
		seconds: d.logBetween(15, 150), rest: d.between(0, 3) * l.Day.Pace, download: download,
	}
	if l.Way == "one-by-one" {
		m.ahead = 1
	}
	return m
}

// sftpDown reads files one after another over SFTP. Its server has a rate of
// its own, which a slow line may undercut; the client asks for one block at a
// time or for several.
func sftpDown(ctx context.Context, l *Lab) error { return newMoves(l, 1).overSFTP(ctx, l) }

// sftpUp writes files.
func sftpUp(ctx context.Context, l *Lab) error { return newMoves(l, 0).overSFTP(ctx, l) }

// sftpBoth moves files both ways and lists folders, over SFTP or by SCP.
func sftpBoth(ctx context.Context, l *Lab) error {
	m := newMoves(l, l.draw.between(0.3, 0.7))
	if l.Way == "scp" {
		return m.overSCP(ctx, l)
	}
	return m.overSFTP(ctx, l)
}

func (m moves) overSFTP(ctx context.Context, l *Lab) error {
	d := l.draw.fork()
	c, hangUp, err := l.dialSFTP(ctx, &pacer{rate: m.rate}, sftp.MaxPacketChecked(m.block), sftp.MaxConcurrentRequestsPerFile(max(1, m.ahead)), sftp.UseConcurrentWrites(m.ahead > 1))
	if err != nil {
		return err
	}
	// Closed only after the last read has returned: package ssh waits for a
	// lock when a connection breaks under a writer, and virtual time with it.
	defer hangUp()
	for i := 0; ctx.Err() == nil; i++ {
		size := int(m.rate / 8 * d.around(m.seconds, 0.6))
		if err := m.move(ctx, c, fmt.Sprintf("/srv/data/part-%03d.bin", i), size, d.chance(m.download)); err != nil {
			return err
		}
		if m.download > 0 && m.download < 1 && d.chance(0.4) {
			if _, err := c.ReadDir("/srv/data"); err != nil {
				return err
			}
		}
		sleep(ctx, seconds(d.exp(m.rest)))
	}
	return ctx.Err()
}

// move reads or writes one file in blocks, several under way at once.
func (m moves) move(ctx context.Context, c *sftp.Client, name string, size int, down bool) error {
	open := c.Create
	if down {
		open = c.Open
	}
	f, err := open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, m.block*m.ahead)
	copy(b, filler)
	for at := 0; at < size && ctx.Err() == nil; at += len(b) {
		if down {
			_, err = f.ReadAt(b, int64(at))
		} else {
			_, err = f.WriteAt(b, int64(at))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
