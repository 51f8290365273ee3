package plots

import (
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// WindowHeat shows one window as a model sees it: a column a step in time, a
// row a feature, coloured by the scaled value in standard deviations from the
// mean of the training part, cut off at ±3. values holds T·F numbers,
// time-major, as (*dataset.Set).Fill writes them.
//
// It panics when the values are not a whole number of steps.
func WindowHeat(title string, values []float32, features []string) *Figure {
	if len(features) == 0 || len(values) == 0 || len(values)%len(features) != 0 {
		panic(fmt.Sprintf("plots: %d values are no whole number of steps of %d features", len(values), len(features)))
	}
	const cut = 3
	steps := len(values) / len(features)
	g := &grid{
		title: title, rows: features,
		notes:    []string{fmt.Sprintf("%d steps × %d features", steps, len(features))},
		colTitle: "step, in the order of time",
		color: func(r, c int) color.Color {
			return diverging((float64(values[c*len(features)+r])/cut + 1) / 2)
		},
		width: Width, cellHeight: vg.Length(14),
		bar: &colorBar{title: "standard deviations from the mean", color: diverging, labels: []string{"≤ −3", "−1.5", "0", "1.5", "≥ 3"}},
	}
	for i := range steps {
		name := ""
		if i == 0 || (i+1)%5 == 0 {
			name = strconv.Itoa(i + 1)
		}
		g.cols = append(g.cols, name)
	}
	return g.figure()
}
