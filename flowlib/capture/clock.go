package capture

import "math/bits"

// clock is how an interface of a pcapng file counts time. pcapgo reads clocks
// that tick in powers of two or in seconds wrongly.
type clock struct {
	second uint64 // ticks of a second
	offset int64  // s, added to every time
}

// microseconds is the clock of an interface that says nothing.
var microseconds = clock{second: 1_000_000}

// ns is the time of a tick in ns since 1970, rounded down.
func (c clock) ns(tick uint64) int64 {
	hi, lo := bits.Mul64(tick%c.second, 1_000_000_000)
	frac, _ := bits.Div64(hi, lo, c.second)
	return (int64(tick/c.second)+c.offset)*1_000_000_000 + int64(frac)
}

// ticks reads a resolution (option if_tsresol): a negative power of two if
// the highest bit is set, else of ten. Finer than 64 bits can count is not ok.
func ticks(resolution byte) (second uint64, ok bool) {
	exponent := resolution & 0x7f
	if resolution&0x80 != 0 {
		return 1 << exponent, exponent < 64
	}
	second = 1
	for range min(exponent, 20) {
		second *= 10
	}
	return second, exponent < 20
}
