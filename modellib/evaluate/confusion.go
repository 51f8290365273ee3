package evaluate

import "fmt"

// Confusion counts windows by true class (rows) and predicted class (columns).
type Confusion struct {
	Classes []string `json:"classes"`
	Count   [][]int  `json:"count"` // [K][K]
}

// NewConfusion counts truth against predicted, class numbers of equal length.
// It panics when the lengths differ or a number is no class.
func NewConfusion(classes []string, truth, predicted []int) *Confusion {
	if len(truth) != len(predicted) {
		panic(fmt.Sprintf("evaluate: %d truths and %d predictions", len(truth), len(predicted)))
	}
	c := &Confusion{Classes: classes, Count: make([][]int, len(classes))}
	for i := range c.Count {
		c.Count[i] = make([]int, len(classes))
	}
	for i, t := range truth {
		p := predicted[i]
		if t < 0 || t >= len(classes) || p < 0 || p >= len(classes) {
			panic(fmt.Sprintf("evaluate: window %d has truth %d and prediction %d, want 0 to %d", i, t, p, len(classes)-1))
		}
		c.Count[t][p]++
	}
	return c
}

// Total is the number of windows.
func (c *Confusion) Total() int {
	n := 0
	for t := range c.Count {
		n += c.Support(t)
	}
	return n
}

// Support is the number of windows whose true class is k.
func (c *Confusion) Support(k int) int {
	n := 0
	for _, v := range c.Count[k] {
		n += v
	}
	return n
}

// Predicted is the number of windows that were given to class k.
func (c *Confusion) Predicted(k int) int {
	n := 0
	for t := range c.Count {
		n += c.Count[t][k]
	}
	return n
}

// correct is the number of windows on the diagonal.
func (c *Confusion) correct() int {
	n := 0
	for k := range c.Count {
		n += c.Count[k][k]
	}
	return n
}

// Rates returns the matrix with each row divided by its sum: the share of a
// true class that went to each predicted class, recall on the diagonal. The
// row of a class without windows is 0.
func (c *Confusion) Rates() [][]float64 {
	rates := make([][]float64, len(c.Count))
	for t, row := range c.Count {
		rates[t] = make([]float64, len(row))
		for p, v := range row {
			rates[t][p] = ratio(v, c.Support(t))
		}
	}
	return rates
}

// PredictedRates returns the matrix with each column divided by its sum: of
// what was given to a class, the share that each true class makes up,
// precision on the diagonal. The column of a class never predicted is 0.
func (c *Confusion) PredictedRates() [][]float64 {
	rates := make([][]float64, len(c.Count))
	for t, row := range c.Count {
		rates[t] = make([]float64, len(row))
		for p, v := range row {
			rates[t][p] = ratio(v, c.Predicted(p))
		}
	}
	return rates
}

// Argmax returns the most probable class of each row; the first of equal ones.
func Argmax(probs [][]float64) []int {
	out := make([]int, len(probs))
	for i, row := range probs {
		for k, p := range row {
			if p > row[out[i]] {
				out[i] = k
			}
		}
	}
	return out
}

// ratio is a/b, and 0 where b is 0: a class that is never predicted has
// precision 0, as scikit-learn's zero_division=0 has it.
func ratio(a, b int) float64 { return ratioOr(a, b, 0) }

// ratioOr is a/b, and the value given where b is 0.
func ratioOr(a, b int, empty float64) float64 {
	if b == 0 {
		return empty
	}
	return float64(a) / float64(b)
}
