package main

import (
	"cmp"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
	"flowbook/modellib/evaluate"
)

// bestFeatures is how many single-feature models are listed.
const bestFeatures = 5

// scores tries the simplest models on the test part: the largest class, the
// nearest neighbour, and a small tree on one feature alone.
func scores(set *dataset.Set, n dataset.Neighbours) []dataset.Score {
	var all []dataset.Score
	for _, task := range []string{"type", "app"} {
		classes, y := set.Labels(task)
		judge := func(model string, predicted []int) dataset.Score {
			truth := make([]int, len(n.Query))
			for i, w := range n.Query {
				truth[i] = int(y[w])
			}
			c := evaluate.NewConfusion(classes, truth, predicted)
			return dataset.Score{Model: model, Task: task, MacroF1: c.Macro(c.Present()).F1, Accuracy: c.Accuracy()}
		}
		train := labelsOf(y, n.Split.Train)
		all = append(all, judge("largest class", evaluate.Argmax(baseline.Majority(train, len(classes), len(n.Query)))))
		near := make([]int, len(n.Nearest))
		for i, w := range n.Nearest {
			near[i] = int(y[w])
		}
		all = append(all, judge("nearest neighbour", near))
		all = append(all, singles(set, n, train, len(classes), judge)...)
	}
	return all
}

// singles are the best trees of depth 4 that see one feature, its mean over
// the steps of a window.
func singles(set *dataset.Set, n dataset.Neighbours, train []int32, classes int, judge func(string, []int) dataset.Score) []dataset.Score {
	var all []dataset.Score
	for j, name := range set.Features {
		tree := baseline.NewTree(means(set, n.Split.Train, j), train, classes, baseline.TreeOptions{MaxDepth: 4, MinLeaf: 5})
		all = append(all, judge(name+" alone", evaluate.Argmax(tree.Predict(means(set, n.Query, j)))))
	}
	slices.SortStableFunc(all, func(a, b dataset.Score) int { return cmp.Compare(b.MacroF1, a.MacroF1) })
	return all[:min(bestFeatures, len(all))]
}

// means is one column: the mean of a feature over the measured steps.
func means(set *dataset.Set, windows []int, j int) [][]float32 {
	x := make([][]float32, len(windows))
	for i, w := range windows {
		sum, n := 0.0, 0.0
		for _, r := range set.Windows[w].Rows {
			if r >= 0 {
				sum += set.Rows[int(r)*len(set.Features)+j]
				n++
			}
		}
		x[i] = []float32{float32(sum / n)}
	}
	return x
}

func labelsOf(y []int32, windows []int) []int32 {
	of := make([]int32, len(windows))
	for i, w := range windows {
		of[i] = y[w]
	}
	return of
}
