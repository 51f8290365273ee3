package baseline

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// prune replaces subtrees that promise no fewer errors than a leaf would make,
// from the bottom up, and returns the errors that node id is expected to make.
// Errors on the training windows are too few, so each leaf is charged the
// upper limit of a binomial confidence interval (Quinlan, C4.5: Programs for
// Machine Learning, 1993, chapter 4). Subtrees are replaced, not raised.
func (t *Tree) prune(id int32, confidence float64) float64 {
	n := &t.nodes[id]
	errors := float64(n.n)
	most := 0.0
	for _, p := range n.probs {
		most = math.Max(most, p)
	}
	leaf := upperErrors(math.Round(errors*(1-most)), float64(n.n), confidence)
	if n.feature < 0 {
		return leaf
	}
	subtree := t.prune(n.left, confidence) + t.prune(n.right, confidence)
	if leaf > subtree+0.1 {
		return subtree
	}
	n.feature = -1
	return leaf
}

// upperErrors is n times the error rate at which e or fewer errors among n
// would happen with the given probability.
func upperErrors(e, n, confidence float64) float64 {
	if e >= n {
		return n
	}
	if e == 0 { // the closed form of what follows
		return n * (1 - math.Pow(confidence, 1/n))
	}
	return n * mathext.InvRegIncBeta(e+1, n-e, 1-confidence)
}
