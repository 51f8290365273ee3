package goldenmodels

import "math"

// Probe sums a whole tensor up, in float64, where a file holds only a part of
// it. Cosine is sum a[i]·cos(0.1·i) over the flat tensor: it tells a tensor
// from one whose values stand elsewhere.
type Probe struct {
	Sum     float64 `json:"sum"`
	L1      float64 `json:"l1"`
	Squares float64 `json:"l2sq"`
	MaxAbs  float64 `json:"maxabs"`
	Cosine  float64 `json:"cosdot"`
}

// ProbeOf sums a tensor up.
func ProbeOf(values []float32) (p Probe) {
	for i, f := range values {
		v := float64(f)
		p.Sum += v
		p.L1 += math.Abs(v)
		p.Squares += v * v
		p.MaxAbs = max(p.MaxAbs, math.Abs(v))
		p.Cosine += v * math.Cos(0.1*float64(i))
	}
	return p
}

// Differs is the largest difference of a sum from that of want, relative to
// what the tensor's values add up to.
func (p Probe) Differs(want Probe) float64 {
	worst := math.Abs(p.MaxAbs-want.MaxAbs) / want.MaxAbs
	for _, d := range []float64{p.Sum - want.Sum, p.L1 - want.L1, p.Cosine - want.Cosine} {
		worst = max(worst, math.Abs(d)/want.L1)
	}
	worst = max(worst, math.Abs(p.Squares-want.Squares)/want.Squares)
	if math.IsNaN(worst) {
		return math.Inf(1)
	}
	return worst
}
