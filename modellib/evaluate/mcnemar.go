package evaluate

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// McNemar is the exact two-sided p-value of McNemar's test (Psychometrika 12,
// 1947): b windows that only the first model got right, c that only the
// second did. Under the null hypothesis each of the b+c is a fair coin, so p
// is twice the binomial probability of at most min(b, c) heads, and at most 1.
// Without any discordant window nothing speaks against the hypothesis: p = 1.
//
// It takes windows for independent. Overlapping windows of one flow are not;
// then p is too small.
func McNemar(b, c int) float64 {
	if b < 0 || c < 0 {
		panic(fmt.Sprintf("evaluate: discordant windows %d and %d, want no negative number", b, c))
	}
	if b == c { // also without any: exactly 1, not 1 minus rounding
		return 1
	}
	coin := distuv.Binomial{N: float64(b + c), P: 0.5}
	return min(1, 2*coin.CDF(float64(min(b, c))))
}
