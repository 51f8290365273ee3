package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const startMails = 40 // in the mailbox when the client connects

// habits is how one person and one mail program work. Times are in seconds.
type habits struct {
	polls   bool    // asks for news, instead of waiting in IDLE
	wait    float64 // mean time between new mails, or between questions
	reading float64 // median time with a mail
	size    float64 // median size of a mail, bytes
	sends   float64 // share of the steps in which a mail is written
	reads   float64 // share of the steps in which an old mail is read
}

// mail is a session of a busy mail program: IMAP over TLS with IDLE or
// polling, or POP3 over TLS; new mail that arrives, and submission over SMTP
// with STARTTLS.
func mail(ctx context.Context, l *Lab) error {
	d := l.draw
	h := habits{
		polls: l.Way == "imap-poll", wait: d.logBetween(1, 4.5) * l.Day.Pace, reading: d.logBetween(1.2, 5),
		size: d.logBetween(3e3, 25e3), sends: d.between(0.03, 0.2), reads: d.between(0.2, 0.5),
	}
	if l.Way == "pop3s" {
		return popMail(ctx, l, h)
	}
	box := l.serveMail(h)
	c, err := l.dialIMAP(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := openInbox(c); err != nil {
		return err
	}
	m := &mailbox{habits: h, lab: l, client: c, user: box, draw: d.fork(), mails: startMails}
	for ctx.Err() == nil {
		if err := m.step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// mailbox is the state of a mail session.
type mailbox struct {
	habits
	lab    *Lab
	client *imapclient.Client
	user   *imapmemserver.User
	draw   draws
	mails  int
}

func (m *mailbox) step(ctx context.Context) error {
	switch u := m.draw.Float64(); {
	case u < m.sends:
		sleep(ctx, seconds(m.draw.around(m.reading, 0.5)))
		return m.submit(ctx)
	case u < m.sends+m.reads:
		if err := m.fetch(1 + m.draw.IntN(m.mails)); err != nil {
			return err
		}
		sleep(ctx, seconds(m.draw.around(m.reading, 0.8)))
		return nil
	case m.polls:
		return m.poll(ctx)
	default:
		return m.idle(ctx)
	}
}

// arrive delivers a new mail.
func (m *mailbox) arrive() error {
	m.mails++
	return deliver(m.user, "INBOX", m.letter())
}

func (m *mailbox) letter() []byte { return letter(int(min(m.draw.around(m.size, 1.1), 400e3))) }

// idle waits in IDLE until a mail comes, and reads it.
func (m *mailbox) idle(ctx context.Context) error {
	c, err := m.client.Idle()
	if err != nil {
		return err
	}
	sleep(ctx, seconds(m.draw.exp(m.wait)))
	if err := m.arrive(); err != nil {
		return err
	}
	sleep(ctx, seconds(m.draw.exp(0.5)))
	if err := c.Close(); err != nil {
		return err
	}
	if err := c.Wait(); err != nil {
		return err
	}
	return m.fetch(m.mails)
}

// poll asks for news after a while; half of the time there is a mail.
func (m *mailbox) poll(ctx context.Context) error {
	sleep(ctx, seconds(m.draw.between(0.7, 1.3)*m.wait))
	fresh := m.draw.chance(0.5)
	if fresh {
		if err := m.arrive(); err != nil {
			return err
		}
	}
	if err := m.client.Noop().Wait(); err != nil || !fresh {
		return err
	}
	return m.fetch(m.mails)
}

// fetch reads a mail by its number.
func (m *mailbox) fetch(number int) error {
	body := &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{}}}
	_, err := m.client.Fetch(imap.SeqSetNum(uint32(number)), body).Collect()
	return err
}

// submit sends a mail over a connection of its own and files a copy.
func (m *mailbox) submit(ctx context.Context) error {
	text := m.letter()
	if err := m.lab.submit(ctx, text); err != nil {
		return err
	}
	a := m.client.Append("Sent", int64(len(text)), nil)
	if _, err := a.Write(text); err != nil {
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	_, err := a.Wait()
	return err
}

// submit hands a mail to the server.
func (l *Lab) submit(ctx context.Context, text []byte) error {
	raw, err := l.Client.DialContext(ctx, "tcp", "mail.lab.test:587")
	if err != nil {
		return err
	}
	c, err := smtp.NewClientStartTLS(raw, l.ca.client("mail.lab.test"))
	if err != nil {
		return err
	}
	if err := c.Auth(sasl.NewPlainClient("", "u", "p")); err != nil {
		return err
	}
	if err := c.SendMail("u@lab.test", []string{"b@lab.test"}, bytes.NewReader(text)); err != nil {
		return err
	}
	return c.Quit()
}

// dialIMAP connects and logs in.
func (l *Lab) dialIMAP(ctx context.Context) (*imapclient.Client, error) {
	raw, err := l.Client.DialContext(ctx, "tcp", "mail.lab.test:993")
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { raw.Close() })
	t := tls.Client(raw, l.ca.client("mail.lab.test"))
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	c := imapclient.New(t, nil)
	return c, c.Login("u", "p").Wait()
}

// openInbox does what mail programs do first: list, select, read the headers.
func openInbox(c *imapclient.Client) error {
	if _, err := c.List("", "*", nil).Collect(); err != nil {
		return err
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		return err
	}
	var all imap.SeqSet
	all.AddRange(1, startMails)
	_, err := c.Fetch(all, &imap.FetchOptions{Envelope: true, Flags: true, RFC822Size: true, UID: true}).Collect()
	return err
}

// serveMail starts IMAP and submission on the server and returns the mailbox.
func (l *Lab) serveMail(h habits) *imapmemserver.User {
	u := imapmemserver.NewUser("u", "p")
	for _, name := range []string{"INBOX", "Sent"} {
		if err := u.Create(name, nil); err != nil {
			panic(fmt.Sprintf("app: mailbox %s: %v", name, err))
		}
	}
	for range startMails {
		if err := deliver(u, "INBOX", letter(int(min(l.draw.around(h.size, 1.1), 400e3)))); err != nil {
			panic(fmt.Sprintf("app: first mails: %v", err))
		}
	}
	store := imapmemserver.New()
	store.AddUser(u)
	in := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
	})
	go in.Serve(tls.NewListener(l.Server.Listen(993), l.ca.server("imap")))
	l.onClose(func() { in.Close() })
	l.serveSubmission()
	return u
}

