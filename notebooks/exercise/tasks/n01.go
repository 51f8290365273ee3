package tasks

import (
	"math"
	"math/rand/v2"

	"flowbook/notebooks/exercise"
)

// HeaderLength asks for the length of an IPv4 header in bytes, given its first
// byte: version in the upper four bits, length in 32-bit words in the lower
// (RFC 791, section 3.1).
func HeaderLength() exercise.Task[byte, int] {
	return exercise.Task[byte, int]{
		Name:   "bytes of the IPv4 header",
		Draw:   func(r *rand.Rand) byte { return 0x40 | byte(5+r.IntN(11)) },
		Answer: func(b byte) int { return int(b&0x0f) * 4 },
		Mistakes: []exercise.Mistake[byte, int]{
			{Hint: "the field counts words of four bytes", Answer: func(b byte) int { return int(b & 0x0f) }},
			{Hint: "that is the upper half, the version; the length is the lower half", Answer: func(b byte) int { return int(b>>4) * 4 }},
			{Hint: "20 bytes is a header without options; options make it longer", Answer: func(byte) int { return 20 }},
		},
	}
}

// Gaps asks for the times between packets, given their times in seconds.
func Gaps() exercise.Task[[]float64, []float64] {
	gaps := func(at []float64, scale float64) []float64 {
		var out []float64
		for i := 1; i < len(at); i++ {
			out = append(out, (at[i]-at[i-1])*scale)
		}
		return out
	}
	return exercise.Task[[]float64, []float64]{
		Name:      "gaps in milliseconds",
		Draw:      times,
		Answer:    func(at []float64) []float64 { return gaps(at, 1e3) },
		Tolerance: 1e-6,
		Mistakes: []exercise.Mistake[[]float64, []float64]{
			{Hint: "the times are in seconds, the gaps are asked in milliseconds", Answer: func(at []float64) []float64 { return gaps(at, 1) }},
			{Hint: "n packets have n-1 gaps: the first packet has none before it", Answer: func(at []float64) []float64 { return append([]float64{0}, gaps(at, 1e3)...) }},
			{Hint: "a gap reaches back to the packet before, not to the first one", Answer: sinceFirst},
		},
	}
}

// times draws 2 to 5 packet times in milliseconds' steps, in seconds.
func times(r *rand.Rand) []float64 {
	at := []float64{float64(r.IntN(100)) / 1e3}
	for range 1 + r.IntN(4) {
		at = append(at, at[len(at)-1]+float64(1+r.IntN(500))/1e3)
	}
	return at
}

func sinceFirst(at []float64) []float64 {
	var out []float64
	for _, t := range at[1:] {
		out = append(out, (t-at[0])*1e3)
	}
	return out
}

// Places is what Nearest is asked about: examples on a line, and a new point.
type Places struct {
	Known []float64
	New   float64
}

// Nearest asks for the index of the example nearest to the new point.
func Nearest() exercise.Task[Places, int] {
	by := func(score func(known, new float64) float64) func(Places) int {
		return func(p Places) int {
			best := 0
			for i, k := range p.Known {
				if score(k, p.New) < score(p.Known[best], p.New) {
					best = i
				}
			}
			return best
		}
	}
	return exercise.Task[Places, int]{
		Name: "index of the nearest example",
		Draw: func(r *rand.Rand) Places {
			p := Places{New: float64(r.IntN(100)) + 0.25}
			for _, k := range r.Perm(100)[:3+r.IntN(3)] {
				p.Known = append(p.Known, float64(k))
			}
			return p
		},
		Answer: by(func(k, n float64) float64 { return math.Abs(k - n) }),
		Mistakes: []exercise.Mistake[Places, int]{
			{Hint: "a distance has no sign: take math.Abs", Answer: by(func(k, n float64) float64 { return k - n })},
			{Hint: "that is the farthest one", Answer: by(func(k, n float64) float64 { return -math.Abs(k - n) })},
			{Hint: "return its place in the list, counted from 0, not from 1", Answer: func(p Places) int {
				return 1 + by(func(k, n float64) float64 { return math.Abs(k - n) })(p)
			}},
		},
	}
}
