package app

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// dialSIP sets up a call over UDP port 5060 (RFC 3261): INVITE, 100, 180, 200,
// ACK. The other side rings for a while. hangUp sends BYE.
func (l *Lab) dialSIP(ctx context.Context) (hangUp func(), err error) {
	at := l.Server.ListenUDP(5060)
	from := l.Client.ListenUDP(5060)
	l.onClose(func() {
		from.Close()
		at.Close()
	})
	ring := seconds(l.draw.between(0.5, 4))
	id := l.draw.Uint64()
	go func() { // the other telephone
		b := make([]byte, 2048)
		for {
			n, who, err := at.ReadFrom(b)
			if err != nil {
				return
			}
			method, _, _ := strings.Cut(string(b[:n]), " ")
			switch method {
			case "INVITE":
				at.WriteTo(sip("SIP/2.0 100 Trying", id, ""), who)
				at.WriteTo(sip("SIP/2.0 180 Ringing", id, ""), who)
				time.AfterFunc(ring, func() { at.WriteTo(sip("SIP/2.0 200 OK", id, sdp), who) })
			case "BYE":
				at.WriteTo(sip("SIP/2.0 200 OK", id, ""), who)
			}
		}
	}()
	say := func(line, body string) error {
		_, err := from.WriteTo(sip(line, id, body), at.LocalAddr())
		return err
	}
	if err := say("INVITE sip:b@call.lab.test SIP/2.0", sdp); err != nil {
		return nil, err
	}
	b := make([]byte, 2048)
	for ctx.Err() == nil {
		from.SetReadDeadline(time.Now().Add(8 * time.Second))
		n, _, err := from.ReadFrom(b)
		if err != nil { // a message was lost: once more, as the RFC has it
			if err := say("INVITE sip:b@call.lab.test SIP/2.0", sdp); err != nil {
				return nil, err
			}
			continue
		}
		if strings.HasPrefix(string(b[:n]), "SIP/2.0 200") {
			break
		}
	}
	return func() { say("BYE sip:b@call.lab.test SIP/2.0", "") }, say("ACK sip:b@call.lab.test SIP/2.0", "")
}

const sdp = "v=0\r\no=a 1 1 IN IP4 0.0.0.0\r\ns=call\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 16384 RTP/AVP 0 18 101\r\n" +
	"a=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"

// sip is a message with the headers that every one has.
func sip(line string, id uint64, body string) []byte {
	return fmt.Appendf(nil, "%s\r\nVia: SIP/2.0/UDP call.lab.test;branch=z9hG4bK%x\r\nMax-Forwards: 70\r\n"+
		"From: <sip:a@call.lab.test>;tag=%x\r\nTo: <sip:b@call.lab.test>\r\nCall-ID: %x@call.lab.test\r\nCSeq: 1 %s\r\n"+
		"User-Agent: laboratory\r\nContent-Length: %d\r\n\r\n%s", line, id, id>>32, id, strings.Fields(line)[0], len(body), body)
}
