package plots

import (
	"fmt"
	"image/color"
	"math"
)

// Funnel shows what remains of each class on the way through the stages, from
// left to right: counts in the cells, coloured by their logarithm within a
// stage, and a red cell where a class is lost. counts[i] holds the numbers of
// class i, one a stage. It panics when they do not fit, or one is negative.
func Funnel(title string, classes, stages []string, counts [][]int) *Figure {
	if len(classes) == 0 || len(counts) != len(classes) {
		panic(fmt.Sprintf("plots: a funnel of %d classes with %d rows", len(classes), len(counts)))
	}
	largest := make([]int, len(stages))
	lost := 0
	for i, row := range counts {
		if len(row) != len(stages) {
			panic(fmt.Sprintf("plots: class %q has %d counts for %d stages", classes[i], len(row), len(stages)))
		}
		for j, n := range row {
			if n < 0 {
				panic(fmt.Sprintf("plots: class %q has %d %s", classes[i], n, stages[j]))
			}
			largest[j] = max(largest[j], n)
		}
		if row[len(row)-1] == 0 {
			lost++
		}
	}
	g := &grid{
		title: title,
		notes: []string{fmt.Sprintf("%d classes, %d of them lost on the way; colour by the logarithm within a column", len(classes), lost)},
		rows:  classes, cols: stages,
		color: func(r, c int) color.Color {
			if counts[r][c] == 0 {
				return diverging(0.9)
			}
			return sequential(0.8 * math.Log1p(float64(counts[r][c])) / math.Log1p(float64(largest[c])))
		},
		text:  func(r, c int) string { return thousands(counts[r][c]) },
		width: Width, cellHeight: 24,
	}
	return g.figure()
}
