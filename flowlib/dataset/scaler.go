package dataset

import (
	"math"
)

// Scaler brings every column to a common scale.
type Scaler struct {
	Kind      string      // one of ScalerKinds; "" is "standard"
	Mean      []float64   // of each column: mean, or median for "robust"
	Std       []float64   // standard deviation (ddof 0), or interquartile range for "robust"; 1 where it would be 0
	Quantiles [][]float64 // of each column, for "quantile": the values at equally spaced shares of the rows
}

// FitScaler fits a scaler to the rows of the given windows, a row as often as
// windows hold it: scikit-learn's StandardScaler over windows × steps rows, as
// the paper's program does. Padded steps do not count. It panics without windows.
func FitScaler(set *Set, windows []int) *Scaler {
	if len(windows) == 0 {
		panic("dataset: FitScaler needs at least one window")
	}
	width, uses := len(set.Features), set.uses(windows)
	s := &Scaler{Mean: make([]float64, width), Std: make([]float64, width)}
	for j := range width {
		s.Mean[j], s.Std[j] = fitColumn(set.Rows, uses, j, width)
	}
	return s
}

// fitColumn is the mean and the scale of column j, rows weighted by uses.
func fitColumn(rows []float64, uses []int32, j, width int) (mean, std float64) {
	var n float64
	var sum summer
	for i, u := range uses {
		if u > 0 {
			n += float64(u)
			sum.add(float64(float64(u) * rows[i*width+j]))
		}
	}
	mean = sum.value() / n
	var square, rest summer
	for i, u := range uses {
		if u > 0 {
			d := rows[i*width+j] - mean
			square.add(float64(float64(u) * float64(d*d)))
			rest.add(float64(float64(u) * d))
		}
	}
	r := rest.value()
	variance := (square.value() - float64(r*r)/n) / n
	if constant(mean, variance, n) {
		return mean, 1
	}
	return mean, math.Sqrt(variance)
}

// constant is scikit-learn's test: the variance is no larger than what
// rounding makes of a constant column.
func constant(mean, variance, n float64) bool {
	const eps = 0x1p-52
	e := float64(n*mean) * eps
	return variance <= float64(float64(n*eps)*variance)+float64(e*e)
}

// summer adds with Neumaier's correction, so that the order of the rows does
// not show.
type summer struct{ sum, lost float64 }

func (s *summer) add(v float64) {
	t := s.sum + v
	if math.Abs(s.sum) >= math.Abs(v) {
		s.lost += (s.sum - t) + v
	} else {
		s.lost += (v - t) + s.sum
	}
	s.sum = t
}

func (s *summer) value() float64 { return s.sum + s.lost }
