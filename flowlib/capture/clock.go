package capture

import "math/bits"

// clock is how an interface of a pcapng file counts time. pcapgo reads clocks
// that tick in powers of two or in seconds wrongly, and none that is finer
// than a nanosecond.
type clock struct {
	coarse uint64 // finer ticks than 64 bits can count a second of are put together by so many, 0: none ever makes one
	second uint64 // such ticks of a second
	offset int64  // s, added to every time
}

// microseconds is the clock of an interface that says nothing.
var microseconds = clock{coarse: 1, second: 1_000_000}

// ns is the time of a tick in ns since 1970, rounded down.
func (c clock) ns(tick uint64) int64 {
	if c.coarse == 0 {
		tick = 0
	} else {
		tick /= c.coarse
	}
	hi, lo := bits.Mul64(tick%c.second, 1_000_000_000)
	frac, _ := bits.Div64(hi, lo, c.second)
	return (int64(tick/c.second)+c.offset)*1_000_000_000 + int64(frac)
}

// ticks reads a resolution (option if_tsresol): a negative power of two if
// the highest bit is set, else of ten.
func ticks(resolution byte) (coarse, second uint64) {
	base, most := uint64(10), byte(19) // 10^19 is the largest power below 2^64
	if resolution&0x80 != 0 {
		base, most = 2, 63
	}
	exponent := resolution & 0x7f
	return power(base, max(exponent, most)-most), power(base, min(exponent, most))
}

// power is base^exponent, 0 if that needs more than 64 bits.
func power(base uint64, exponent byte) uint64 {
	p := uint64(1)
	for range exponent {
		hi, lo := bits.Mul64(p, base)
		if hi != 0 {
			return 0
		}
		p = lo
	}
	return p
}
