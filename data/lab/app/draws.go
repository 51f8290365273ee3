package app

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// draws makes the random choices of one goroutine.
type draws struct{ *rand.Rand }

// fork returns draws for another goroutine, so that the choices of each do
// not depend on how the scheduler interleaves them.
func (d draws) fork() draws { return draws{rand.New(rand.NewPCG(d.Uint64(), d.Uint64()))} }

// between is uniform in [low, high).
func (d draws) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// logBetween is uniform in the logarithm between low and high.
func (d draws) logBetween(low, high float64) float64 {
	return low * math.Pow(high/low, d.Float64())
}

// around is log-normal with the given median.
func (d draws) around(median, sigma float64) float64 {
	return median * math.Exp(sigma*d.NormFloat64())
}

// exp is exponential with the given mean.
func (d draws) exp(mean float64) float64 { return mean * d.ExpFloat64() }

// chance is true with probability p.
func (d draws) chance(p float64) bool { return d.Float64() < p }

// oneOf picks one of the values.
func oneOf[T any](d draws, values ...T) T { return values[d.IntN(len(values))] }

// filler is what payloads are made of; encryption makes all alike.
var filler = func() []byte {
	b := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{7}).Read(b)
	return b
}()

// pacer spreads bytes over time. A rate of 0 does not.
type pacer struct {
	rate float64 // bit/s

	mu   sync.Mutex // never held while waiting
	free time.Time
}

// wait blocks until the pacer allows n more bytes, or ctx ends.
func (p *pacer) wait(ctx context.Context, n int) {
	if p.rate <= 0 {
		return
	}
	p.mu.Lock()
	now := time.Now()
	if p.free.Before(now) {
		p.free = now
	}
	due := p.free
	p.free = p.free.Add(seconds(float64(n) * 8 / p.rate))
	p.mu.Unlock()
	sleep(ctx, due.Sub(now))
}
