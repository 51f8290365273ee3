package app

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// call is how one voice or video call is made. Times are in seconds.
type call struct {
	ptime    float64 // speech in one packet
	size     float64 // payload of a packet of speech, bytes, mean
	vary     float64 // standard deviation of that size; 0 for constant rate
	silence  bool    // nothing but comfort noise is sent in silence
	talk     float64 // mean length of speech
	pause    float64 // mean length of silence
	noise    float64 // comfort noise comes this often in silence
	report   float64 // mean time between RTCP reports
	consent  float64 // time between STUN-sized checks; 0 for none
	fps      float64 // video frames a second; 0 for voice alone
	rate     float64 // of the video, bit/s
	key      float64 // time between key frames
	fragment int     // payload of a video packet, bytes
}

// voice draws what both voice applications share.
func voice(d draws, ptime ...float64) call {
	c := call{
		ptime: oneOf(d, ptime...), silence: d.chance(0.4),
		talk: d.between(0.8, 3), pause: d.between(0.8, 3), noise: oneOf(d, 0.16, 0.4, 0.4, 1),
		report: d.between(2, 6),
	}
	rate := d.logBetween(10e3, 48e3)
	c.size = max(20, rate*c.ptime/8)
	if d.chance(0.7) {
		c.vary = c.size * d.between(0.08, 0.3)
	}
	return c
}

// skypeVoice prefers longer packets and keeps sending in silence.
func skypeVoice(ctx context.Context, l *Lab) error {
	c := voice(l.draw, 0.02, 0.02, 0.04, 0.06)
	c.silence = l.draw.chance(0.3)
	if l.draw.chance(0.3) {
		c.consent = l.draw.between(2, 15)
	}
	return c.run(ctx, l)
}

// hangoutsVoice is a browser's call: consent checks, and often no sound in silence.
func hangoutsVoice(ctx context.Context, l *Lab) error {
	c := voice(l.draw, 0.02, 0.02, 0.04, 0.06)
	c.silence = l.draw.chance(0.5)
	if l.draw.chance(0.8) {
		c.consent = l.draw.between(2.5, 6)
	}
	return c.run(ctx, l)
}

// skypeVideo is a call with a small picture.
func skypeVideo(ctx context.Context, l *Lab) error {
	c := voice(l.draw, 0.04, 0.06, 0.06)
	c.fps, c.rate = oneOf(l.draw, 5.0, 10, 12, 15), l.draw.logBetween(50e3, 180e3)
	c.key, c.fragment = l.draw.between(2, 10), 700+l.draw.IntN(450)
	if l.draw.chance(0.4) {
		c.consent = l.draw.between(2, 15)
	}
	return c.run(ctx, l)
}

// run sends both ways until ctx ends.
func (c call) run(ctx context.Context, l *Lab) error {
	a := l.Client.ListenUDP(uint16(16384 + 2*l.draw.IntN(8000)))
	b := l.Server.ListenUDP(uint16(16384 + 2*l.draw.IntN(8000)))
	defer a.Close()
	defer b.Close()
	go discard(a)
	go discard(b)
	var both sync.WaitGroup
	errs := make(chan error, 2)
	for i, end := range []struct{ from, to net.PacketConn }{{a, b}, {b, a}} {
		s, err := newSender(c, end.from, end.to.LocalAddr(), l.draw.fork(), uint32(0x1f10b00c+i))
		if err != nil {
			return err
		}
		both.Go(func() { errs <- s.run(ctx) })
	}
	both.Wait()
	return <-errs
}

// discard reads packets that nobody needs.
func discard(c net.PacketConn) {
	b := make([]byte, 2048)
	for {
		if _, _, err := c.ReadFrom(b); err != nil {
			return
		}
	}
}

// sender is one end's half of a call.
type sender struct {
	call
	conn net.PacketConn
	to   net.Addr
	draw draws
	srtp *srtp.Context
	ssrc uint32

	sequence, videoSequence uint16
	clock                   uint32
	packets, octets         uint32
	talking                 bool
	left, quiet             float64 // of this spurt; since comfort noise
	level                   float64 // of the speech coder, relative
}

func newSender(c call, conn net.PacketConn, to net.Addr, d draws, ssrc uint32) (*sender, error) {
	x, err := srtp.CreateContext(filler[:16], filler[16:30], srtp.ProtectionProfileAes128CmHmacSha1_80)
	if err != nil {
		return nil, fmt.Errorf("SRTP: %w", err)
	}
	return &sender{
		call: c, conn: conn, to: to, draw: d, srtp: x, ssrc: ssrc,
		sequence: uint16(d.Uint32()), videoSequence: uint16(d.Uint32()), clock: d.Uint32(), talking: d.chance(0.5),
	}, nil
}

// task is something that a sender does at its own rhythm.
type task struct {
	next time.Time
	do   func() (after float64, err error)
}

