package plots

import (
	"fmt"
	"image/color"
	"math"
)

// LeakageMap shows what a nearest neighbour makes of labels that were drawn by
// lot: a row for each split, a column for each level at which the labels were
// drawn, in the cells how often the neighbour was right. Chance is white; the
// darker, the more of the labels the neighbour finds again, and so the more
// the split leaks at that level. A star marks values outside the range that
// chance gives. Values as (*dataset.Probe) holds them.
//
// It panics when the rows and columns do not fit.
func LeakageMap(splits, levels []string, right [][]float64, inside [][]bool, chance float64) *Figure {
	if len(splits) == 0 || len(right) != len(splits) || len(inside) != len(splits) || !(chance > 0 && chance < 1) {
		panic(fmt.Sprintf("plots: a leakage map of %d splits with %d and %d rows and chance %g", len(splits), len(right), len(inside), chance))
	}
	for i := range splits {
		if len(right[i]) != len(levels) || len(inside[i]) != len(levels) {
			panic(fmt.Sprintf("plots: split %q has %d and %d values for %d levels", splits[i], len(right[i]), len(inside[i]), len(levels)))
		}
	}
	above := func(v float64) float64 { return math.Max(0, (v-chance)/(1-chance)) }
	g := &grid{
		title:    "What a split does not keep apart",
		notes:    []string{fmt.Sprintf("how often 1-NN finds labels drawn by lot; chance %.2f; * outside its range", chance)},
		rows:     splits,
		cols:     levels,
		colTitle: "labels drawn for each",
		color:    func(r, c int) color.Color { return sequential(0.9 * above(right[r][c])) },
		text: func(r, c int) string {
			mark := ""
			if !inside[r][c] {
				mark = "*"
			}
			return fmt.Sprintf("%.2f%s", right[r][c], mark)
		},
		width: Width, cellHeight: 26,
		bar: &colorBar{title: "share of the labels found beyond chance", color: func(s float64) color.Color { return sequential(0.9 * s) }, labels: []string{"0", "25 %", "50 %", "75 %", "100 %"}},
	}
	return g.figure()
}
