package label

import "math"

// MutualInformation is what the traffic type says about the application, in
// bits: Σ p(t,a)·log₂ p(t,a)/(p(t)·p(a)). Independent tasks give 0.
func (c Counts) MutualInformation() float64 {
	n, sum := float64(c.Total()), 0.0
	for _, t := range c.Types() {
		for _, a := range c.Apps() {
			joint := float64(c[Pair{t, a}])
			if joint > 0 {
				sum += float64(joint / n * math.Log2(joint*n/float64(float64(c.OfType(t))*float64(c.OfApp(a)))))
			}
		}
	}
	return max(sum, 0)
}

// Entropy is the uncertainty of the application, in bits: the most that the
// traffic type could say about it.
func (c Counts) Entropy() float64 {
	sum := 0.0
	for _, a := range c.Apps() {
		p := c.Marginal(a)
		sum -= float64(p * math.Log2(p))
	}
	return max(sum, 0)
}

// CramersV is how strongly the tasks depend on each other, from 0 to 1: the
// root of χ²/(n·(k−1)) with k the smaller number of classes (Cramér 1946). It
// is 0 where a task has one class.
func (c Counts) CramersV() float64 {
	types, apps := c.Types(), c.Apps()
	k := min(len(types), len(apps))
	if k < 2 {
		return 0
	}
	n, chi2 := float64(c.Total()), 0.0
	for _, t := range types {
		for _, a := range apps {
			want := float64(c.OfType(t)) * float64(c.OfApp(a)) / n
			d := float64(c[Pair{t, a}]) - want
			chi2 += float64(d * d / want)
		}
	}
	return min(math.Sqrt(chi2/float64(n*float64(k-1))), 1)
}
