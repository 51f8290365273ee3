package evaluate

import (
	"fmt"
	"math"
)

// Shares are the shares of the classes among truths.
func Shares(truth []int, classes int) []float64 {
	out := make([]float64, classes)
	for _, k := range truth {
		out[k] += 1 / float64(len(truth))
	}
	return out
}

// UnderPrior scores the classes as they would be if class k made up the share
// prior[k] of all windows and its windows were recognised as they are here.
// Recall stays; precision, F1 and accuracy move: a detector that looks good on
// a balanced test part drowns in false alarms where its class is rare. Windows
// of each class are the given ones.
//
// It panics when prior is not a share for each class, or gives a share to a
// class that has no window here and so no known recall.
func (c *Confusion) UnderPrior(prior []float64) (accuracy float64, classes []ClassScore) {
	c.checkPrior(prior)
	rates, given := c.Rates(), make([]float64, len(prior))
	for t, share := range prior {
		for p, rate := range rates[t] {
			given[p] += share * rate
		}
		accuracy += share * rates[t][t]
	}
	for k, name := range c.Classes {
		s := ClassScore{Class: name, Recall: rates[k][k], Windows: c.Support(k)}
		if given[k] > 0 {
			s.Precision = prior[k] * rates[k][k] / given[k]
		}
		if d := prior[k] + given[k]; d > 0 {
			s.F1 = 2 * prior[k] * rates[k][k] / d
		}
		classes = append(classes, s)
	}
	return accuracy, classes
}

func (c *Confusion) checkPrior(prior []float64) {
	if len(prior) != len(c.Classes) {
		panic(fmt.Sprintf("evaluate: %d shares for %d classes", len(prior), len(c.Classes)))
	}
	sum := 0.0
	for k, share := range prior {
		if !(share >= 0) || share > 0 && c.Support(k) == 0 {
			panic(fmt.Sprintf("evaluate: share %g of class %s, which has %d windows", share, c.Classes[k], c.Support(k)))
		}
		sum += share
	}
	if math.Abs(sum-1) > 1e-9 {
		panic(fmt.Sprintf("evaluate: the shares of the classes sum to %g, want 1", sum))
	}
}

// Reprior corrects probabilities that were learned where class k had the share
// from[k] for a place where it has to[k]: p_k·to_k/from_k, normalised (Saerens
// et al., Adjusting the Outputs of a Classifier to New a Priori Probabilities,
// 2002). A row of which nothing remains is an error, as is a class with a
// share in to and none in from.
func Reprior(probs [][]float64, from, to []float64) ([][]float64, error) {
	weight := make([]float64, len(from))
	for k := range from {
		switch {
		case from[k] > 0:
			weight[k] = to[k] / from[k]
		case to[k] > 0:
			return nil, fmt.Errorf("reprior: class %d has the share %g, but none where the probabilities were learned", k, to[k])
		}
	}
	out := make([][]float64, len(probs))
	for i, row := range probs {
		out[i] = make([]float64, len(row))
		sum := 0.0
		for k, p := range row {
			out[i][k] = p * weight[k]
			sum += out[i][k]
		}
		if !(sum > 0) {
			return nil, fmt.Errorf("reprior: row %d has no probability on a class that is left", i)
		}
		for k := range row {
			out[i][k] /= sum
		}
	}
	return out, nil
}
