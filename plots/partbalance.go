package plots

import (
	"fmt"
	"image/color"
)

// PartBalance shows how the windows of each class are divided among the parts
// of a split: the share of the part in colour, counts in the cells. A class
// whose share differs much from its neighbours' is over- or underrepresented
// there; a white cell has none. windows[i] holds the counts of class i, one a
// part. It panics when they do not fit, or a class has no window at all.
func PartBalance(title string, classes, parts []string, windows [][]int) *Figure {
	if len(classes) == 0 || len(windows) != len(classes) {
		panic(fmt.Sprintf("plots: a balance of %d classes with %d rows", len(classes), len(windows)))
	}
	all := 0
	for i, row := range windows {
		if len(row) != len(parts) || total(row) == 0 {
			panic(fmt.Sprintf("plots: class %q has counts %v for %d parts, want some windows", classes[i], row, len(parts)))
		}
		all += total(row)
	}
	g := &grid{
		title: title,
		notes: []string{fmt.Sprintf("%s windows; colour by the share of the class that is in the part", thousands(all))},
		rows:  classes, cols: parts,
		color: func(r, c int) color.Color {
			return sequential(0.85 * float64(windows[r][c]) / float64(total(windows[r])))
		},
		text: func(r, c int) string {
			n := windows[r][c]
			return fmt.Sprintf("%s (%.0f %%)", thousands(n), 100*float64(n)/float64(total(windows[r])))
		},
		width: Width, cellHeight: 24,
		bar: shareBar("share of the class"),
	}
	return g.figure()
}
