package meter

import "math"

// moments keeps count, mean, squared deviations and extremes of a series in
// float64, in the order in which it comes. Every product is rounded before
// it is added, so that a processor with fused multiply-add gives the same bits
// (specification, section 6).
type moments struct {
	n, mean, m2, min, max float64
}

func (m *moments) add(x float64) {
	m.n++
	d := x - m.mean
	q := d / m.n
	m.mean += q
	m.m2 += float64(float64((m.n-1)*d) * q)
	if m.n == 1 {
		m.min, m.max = x, x
		return
	}
	m.min, m.max = min(m.min, x), max(m.max, x)
}

// variance is that of a sample (ddof 1), 0 for fewer than two values.
func (m *moments) variance() float64 {
	if m.n < 2 {
		return 0
	}
	return m.m2 / (m.n - 1)
}

func (m *moments) std() float64 { return math.Sqrt(m.variance()) }

// four writes mean, standard deviation, maximum and minimum in the order of
// the features; all are 0 for an empty series.
func (m *moments) four(to []float64) {
	to[0], to[1], to[2], to[3] = m.mean, m.std(), m.max, m.min
}

// Summary describes a series: count, sum, mean, sample standard deviation
// (ddof 1, 0 for one value), variance and extremes; all 0 when it is empty.
type Summary struct {
	N                                  int64
	Sum, Mean, Std, Variance, Max, Min float64
}

// summary adds the sum, which is a whole number that the flow knows.
func (m *moments) summary(sum int64) Summary {
	return Summary{int64(m.n), float64(sum), m.mean, m.std(), m.variance(), m.max, m.min}
}
