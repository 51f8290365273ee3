package evaluate

import "flowbook/modellib/run"

// sums holds what every score of a part needs, added up: windows that were
// right, that were predicted and that there are, a class each. Sums of groups
// add to the sums of all, which makes drawing and swapping groups cheap.
type sums []float64 // [3K]: right, predicted, support

func newSums(classes int) sums { return make(sums, 3*classes) }

func (s sums) count(truth, predicted int) {
	k := len(s) / 3
	if truth == predicted {
		s[truth]++
	}
	s[k+predicted]++
	s[2*k+truth]++
}

func (s sums) add(o sums) {
	for i, v := range o {
		s[i] += v
	}
}

// accuracy is the share of windows that were right.
func (s sums) accuracy() float64 {
	k := len(s) / 3
	var right, all float64
	for i := range k {
		right += s[i]
		all += s[2*k+i]
	}
	return right / all
}

// macroF1 is the mean F1 of those of the classes that have windows.
func (s sums) macroF1(classes []int) float64 {
	k := len(s) / 3
	total, n := 0.0, 0.0
	for _, c := range classes {
		if support := s[2*k+c]; support > 0 {
			total += 2 * s[c] / (support + s[k+c])
			n++
		}
	}
	return total / n
}

// groupSums adds up the windows of each group; members are rows, a group each.
func groupSums(members [][]int, truth, predicted []int, classes int) []sums {
	out := make([]sums, len(members))
	for g, rows := range members {
		out[g] = newSums(classes)
		for _, i := range rows {
			out[g].count(truth[i], predicted[i])
		}
	}
	return out
}

// groupCount is the number of independent groups of predictions.
func groupCount(p *run.Predictions) int { return len(groupMembers(p.Group)) }
