package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// sftpDown reads files one after another over SFTP. Its server has a rate of
// its own, which a slow line may undercut; the client asks for one block at a
// time or for several.
func sftpDown(ctx context.Context, l *Lab) error {
	d := l.draw
	pace := &pacer{rate: d.logBetween(120e3, 800e3)}
	block := oneOf(d, 8, 16, 32, 32) << 10
	ahead := oneOf(d, 1, 1, 2, 4, 8)
	median, rest := d.logBetween(0.4e6, 8e6), d.between(0, 1.5)
	if err := l.serveSSH(files{ctx, pace}); err != nil {
		return err
	}
	c, hangUp, err := l.dialSFTP(ctx, sftp.MaxPacketChecked(block))
	if err != nil {
		return err
	}
	// Closed only after the last read has returned: package ssh waits for a
	// lock when a connection breaks under a writer, and virtual time with it.
	defer hangUp()
	b := make([]byte, block*ahead)
	for i := 0; ctx.Err() == nil; i++ {
		f, err := c.Open(fmt.Sprintf("/srv/data/part-%03d.bin", i))
		if err != nil {
			return err
		}
		for left := d.around(median, 0.7); left > 0 && ctx.Err() == nil; left -= float64(len(b)) {
			if _, err := f.Read(b); err != nil {
				return err
			}
		}
		if err := f.Close(); err != nil {
			return err
		}
		sleep(ctx, seconds(d.exp(rest)))
	}
	return ctx.Err()
}

// dialSFTP logs in at the file server; hangUp ends the session.
func (l *Lab) dialSFTP(ctx context.Context, o sftp.ClientOption) (c *sftp.Client, hangUp func(), err error) {
	raw, err := l.Client.DialContext(ctx, "tcp", "files.lab.test:22")
	if err != nil {
		return nil, nil, err
	}
	conn, channels, requests, err := ssh.NewClientConn(raw, "files.lab.test", &ssh.ClientConfig{
		User: "u", Auth: []ssh.AuthMethod{ssh.Password("secret123")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), ClientVersion: "SSH-2.0-OpenSSH_9.2p1",
	})
	if err != nil {
		return nil, nil, err
	}
	s := ssh.NewClient(conn, channels, requests)
	c, err = sftp.NewClient(s, o)
	return c, func() {
		c.Close()
		s.Close()
	}, err
}

// serveSSH accepts SSH connections with an SFTP subsystem.
func (l *Lab) serveSSH(h files) error {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return err
	}
	config := &ssh.ServerConfig{
		PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil },
		ServerVersion:    "SSH-2.0-OpenSSH_9.6",
	}
	config.AddHostKey(signer)
	listener := l.Server.Listen(22)
	l.onClose(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go serveSession(c, config, h)
		}
	}()
	return nil
}

func serveSession(c net.Conn, config *ssh.ServerConfig, h files) {
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for n := range channels {
		channel, requests, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				r.Reply(r.Type == "subsystem", nil)
			}
		}()
		go func() {
			sftp.NewRequestServer(channel, sftp.Handlers{FileGet: h, FilePut: h, FileCmd: h, FileList: h}).Serve()
			channel.Close()
		}()
	}
}

// files has one endless file, read at a pace.
type files struct {
	ctx  context.Context
	pace *pacer
}

var errReadOnly = errors.New("only reading is offered")

func (f files) Fileread(*sftp.Request) (io.ReaderAt, error) { return f, nil }
func (files) Filewrite(*sftp.Request) (io.WriterAt, error)  { return nil, errReadOnly }
func (files) Filecmd(*sftp.Request) error                   { return errReadOnly }
func (files) Filelist(*sftp.Request) (sftp.ListerAt, error) { return nil, errReadOnly }
func (f files) ReadAt(b []byte, off int64) (int, error) {
	f.pace.wait(f.ctx, len(b))
	n := 0
	for n < len(b) {
		n += copy(b[n:], filler[(off+int64(n))%int64(len(filler)):])
	}
	return n, nil
}
