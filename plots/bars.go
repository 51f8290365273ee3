package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars shows named numbers, none negative, as horizontal bars from zero, in
// the given order from the top. unit names what is counted and stands under
// the axis. It panics when names and values differ in number, or a value is
// negative or not finite.
func Bars(title, unit string, names []string, values []float64) *Figure {
	if len(names) != len(values) || len(names) == 0 {
		panic(fmt.Sprintf("plots: %d names for %d bars, want as many and at least one", len(names), len(values)))
	}
	var largest float64
	var labels []string
	for i, v := range values {
		if !(v >= 0) || math.IsInf(v, 0) {
			panic(fmt.Sprintf("plots: bar %q is %g, want a finite number of at least 0", names[i], v))
		}
		largest = max(largest, v)
		labels = append(labels, number(v))
	}
	head := newHeading(Width-2*margin, title)
	const row = vg.Length(26)
	height := 2*margin + head.height() + row*vg.Length(len(names)) + noteLine + gap
	return &Figure{Width: Width, Height: height, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		s := letters(labelSize, ink)
		area := draw.Crop(c, widest(s, names)+gap, -widest(bold(labelSize, ink), labels)-2*gap, noteLine+gap, 0)
		for i, v := range values {
			mid := area.Max.Y - row*(vg.Length(i)+0.5)
			end := area.Min.X
			if largest > 0 {
				end += (area.Max.X - area.Min.X) * vg.Length(v/largest)
			}
			put(c, s, area.Min.X-gap, mid, text.XRight, text.YCenter, names[i])
			fill(c, vg.Rectangle{Min: vg.Point{X: area.Min.X, Y: mid - 8}, Max: vg.Point{X: end, Y: mid + 8}}, blue)
			put(c, bold(labelSize, ink), end+gap, mid, text.XLeft, text.YCenter, labels[i])
		}
		area.StrokeLine2(line(0.75, grey), area.Min.X, area.Min.Y, area.Min.X, area.Max.Y)
		put(c, s, area.Center().X, area.Min.Y-gap, text.XCenter, text.YTop, unit)
	}}
}
