// Package sklearn divides rows exactly as scikit-learn does, index for index,
// so that a published experiment can be repeated: the generator is NumPy's
// legacy RandomState (MT19937), and the order of its draws is kept.
package sklearn

import (
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"
)

// Random is NumPy's RandomState(seed) as far as the splitters use it.
type Random struct {
	source *prng.MT19937
}

// NewRandom is RandomState(seed).
func NewRandom(seed uint32) *Random {
	r := &Random{prng.NewMT19937()}
	r.source.Seed(uint64(seed))
	return r
}

// Interval draws uniformly from 0 to most. It draws words under the smallest
// mask until one fits, and no word at all when most is 0.
func (r *Random) Interval(most uint32) uint32 {
	if most == 0 {
		return 0
	}
	mask := uint32(1)<<bits.Len32(most) - 1
	for {
		if v := r.source.Uint32() & mask; v <= most {
			return v
		}
	}
}

// Shuffle mixes a in place, from its end.
func (r *Random) Shuffle(a []int) {
	for i := len(a) - 1; i > 0; i-- {
		j := r.Interval(uint32(i))
		a[i], a[j] = a[j], a[i]
	}
}

// Permutation is a shuffled 0 … n-1.
func (r *Random) Permutation(n int) []int {
	a := make([]int, n)
	for i := range a {
		a[i] = i
	}
	r.Shuffle(a)
	return a
}

// Choice draws k of a without putting back. It always draws a whole permutation.
func (r *Random) Choice(a []int, k int) []int {
	p := r.Permutation(len(a))[:k]
	for i, j := range p {
		p[i] = a[j]
	}
	return p
}
