package keras

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Rand is the source of random numbers of one thing that has a name, such as
// a parameter. It depends on seed and name only: not on the backend, whose
// own random streams differ, nor on what else was drawn.
func Rand(seed int64, name string) *rand.Rand { return rand.New(Source(seed, name)) }

// Source is what Rand draws from; its state can be stored.
func Source(seed int64, name string) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.NewPCG(uint64(seed), h.Sum64())
}

// GlorotUniform draws from U(-L, L), L = sqrt(6/(in+out)), for a kernel of the
// given shape; in and out of a convolution count its places too.
func GlorotUniform(r *rand.Rand, shape ...int) []float32 {
	size, places := 1, 1
	for i, d := range shape {
		size *= d
		if i < len(shape)-2 {
			places *= d
		}
	}
	in, out := shape[len(shape)-1], shape[len(shape)-1]
	if len(shape) > 1 {
		in = shape[len(shape)-2]
	}
	limit := math.Sqrt(6 / float64(places*(in+out)))
	w := make([]float32, size)
	for i := range w {
		w[i] = float32(float64((2*r.Float64() - 1) * limit))
	}
	return w
}

// Orthogonal draws a matrix [rows, cols], rows ≤ cols, with orthonormal rows,
// uniformly (Haar): normal numbers orthogonalised row by row. It is Keras'
// initialiser of the recurrent kernel [units, 3·units].
func Orthogonal(r *rand.Rand, rows, cols int) []float32 {
	if rows > cols {
		panic("keras: Orthogonal wants no more rows than columns")
	}
	q := make([][]float64, rows)
	for i := range q {
		q[i] = make([]float64, cols)
		for j := range q[i] {
			q[i][j] = r.NormFloat64()
		}
		for range 2 { // twice is enough for orthogonality to rounding
			for _, before := range q[:i] {
				addScaled(q[i], -dot(q[i], before), before)
			}
		}
		scale(q[i], 1/math.Sqrt(dot(q[i], q[i])))
	}
	w := make([]float32, 0, rows*cols)
	for _, row := range q {
		for _, v := range row {
			w = append(w, float32(v))
		}
	}
	return w
}

// The products are rounded before they are added, so that processors with
// fused multiply-add give the same bits.

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += float64(a[i] * b[i])
	}
	return s
}

func addScaled(a []float64, k float64, b []float64) {
	for i := range a {
		a[i] += float64(k * b[i])
	}
}

func scale(a []float64, k float64) {
	for i := range a {
		a[i] *= k
	}
}
