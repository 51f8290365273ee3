package app

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// dialSSH starts a server whose files have a pace, and logs in there.
func (l *Lab) dialSSH(ctx context.Context, pace *pacer) (*ssh.Client, error) {
	if err := l.serveSSH(files{ctx, pace}); err != nil {
		return nil, err
	}
	raw, err := l.Client.DialContext(ctx, "tcp", "files.lab.test:22")
	if err != nil {
		return nil, err
	}
	conn, channels, requests, err := ssh.NewClientConn(raw, "files.lab.test", &ssh.ClientConfig{
		User: "u", Auth: []ssh.AuthMethod{ssh.Password("secret123")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), ClientVersion: "SSH-2.0-OpenSSH_9.2p1",
	})
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// dialSFTP logs in at the file server; hangUp ends the session.
func (l *Lab) dialSFTP(ctx context.Context, pace *pacer, o ...sftp.ClientOption) (c *sftp.Client, hangUp func(), err error) {
	s, err := l.dialSSH(ctx, pace)
	if err != nil {
		return nil, nil, err
	}
	c, err = sftp.NewClient(s, o...)
	return c, func() {
		c.Close()
		s.Close()
	}, err
}

// serveSSH accepts SSH connections with an SFTP subsystem and SCP.
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
		go serveChannel(channel, requests, h)
	}
}

// serveChannel runs the subsystem or the command that the client asks for.
func serveChannel(c ssh.Channel, requests <-chan *ssh.Request, h files) {
	for r := range requests {
		switch {
		case r.Type == "subsystem":
			r.Reply(true, nil)
			go func() {
				sftp.NewRequestServer(c, sftp.Handlers{FileGet: h, FilePut: h, FileCmd: h, FileList: h}).Serve()
				c.Close()
			}()
		case r.Type == "exec" && bytes.Contains(r.Payload, []byte("scp -")):
			r.Reply(true, nil)
			go func() {
				h.scp(c, string(r.Payload[4:]))
				c.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
				c.Close()
			}()
		default:
			r.Reply(false, nil)
		}
	}
}

// files has endless files that are read and written at a pace, and a folder
// of fifty.
type files struct {
	ctx  context.Context
	pace *pacer
}

var errNotOffered = errors.New("only reading, writing and listing are offered")

func (f files) Fileread(*sftp.Request) (io.ReaderAt, error)  { return f, nil }
func (f files) Filewrite(*sftp.Request) (io.WriterAt, error) { return f, nil }
func (files) Filecmd(r *sftp.Request) error {
	if r.Method == "Setstat" {
		return nil
	}
	return errNotOffered
}
func (files) Filelist(*sftp.Request) (sftp.ListerAt, error) { return folder{}, nil }

func (f files) ReadAt(b []byte, off int64) (int, error) {
	f.pace.wait(f.ctx, len(b))
	n := 0
	for n < len(b) {
		n += copy(b[n:], filler[(off+int64(n))%int64(len(filler)):])
	}
	return n, nil
}

func (f files) WriteAt(b []byte, _ int64) (int, error) {
	f.pace.wait(f.ctx, len(b))
	return len(b), nil
}

// folder lists fifty files.
type folder struct{}

func (folder) ListAt(to []os.FileInfo, at int64) (int, error) {
	n := 0
	for ; n < len(to) && int(at)+n < 50; n++ {
		to[n] = entry(int(at) + n)
	}
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

// entry is a file of the folder.
type entry int

func (e entry) Name() string     { return fmt.Sprintf("part-%03d.bin", int(e)) }
func (e entry) Size() int64      { return int64(1e6 * (e + 1)) }
func (entry) Mode() fs.FileMode  { return 0o644 }
func (entry) ModTime() time.Time { return validFrom }
func (entry) IsDir() bool        { return false }
func (entry) Sys() any           { return nil }

// overSCP moves files by the protocol of rcp over SSH, a channel for each.
func (m moves) overSCP(ctx context.Context, l *Lab) error {
	d := l.draw.fork()
	c, err := l.dialSSH(ctx, &pacer{rate: m.rate})
	if err != nil {
		return err
	}
	defer c.Close()
	for ctx.Err() == nil {
		size := int(m.rate / 8 * d.around(m.seconds, 0.6))
		flag := "-t"
		if d.chance(m.download) {
			flag = "-f"
		}
		if err := scpOnce(ctx, c, fmt.Sprintf("scp %s /srv/data/f-%d", flag, size), size, flag == "-t"); err != nil {
			return err
		}
		sleep(ctx, seconds(d.exp(m.rest)))
	}
	return ctx.Err()
}

// scpOnce runs a command at the other end and sends or takes its file.
func scpOnce(ctx context.Context, c *ssh.Client, command string, size int, up bool) error {
	s, err := c.NewSession()
	if err != nil {
		return err
	}
	defer s.Close()
	in, err := s.StdinPipe()
	if err != nil {
		return err
	}
	out, err := s.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.Start(command); err != nil {
		return err
	}
	if up {
		err = scpSend(ctx, in, out, size, nil)
	} else {
		err = scpTake(ctx, in, out, size, nil)
	}
	in.Close()
	return err
}

// scp is the server's end: the last word of the command says how many bytes.
func (f files) scp(c ssh.Channel, command string) {
	size := 0
	fmt.Sscanf(command[strings.LastIndex(command, "-")+1:], "%d", &size)
	if strings.Contains(command, " -f ") {
		scpSend(f.ctx, c, c, size, f.pace)
		return
	}
	scpTake(f.ctx, c, c, size, f.pace)
}

// scpSend sends one file after the other side is ready.
func scpSend(ctx context.Context, w io.Writer, r io.Reader, size int, pace *pacer) error {
	ready := make([]byte, 1)
	if _, err := io.ReadFull(r, ready); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "C0644 %d part.bin\n", size); err != nil {
		return err
	}
	if _, err := io.ReadFull(r, ready); err != nil {
		return err
	}
	for left := size; left > 0 && ctx.Err() == nil; left -= 16 << 10 {
		n := min(left, 16<<10)
		if pace != nil {
			pace.wait(ctx, n)
		}
		if _, err := w.Write(filler[:n]); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, err := w.Write([]byte{0}); err != nil {
		return err
	}
	_, err := io.ReadFull(r, ready)
	return err
}

// scpTake takes one file.
func scpTake(ctx context.Context, w io.Writer, r io.Reader, size int, pace *pacer) error {
	if _, err := w.Write([]byte{0}); err != nil {
		return err
	}
	head := make([]byte, len(fmt.Sprintf("C0644 %d part.bin\n", size)))
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	if _, err := w.Write([]byte{0}); err != nil {
		return err
	}
	b := make([]byte, 16<<10)
	for left := size + 1; left > 0; {
		n, err := r.Read(b[:min(left, len(b))])
		if err != nil {
			return err
		}
		if pace != nil {
			pace.wait(ctx, n)
		}
		left -= n
	}
	_, err := w.Write([]byte{0})
	return err
}
