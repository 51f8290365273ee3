package app

// speaker is one person at a telephone and the coder of the sound.
type speaker struct {
	call    call
	draw    draws
	talking bool
	left    float64 // of this spurt, seconds
	quiet   float64 // since comfort noise, seconds
	level   float64 // of the coder's output, relative
}

func newSpeaker(c call, d draws) speaker {
	return speaker{call: c, draw: d, talking: d.chance(0.5)}
}

// sound is the size of the next packet of sound in bytes, 0 where none is sent.
func (s *speaker) sound() int {
	c, d := s.call, s.draw
	if s.left -= c.ptime; s.left <= 0 {
		s.talking = !s.talking
		s.left, s.quiet = d.exp(c.pause), c.noise
		if s.talking {
			s.left = d.exp(c.talk)
		}
	}
	switch {
	case s.talking:
		s.level = 0.85*s.level + 0.15*d.NormFloat64()*2.5
		return int(max(12, c.size+c.vary*(s.level+0.4*d.NormFloat64())))
	case !c.silence && c.vary == 0:
		return int(c.size)
	case !c.silence:
		return int(max(10, c.size*0.6+c.vary*0.3*d.NormFloat64()))
	}
	if s.quiet += c.ptime; s.quiet >= c.noise {
		s.quiet = 0
		return 3 + d.IntN(5)
	}
	return 0
}

// camera is a picture and its coder: key frames, smaller ones between.
type camera struct {
	fps, key float64 // frames a second, seconds between key frames
	draw     draws
	frames   int
}

func newCamera(c call, d draws) camera { return camera{fps: c.fps, key: c.key, draw: d} }

// frame is the size of the next frame in bytes at a rate in bit/s.
func (c *camera) frame(rate float64) int {
	mean := rate / 8 / c.fps
	n := mean * max(0.2, 1+0.35*c.draw.NormFloat64()) * 0.85
	if c.frames%max(1, int(c.key*c.fps)) == 0 {
		n = mean * 4
	}
	c.frames++
	return int(n)
}
