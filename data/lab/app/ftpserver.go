package app

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
)

// ftpServer is a server for one client: endless files at a pace, in passive
// mode, with TLS on both connections. No Go library for FTP servers takes
// listeners from outside the kernel, so the few commands stand here.
type ftpServer struct {
	lab      *Lab
	ctx      context.Context
	pace     *pacer
	implicit bool
	port     uint16 // of the next data connection

	conn     net.Conn
	r        *bufio.Reader
	listener net.Listener // of the data connection that was announced
}

func (s *ftpServer) serve(port uint16) {
	listener := s.lab.Server.Listen(port)
	s.lab.onClose(func() { listener.Close() })
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		context.AfterFunc(s.ctx, func() { c.Close() })
		s.use(c)
		if s.implicit {
			s.use(tls.Server(c, s.lab.ca.server()))
		}
		s.say("220 ready")
		for {
			line, err := s.r.ReadString('\n')
			if err != nil {
				return
			}
			verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			s.command(strings.ToUpper(verb), rest)
		}
	}()
}

func (s *ftpServer) use(c net.Conn) { s.conn, s.r = c, bufio.NewReader(c) }

func (s *ftpServer) say(line string) { fmt.Fprintf(s.conn, "%s\r\n", line) }

// answers to commands that do nothing here.
var ftpAnswers = map[string]string{
	"USER": "331 password", "PASS": "230 logged in", "TYPE": "200 binary", "PBSZ": "200 PBSZ=0", "PROT": "200 private",
	"OPTS": "200 UTF8", "FEAT": "211-features\r\n EPSV\r\n UTF8\r\n PBSZ\r\n PROT\r\n211 end", "NOOP": "200 OK", "QUIT": "221 bye",
}

func (s *ftpServer) command(verb, rest string) {
	switch verb {
	case "AUTH":
		s.say("234 TLS")
		s.use(tls.Server(s.conn, s.lab.ca.server()))
	case "EPSV":
		s.port++
		s.listener = s.lab.Server.Listen(s.port)
		s.say(fmt.Sprintf("229 passive (|||%d|)", s.port))
	case "LIST":
		s.transfer(func(c net.Conn) {
			for i := range 50 {
				fmt.Fprintf(c, "-rw-r--r-- 1 u u %d Jan 01 2000 part-%03d.bin\r\n", (i+1)*1000000, i)
			}
		})
	case "RETR":
		size := int64(0)
		fmt.Sscanf(rest[strings.LastIndex(rest, "-")+1:], "%d", &size)
		s.transfer(func(c net.Conn) { s.send(c, size) })
	case "STOR":
		s.transfer(s.take)
	default:
		if a, ok := ftpAnswers[verb]; ok {
			s.say(a)
			return
		}
		s.say("502 not offered")
	}
}

// transfer accepts the announced data connection and lets do use it.
func (s *ftpServer) transfer(do func(net.Conn)) {
	if s.listener == nil {
		s.say("425 no connection was announced")
		return
	}
	s.say("150 begins")
	raw, err := s.listener.Accept()
	s.listener.Close()
	s.listener = nil
	if err != nil {
		s.say("425 no connection")
		return
	}
	context.AfterFunc(s.ctx, func() { raw.Close() })
	c := tls.Server(raw, s.lab.ca.server())
	do(c)
	c.Close()
	s.say("226 done")
}

func (s *ftpServer) send(c net.Conn, size int64) {
	for left := size; left > 0 && s.ctx.Err() == nil; left -= 16 << 10 {
		n := min(left, 16<<10)
		s.pace.wait(s.ctx, int(n))
		if _, err := c.Write(filler[:n]); err != nil {
			return
		}
	}
}

func (s *ftpServer) take(c net.Conn) {
	b := make([]byte, 16<<10)
	for {
		n, err := io.ReadAtLeast(c, b, 1)
		if err != nil {
			return
		}
		s.pace.wait(s.ctx, n)
	}
}