// run does what is due, always the earliest first.
func (s *sender) run(ctx context.Context) error {
	tasks := []*task{{do: s.speech}, {do: s.rtcp}}
	if s.consent > 0 {
		tasks = append(tasks, &task{do: s.check})
	}
	if s.fps > 0 {
		tasks = append(tasks, &task{do: s.video(ctx)})
	}
	for _, t := range tasks {
		t.next = time.Now().Add(seconds(s.draw.between(0, 0.3)))
	}
	for ctx.Err() == nil {
		t := tasks[0]
		for _, u := range tasks {
			if u.next.Before(t.next) {
				t = u
			}
		}
		// a real sender's clock wakes it a little late
		sleep(ctx, time.Until(t.next)+seconds(s.draw.exp(3e-4)))
		after, err := t.do()
		if err != nil {
			return err
		}
		t.next = t.next.Add(seconds(after))
	}
	return ctx.Err()
}

// speech sends one packet time of sound or, in silence, perhaps nothing.
func (s *sender) speech() (float64, error) {
	if s.left -= s.ptime; s.left <= 0 {
		s.talking = !s.talking
		s.left, s.quiet = s.draw.exp(s.pause), s.noise
		if s.talking {
			s.left = s.draw.exp(s.talk)
		}
	}
	s.clock += uint32(48000 * s.ptime)
	n := 0
	switch {
	case s.talking:
		s.level = 0.85*s.level + 0.15*s.draw.NormFloat64()*2.5
		n = int(max(12, s.size+s.vary*(s.level+0.4*s.draw.NormFloat64())))
	case !s.silence:
		n = int(max(10, s.size*0.6+s.vary*0.3*s.draw.NormFloat64()))
		if s.vary == 0 {
			n = int(s.size)
		}
	default:
		if s.quiet += s.ptime; s.quiet >= s.noise {
			n, s.quiet = 3+s.draw.IntN(5), 0
		}
	}
	if n == 0 {
		return s.ptime, nil
	}
	s.sequence++
	return s.ptime, s.rtp(111, s.ssrc, s.sequence, n, false)
}

// video returns the task of the picture: key frames, smaller ones between,
// each in packets that leave 1–3 ms apart.
func (s *sender) video(ctx context.Context) func() (float64, error) {
	frames := 0
	gap := s.draw.between(1e-3, 3e-3)
	return func() (float64, error) {
		mean := s.rate / 8 / s.fps
		n := mean * max(0.2, 1+0.35*s.draw.NormFloat64()) * 0.85
		if frames%max(1, int(s.key*s.fps)) == 0 {
			n = mean * 4
		}
		frames++
		for left := int(n); left > 0; left -= s.fragment {
			s.videoSequence++
			if err := s.rtp(96, s.ssrc+16, s.videoSequence, min(left, s.fragment), left <= s.fragment); err != nil {
				return 0, err
			}
			if left > s.fragment {
				sleep(ctx, seconds(gap))
			}
		}
		return 1 / s.fps, nil
	}
}

func (s *sender) rtp(kind uint8, ssrc uint32, sequence uint16, n int, last bool) error {
	p := rtp.Packet{
		Header: rtp.Header{Version: 2, PayloadType: kind, SequenceNumber: sequence,
			Timestamp: s.clock, SSRC: ssrc, Marker: last},
		Payload: filler[:n],
	}
	raw, err := p.Marshal()
	if err != nil {
		return err
	}
	sealed, err := s.srtp.EncryptRTP(nil, raw, nil)
	if err != nil {
		return err
	}
	s.packets++
	s.octets += uint32(n)
	_, err = s.conn.WriteTo(sealed, s.to)
	return err
}

// rtcp sends a report on what was sent and received.
func (s *sender) rtcp() (float64, error) {
	raw, err := rtcp.Marshal([]rtcp.Packet{
		&rtcp.SenderReport{SSRC: s.ssrc, RTPTime: s.clock, PacketCount: s.packets, OctetCount: s.octets,
			Reports: []rtcp.ReceptionReport{{SSRC: s.ssrc ^ 1}}},
		&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{Source: s.ssrc,
			Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "user@lab.test"}}}}},
	})
	if err != nil {
		return 0, err
	}
	sealed, err := s.srtp.EncryptRTCP(nil, raw, nil)
	if err != nil {
		return 0, err
	}
	_, err = s.conn.WriteTo(sealed, s.to)
	return s.report * s.draw.between(0.5, 1.5), err
}

// check sends a packet of a STUN binding request's size, with its magic cookie.
func (s *sender) check() (float64, error) {
	p := append([]byte{0, 1, 0, 80, 0x21, 0x12, 0xa4, 0x42}, filler[:92]...)
	_, err := s.conn.WriteTo(p, s.to)
	return s.consent * s.draw.between(0.8, 1.2), err
}
