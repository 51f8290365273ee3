package app

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"
)

// stream is how one player plays. Rates are in bit/s, times in seconds.
type stream struct {
	server  string
	segment float64   // media in one request
	ladder  []float64 // rates that the server has
	audio   float64   // rate of a second stream for the sound; 0 when it is part of the first
	start   float64   // media in the buffer before it plays
	buffer  float64   // media in the buffer when the player stops asking
	vary    float64   // how much segments of one rate differ in size (sigma)
	paced   float64   // the server sends at this multiple of the rate; 0 for as fast as it goes
	block   int       // bytes that a pacing server sends at once
}

// netflix is video in segments of both streams, more in the buffer than others.
func netflix(ctx context.Context, l *Lab) error {
	d := l.draw
	s := stream{
		server:  "media.lab.test",
		segment: oneOf(d, 2.0, 3, 4, 4), ladder: ladder(d.logBetween(80e3, 280e3)),
		start: d.between(4, 12), buffer: d.between(15, 45), vary: d.between(0.1, 0.4),
		audio: oneOf(d, 0, 48e3, 64e3),
	}
	if d.chance(0.3) { // progressive download
		s.paced, s.block, s.segment = d.between(1.1, 2), 16<<10<<d.IntN(3), d.between(15, 40)
	}
	return s.play(ctx, l)
}

// youtube is video in short segments with separate sound, or in long ranges
// that the server paces.
func youtube(ctx context.Context, l *Lab) error {
	d := l.draw
	s := stream{
		server:  "media.lab.test",
		segment: d.between(1.5, 4), ladder: ladder(d.logBetween(70e3, 260e3)),
		start: d.between(2, 8), buffer: d.between(5, 20), vary: d.between(0.1, 0.4),
	}
	if d.chance(0.7) {
		s.audio = oneOf(d, 32e3, 48e3, 64e3)
	}
	if d.chance(0.35) {
		s.paced, s.block, s.segment = d.between(1.1, 3), 16<<10<<d.IntN(3), d.between(5, 15)
	}
	return s.play(ctx, l)
}

// vimeo is video, more often in whole segments of both streams.
func vimeo(ctx context.Context, l *Lab) error {
	d := l.draw
	s := stream{
		server:  "media.lab.test",
		segment: oneOf(d, 2.0, 3, 4), ladder: ladder(d.logBetween(70e3, 280e3)),
		start: d.between(2, 10), buffer: d.between(6, 25), vary: d.between(0.1, 0.5),
	}
	if d.chance(0.4) {
		s.audio = oneOf(d, 48e3, 64e3, 96e3)
	}
	if d.chance(0.2) {
		s.paced, s.block = d.between(1.5, 4), 32<<10<<d.IntN(2)
	}
	return s.play(ctx, l)
}

// spotify is sound only: chunks of a track, or a stream that the server paces.
func spotify(ctx context.Context, l *Lab) error {
	d := l.draw
	rate := oneOf(d, 64e3, 96e3, 160e3, 160e3)
	s := stream{
		server:  "audio.lab.test",
		segment: d.between(1.5, 4), ladder: []float64{rate},
		start: d.between(2, 10), buffer: d.between(8, 30), vary: d.between(0.02, 0.2),
	}
	if d.chance(0.4) {
		s.paced, s.block, s.segment = d.between(1.02, 1.5), 4<<10<<d.IntN(4), d.between(20, 60)
	}
	return s.play(ctx, l)
}

// ladder is the set of rates up to a highest.
func ladder(highest float64) []float64 {
	return []float64{highest / 4, highest / 2.5, highest / 1.6, highest}
}

// player is the state of one playback.
type player struct {
	stream
	draw    draws
	reader  reader
	fill    float64 // media in the buffer
	seen    time.Time
	playing bool
	speed   float64 // estimate of the throughput
}

// play asks for segment after segment, chooses rates by throughput and
// buffer, and rests while the buffer is full.
func (s stream) play(ctx context.Context, l *Lab) error {
	for i := range s.ladder {
		s.ladder[i] *= l.Day.Media
	}
	p := &player{stream: s, draw: l.draw.fork(), speed: s.ladder[0] * 2, seen: time.Now()}
	p.reader = l.reader(http.HandlerFunc(sized))
	if err := p.reader.get(ctx, s.server, "/manifest", int(p.draw.around(14e3, 0.5)), 0, 0); err != nil {
		return err
	}
	for i := 0; ctx.Err() == nil; i++ {
		if err := p.fetch(ctx, i); err != nil {
			return err
		}
		p.advance()
		if rest := p.fill - p.buffer; rest > 0 {
			sleep(ctx, seconds(rest))
			p.advance()
		}
	}
	return ctx.Err()
}

// fetch reads one segment, and its sound where that is separate.
func (p *player) fetch(ctx context.Context, i int) error {
	level := p.level()
	rate := p.ladder[level]
	n := int(rate * p.segment / 8 * math.Exp(p.vary*p.draw.NormFloat64()))
	begin := time.Now()
	if err := p.reader.get(ctx, p.server, fmt.Sprintf("/v/%d/%d", level, i), n, p.paced*rate, p.block); err != nil {
		return err
	}
	p.speed = 0.7*p.speed + 0.3*float64(n)*8/time.Since(begin).Seconds()
	if p.audio > 0 {
		m := int(p.audio * p.segment / 8)
		if err := p.reader.get(ctx, p.server, fmt.Sprintf("/a/%d", i), m, p.paced*p.audio, p.block); err != nil {
			return err
		}
	}
	p.fill += p.segment
	p.playing = p.playing || p.fill >= p.start
	return nil
}

// level is the highest rate that fits the throughput, one less while the
// buffer is nearly empty. A server that paces hides the throughput.
func (p *player) level() int {
	top := len(p.ladder) - 1
	if p.paced > 0 {
		return top
	}
	level := 0
	for k, r := range p.ladder {
		if r < 0.75*p.speed {
			level = k
		}
	}
	if level > 0 && p.fill < p.start {
		level--
	}
	return level
}

// advance plays what time has passed.
func (p *player) advance() {
	now := time.Now()
	if p.playing {
		p.fill = max(0, p.fill-now.Sub(p.seen).Seconds())
	}
	p.seen = now
}
