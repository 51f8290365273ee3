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
	ptime     float64 // speech in one packet
	size      float64 // payload of a packet of speech, bytes, mean
	vary      float64 // standard deviation of that size; 0 for constant rate
	silence   bool    // nothing but comfort noise is sent in silence
	talk      float64 // mean length of speech
	pause     float64 // mean length of silence
	noise     float64 // comfort noise comes this often in silence
	report    float64 // mean time between RTCP reports
	consent   float64 // time between STUN-sized checks; 0 for none
	fps       float64 // video frames a second; 0 for voice alone
	rate      float64 // of the video, bit/s
	key       float64 // time between key frames
	fragment  int     // payload of a video packet, bytes
	sip       bool    // set up by SIP, RTP in the clear
	simulcast bool    // the picture in a second, smaller size as well
}

// run makes the call in the way of the recording.
func (c call) run(ctx context.Context, l *Lab) error {
	c.rate *= l.Day.Media
	switch l.Way {
	case "webrtc":
		return c.overWebRTC(ctx, l)
	case "quic":
		return c.overQUIC(ctx, l)
	}
	if c.sip {
		hangUp, err := l.dialSIP(ctx)
		if err != nil {
			return err
		}
		defer hangUp()
	}
	return c.overRTP(ctx, l)
}

// overRTP sends SRTP, or RTP, over UDP both ways until ctx ends.
func (c call) overRTP(ctx context.Context, l *Lab) error {
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

// sender is one end's half of a call over RTP.
type sender struct {
	call
	speaker speaker
	camera  camera
	conn    net.PacketConn
	to      net.Addr
	draw    draws
	srtp    *srtp.Context // nil: RTP in the clear
	ssrc    uint32

	sequence, videoSequence uint16
	clock                   uint32
	packets, octets         uint32
}

func newSender(c call, conn net.PacketConn, to net.Addr, d draws, ssrc uint32) (*sender, error) {
	s := &sender{
		call: c, speaker: newSpeaker(c, d.fork()), camera: newCamera(c, d.fork()), conn: conn, to: to, draw: d, ssrc: ssrc,
		sequence: uint16(d.Uint32()), videoSequence: uint16(d.Uint32()), clock: d.Uint32(),
	}
	if c.sip {
		return s, nil
	}
	var err error
	if s.srtp, err = srtp.CreateContext(filler[:16], filler[16:30], srtp.ProtectionProfileAes128CmHmacSha1_80); err != nil {
		return nil, fmt.Errorf("SRTP: %w", err)
	}
	return s, nil
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
	s.clock += uint32(48000 * s.ptime)
	n := s.speaker.sound()
	if n == 0 {
		return s.ptime, nil
	}
	s.sequence++
	return s.ptime, s.rtp(111, s.ssrc, s.sequence, n, false)
}

// video returns the task of the picture: frames in packets that leave 1–3 ms
// apart.
func (s *sender) video(ctx context.Context) func() (float64, error) {
	gap := s.draw.between(1e-3, 3e-3)
	return func() (float64, error) {
		for left := s.camera.frame(s.rate); left > 0; left -= s.fragment {
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
	if s.srtp != nil {
		if raw, err = s.srtp.EncryptRTP(nil, raw, nil); err != nil {
			return err
		}
	}
	s.packets++
	s.octets += uint32(n)
	_, err = s.conn.WriteTo(raw, s.to)
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
	if s.srtp != nil {
		if raw, err = s.srtp.EncryptRTCP(nil, raw, nil); err != nil {
			return 0, err
		}
	}
	_, err = s.conn.WriteTo(raw, s.to)
	return s.report * s.draw.between(0.5, 1.5), err
}

// check sends a packet of a STUN binding request's size, with its magic cookie.
func (s *sender) check() (float64, error) {
	p := append([]byte{0, 1, 0, 80, 0x21, 0x12, 0xa4, 0x42}, filler[:92]...)
	_, err := s.conn.WriteTo(p, s.to)
	return s.consent * s.draw.between(0.8, 1.2), err
}
