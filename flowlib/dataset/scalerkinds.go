package dataset

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// ScalerKinds are the scalers that Fit knows:
//
//	standard   mean 0, standard deviation 1: scikit-learn's StandardScaler, the paper's
//	robust     median 0, interquartile range 1: RobustScaler
//	quantile   the share of the rows that are smaller, 0 to 1: QuantileTransformer
//	log        sign(v)·ln(1+|v|), then standard: for columns that span many powers of ten
var ScalerKinds = []string{"standard", "robust", "quantile", "log"}

// quantiles is how many values a quantile scaler keeps of a column, at most.
const quantiles = 1000

// Fit fits a scaler of the named kind to the rows of the given windows, which
// should be those of train, a row as often as windows hold it; padded steps do
// not count.
func Fit(kind string, set *Set, windows []int) (*Scaler, error) {
	if !slices.Contains(ScalerKinds, kind) {
		return nil, fmt.Errorf("scaler is %q, known are %q", kind, ScalerKinds)
	}
	if kind == "standard" {
		return FitScaler(set, windows), nil
	}
	width, uses := len(set.Features), set.uses(windows)
	s := &Scaler{Kind: kind}
	for j := range width {
		var values []float64 // of the column, as often as they are used
		for i, n := range uses {
			v := set.Rows[i*width+j]
			if n > 0 && (math.IsNaN(v) || math.IsInf(v, 0)) {
				return nil, fmt.Errorf("%s: row %d, column %s is %v, expected a finite number to fit a scaler", set.Dir, i, set.Features[j], v)
			}
			for range n {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			return nil, fmt.Errorf("%s: no rows to fit a scaler to", set.Dir)
		}
		s.fit(values)
	}
	return s, nil
}

// fit adds a column with the given values.
func (s *Scaler) fit(values []float64) {
	switch s.Kind {
	case "log":
		for i, v := range values {
			values[i] = signedLog(v)
		}
		uses := make([]int32, len(values))
		for i := range uses {
			uses[i] = 1
		}
		mean, std := fitColumn(values, uses, 0, 1)
		s.Mean, s.Std = append(s.Mean, mean), append(s.Std, std)
	case "robust":
		slices.Sort(values)
		iqr := quantile(values, 0.75) - quantile(values, 0.25)
		if iqr < 10*0x1p-52 { // scikit-learn's measure of a constant scale
			iqr = 1
		}
		s.Mean, s.Std = append(s.Mean, quantile(values, 0.5)), append(s.Std, iqr)
	case "quantile":
		slices.Sort(values)
		n := min(quantiles, len(values))
		q := make([]float64, n)
		for i := range q {
			q[i] = quantile(values, share(i, n))
		}
		s.Quantiles = append(s.Quantiles, q)
	}
}

// share is where the i-th of n quantiles stands.
func share(i, n int) float64 {
	if n == 1 {
		return 0
	}
	return float64(i) / float64(n-1)
}

// quantile interpolates between sorted values as numpy.percentile does.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	t, step := at-float64(i), sorted[i+1]-sorted[i]
	if t >= 0.5 {
		return sorted[i+1] - float64(step*(1-t))
	}
	return sorted[i] + float64(step*t)
}

// signedLog is sign(v)·ln(1+|v|).
func signedLog(v float64) float64 { return math.Copysign(math.Log1p(math.Abs(v)), v) }

// At scales a value of column j; a nil scaler leaves it as it is.
func (s *Scaler) At(j int, v float64) float64 {
	if s == nil {
		return v
	}
	switch s.Kind {
	case "quantile":
		return rankOf(s.Quantiles[j], v)
	case "log":
		v = signedLog(v)
	}
	return (v - s.Mean[j]) / s.Std[j]
}

// rankOf is the share of a value among quantiles: in between it is
// interpolated, and equal quantiles share the middle of their places.
func rankOf(q []float64, v float64) float64 {
	n := len(q)
	switch {
	case math.IsNaN(v):
		return v
	case v <= q[0]:
		return 0
	case v >= q[n-1]:
		return 1
	}
	hi := sort.SearchFloat64s(q, v) // first quantile that is not smaller
	if q[hi] == v {
		last := sort.Search(n, func(i int) bool { return q[i] > v }) - 1
		return (share(hi, n) + share(last, n)) / 2
	}
	lo := hi - 1
	return share(lo, n) + float64((share(hi, n)-share(lo, n))*((v-q[lo])/(q[hi]-q[lo])))
}