// serveSubmission starts a server that takes every mail.
func (l *Lab) serveSubmission() {
	out := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return submission{}, nil }))
	out.Domain, out.TLSConfig = "mail.lab.test", l.ca.server()
	go out.Serve(l.Server.Listen(587))
	l.onClose(func() { out.Close() })
}

// letter is a mail of about n bytes.
func letter(n int) []byte {
	var b bytes.Buffer
	b.WriteString("From: a@lab.test\r\nTo: b@lab.test\r\nSubject: hello\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n")
	for b.Len() < n {
		fmt.Fprintf(&b, "%x\r\n", filler[b.Len():][:38])
	}
	return b.Bytes()
}

// literal is a mail as package imapserver wants it.
type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return int64(l.Reader.Len()) }

func deliver(u *imapmemserver.User, box string, text []byte) error {
	_, err := u.Append(box, literal{bytes.NewReader(text)}, &imap.AppendOptions{})
	return err
}

// submission takes every mail.
type submission struct{}

func (submission) Reset()                               {}
func (submission) Logout() error                        { return nil }
func (submission) Mail(string, *smtp.MailOptions) error { return nil }
func (submission) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (submission) Data(r io.Reader) error               { _, err := io.Copy(io.Discard, r); return err }
func (submission) AuthMechanisms() []string             { return []string{sasl.Plain} }
func (submission) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, _ string) error { return nil }), nil
}
