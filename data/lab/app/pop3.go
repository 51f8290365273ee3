package app

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
)

// popMail is a mail program that fetches by POP3 over TLS (RFC 1939, 8314):
// it connects, asks what is there, takes and deletes it, and leaves.
func popMail(ctx context.Context, l *Lab, h habits) error {
	d := l.draw.fork()
	l.servePOP3(h, d.fork())
	l.serveSubmission()
	for ctx.Err() == nil {
		sleep(ctx, seconds(d.between(0.7, 1.3)*max(2, h.wait)))
		if err := popOnce(ctx, l); err != nil {
			return err
		}
		if d.chance(h.sends) {
			sleep(ctx, seconds(d.around(h.reading, 0.5)))
			if err := l.submit(ctx, letter(int(min(d.around(h.size, 1.1), 200e3)))); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// popOnce is one visit to the mailbox.
func popOnce(ctx context.Context, l *Lab) error {
	raw, err := l.Client.DialContext(ctx, "tcp", "mail.lab.test:995")
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	c := tls.Client(raw, l.ca.client("mail.lab.test"))
	defer c.Close()
	r := bufio.NewReader(c)
	if _, err := r.ReadString('\n'); err != nil {
		return err
	}
	mails := 0
	for _, line := range []string{"CAPA", "USER u", "PASS p", "STAT", "UIDL"} {
		answer, err := ask3(c, r, line, line == "CAPA" || line == "UIDL")
		if err != nil {
			return err
		}
		if line == "STAT" {
			fmt.Sscanf(answer, "+OK %d", &mails)
		}
	}
	for i := range mails {
		if _, err := ask3(c, r, fmt.Sprintf("RETR %d", i+1), true); err != nil {
			return err
		}
		if _, err := ask3(c, r, fmt.Sprintf("DELE %d", i+1), false); err != nil {
			return err
		}
	}
	_, err = ask3(c, r, "QUIT", false)
	return err
}

// ask3 sends a command and reads the answer, of many lines where so.
func ask3(c net.Conn, r *bufio.Reader, line string, many bool) (first string, err error) {
	if _, err := fmt.Fprintf(c, "%s\r\n", line); err != nil {
		return "", err
	}
	if first, err = r.ReadString('\n'); err != nil || !many {
		return first, err
	}
	for {
		s, err := r.ReadString('\n')
		if err != nil || s == ".\r\n" {
			return first, err
		}
	}
}

// servePOP3 answers; at each visit there are none, one or two new mails.
func (l *Lab) servePOP3(h habits, d draws) {
	listener := tls.NewListener(l.Server.Listen(995), l.ca.server())
	l.onClose(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			var mails []int
			for range d.IntN(3) {
				mails = append(mails, int(min(d.around(h.size, 1.1), 200e3)))
			}
			go servePOP3Visit(c, mails)
		}
	}()
}

func servePOP3Visit(c net.Conn, mails []int) {
	defer c.Close()
	fmt.Fprint(c, "+OK ready\r\n")
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "CAPA":
			fmt.Fprint(c, "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nPIPELINING\r\n.\r\n")
		case "STAT":
			fmt.Fprintf(c, "+OK %d 0\r\n", len(mails))
		case "UIDL":
			fmt.Fprint(c, "+OK\r\n")
			for i := range mails {
				fmt.Fprintf(c, "%d %016x\r\n", i+1, i)
			}
			fmt.Fprint(c, ".\r\n")
		case "RETR":
			i := 0
			fmt.Sscanf(rest, "%d", &i)
			if i < 1 || i > len(mails) {
				fmt.Fprint(c, "-ERR no such mail\r\n")
				continue
			}
			c.Write(append(append([]byte("+OK\r\n"), letter(mails[i-1])...), ".\r\n"...))
		default:
			fmt.Fprint(c, "+OK\r\n")
			if verb == "QUIT" {
				return
			}
		}
	}
}
