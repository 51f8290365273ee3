// Package reach says how far a window lies from what a network was trained on.
// A network names one of its classes for any input, noise included; whoever
// uses it on captures of their own must know when that answer is worth nothing.
//
// A window is described by mean and spread of every feature over its steps,
// and its distance is that to the nearest of some training windows. The limit
// is the distance within which 99 % of the validation windows lie: windows of
// groups that the network did not train on, but of the same kind.
package reach

import (
	"fmt"
	"math"
	"slices"
)

// Share is the share of validation windows that lie within the limit.
const Share = 0.99

// Points is how many training windows a range keeps at most.
const Points = 512

// Range is what lies within reach of a training.
type Range struct {
	Points [][]float32 // descriptions of training windows [n][2·features]
	Limit  float64     // distance beyond which a window is unlike them
}

// Describe gives mean and standard deviation of every feature over the steps
// of one window x [steps·features], whose numbers are scaled; asinh tames
// their long tails. Shape of the result: [2·features].
func Describe(x []float32, features int) []float32 {
	if features < 1 || len(x) == 0 || len(x)%features != 0 {
		panic(fmt.Sprintf("reach: a window of %d numbers and %d features", len(x), features))
	}
	out := make([]float32, 2*features)
	steps := float64(len(x) / features)
	for f := range features {
		var sum, square float64
		for at := f; at < len(x); at += features {
			v := math.Asinh(float64(x[at]))
			sum += v
			square += float64(v * v)
		}
		mean := sum / steps
		out[f] = float32(mean)
		out[features+f] = float32(math.Sqrt(max(0, square/steps-float64(mean*mean))))
	}
	return out
}

// Fit makes the range of training windows, whose limit the validation windows
// set; both are descriptions. Without validation windows the limit is infinite:
// nothing is known then of windows that were not trained on.
func Fit(train, validation [][]float32) *Range {
	if len(train) == 0 {
		panic("reach: no training windows")
	}
	r := &Range{Limit: math.Inf(1)}
	n := min(len(train), Points)
	for i := range n {
		r.Points = append(r.Points, train[i*len(train)/n])
	}
	if len(validation) == 0 {
		return r
	}
	distances := make([]float64, len(validation))
	for i, v := range validation {
		distances[i] = r.Distance(v)
	}
	slices.Sort(distances)
	r.Limit = distances[min(len(distances)-1, int(math.Ceil(Share*float64(len(distances))))-1)]
	return r
}

// Distance is that of a description to the nearest training window: the
// Euclidean one, divided by the root of the number of columns.
func (r *Range) Distance(d []float32) float64 {
	best := math.Inf(1)
	for _, p := range r.Points {
		sum := 0.0
		for i, v := range p {
			delta := float64(v - d[i])
			sum += float64(delta * delta)
		}
		best = min(best, sum)
	}
	return math.Sqrt(best / float64(len(d)))
}
