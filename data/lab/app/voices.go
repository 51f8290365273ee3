package app

import "context"

// voice draws what voice over Opus or a like coder shares; packet times in seconds.
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

// facebookVoice is a browser's or telephone's call.
func facebookVoice(ctx context.Context, l *Lab) error {
	c := voice(l.draw, 0.02, 0.04, 0.06)
	c.silence = l.draw.chance(0.4)
	if l.draw.chance(0.6) {
		c.consent = l.draw.between(2.5, 10)
	}
	return c.run(ctx, l)
}

// skypeVoice prefers longer packets and keeps sending in silence.
func skypeVoice(ctx context.Context, l *Lab) error {
	c := voice(l.draw, 0.02, 0.04, 0.04, 0.06)
	c.silence = l.draw.chance(0.3)
	if l.Way == "quic" { // each datagram is acknowledged, so packets are fewer
		c.size, c.ptime = c.size*0.06/c.ptime, 0.06
	}
	if l.draw.chance(0.3) {
		c.consent = l.draw.between(2, 15)
	}
	return c.run(ctx, l)
}

// hangoutsVoice is a browser's call: consent checks, and often no sound in silence.
func hangoutsVoice(ctx context.Context, l *Lab) error {
	c := voice(l.draw, 0.02, 0.04, 0.06)
	c.silence = l.draw.chance(0.5)
	if l.draw.chance(0.8) {
		c.consent = l.draw.between(2.5, 6)
	}
	return c.run(ctx, l)
}

// voipbusterVoice is a telephone's call: SIP, then RTP with a coder of constant
// rate, G.711 (64 kbit/s) or G.729 (8 kbit/s), with or without sound in silence.
func voipbusterVoice(ctx context.Context, l *Lab) error {
	d := l.draw
	c := voice(d, 0.02, 0.03, 0.04)
	c.vary, c.silence, c.sip = 0, d.chance(0.6), true
	rate := 64e3
	if l.Way == "sip-g729" {
		rate = 8e3
	}
	c.size = rate * c.ptime / 8
	return c.run(ctx, l)
}

// picture draws what video calls share.
func picture(d draws, ptime ...float64) call {
	c := voice(d, ptime...)
	c.fps, c.rate = oneOf(d, 5.0, 6, 8, 10, 12), d.logBetween(35e3, 110e3)
	c.key, c.fragment = d.between(2, 10), 700+d.IntN(450)
	return c
}

// skypeVideo is a call with a small picture.
func skypeVideo(ctx context.Context, l *Lab) error {
	c := picture(l.draw, 0.04, 0.06, 0.06)
	if l.draw.chance(0.4) {
		c.consent = l.draw.between(2, 15)
	}
	return c.run(ctx, l)
}

// facebookVideo is a call with a small picture, more frames and shorter packets.
func facebookVideo(ctx context.Context, l *Lab) error {
	c := picture(l.draw, 0.04, 0.06, 0.06)
	c.fps = oneOf(l.draw, 6.0, 8, 12)
	c.consent = l.draw.between(2.5, 10)
	return c.run(ctx, l)
}

// hangoutsVideo may send the picture in two sizes at once.
func hangoutsVideo(ctx context.Context, l *Lab) error {
	c := picture(l.draw, 0.04, 0.06, 0.06)
	c.consent = l.draw.between(2.5, 6)
	c.simulcast = l.draw.chance(0.5)
	return c.run(ctx, l)
}
