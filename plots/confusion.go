package plots

import (
	"fmt"
	"image/color"
	"strconv"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot/vg"
)

// ConfusionMatrix shows how the windows of each true class (a row) went to
// the predicted classes (columns): counts in the cells, coloured by their
// share of the row, so that a rare class is as visible as a frequent one.
// Classes that are neither true nor predicted for any window are left out and
// counted under the title. It panics when no window is left.
func ConfusionMatrix(title string, m *evaluate.Confusion) *Figure {
	var shown []int
	for k := range m.Classes {
		if m.Support(k) > 0 || m.Predicted(k) > 0 {
			shown = append(shown, k)
		}
	}
	if len(shown) == 0 {
		panic("plots: a confusion matrix without windows")
	}
	rates := m.Rates()
	g := &grid{
		title: title, notes: []string{fmt.Sprintf("%s windows", thousands(m.Total()))},
		rowTitle: "true class", colTitle: "predicted class",
		color: func(r, c int) color.Color { return sequential(rates[shown[r]][shown[c]]) },
		text: func(r, c int) string {
			if n := m.Count[shown[r]][shown[c]]; n > 0 {
				return strconv.Itoa(n)
			}
			return ""
		},
		width: Width, cellHeight: vg.Length(24),
		bar: shareBar("share of the true class (recall on the diagonal)"),
	}
	if left := len(m.Classes) - len(shown); left > 0 {
		g.notes[0] += fmt.Sprintf(", %d classes without any left out", left)
	}
	for _, k := range shown {
		g.rows = append(g.rows, m.Classes[k])
	}
	g.cols = g.rows
	if len(shown) > 10 {
		g.cellHeight = 19
	}
	return g.figure()
}

// shareBar explains colours from 0 to 100 %.
func shareBar(title string) *colorBar {
	return &colorBar{title: title, color: sequential, labels: []string{"0", "25 %", "50 %", "75 %", "100 %"}}
}
