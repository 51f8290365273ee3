package plots

import (
	"fmt"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ClassIntervals shows the F1 of each class as a point with its 95 % interval
// over groups as a line, and how many windows and groups it rests on. A class
// without an interval is a hollow point. split names the split. It panics
// without classes.
func ClassIntervals(title, split string, classes []evaluate.ClassInterval) *Figure {
	if len(classes) == 0 {
		panic("plots: intervals of no classes")
	}
	head := newHeading(Width-2*margin, title, split, "lines: 95 %, bootstrap over groups; hollow: too few groups for one")
	const row = vg.Length(22)
	height := 2*margin + head.height() + row*vg.Length(len(classes)) + 3*noteLine
	return &Figure{Width: Width, Height: height, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		var names, supports []string
		for _, k := range classes {
			names = append(names, k.Class)
			supports = append(supports, fmt.Sprintf("%s / %d", thousands(k.Windows), k.Groups))
		}
		s := letters(labelSize, ink)
		area := draw.Crop(c, widest(s, names)+2*gap, -widest(letters(tickSize, grey), append(supports, "windows / groups"))-2*gap, 2*noteLine, -noteLine)
		x := unitAxis(c, area, "F1")
		put(c, letters(tickSize, grey), c.Max.X, area.Max.Y+gap, text.XRight, text.YBottom, "windows / groups")
		for i, k := range classes {
			y := area.Max.Y - row*(vg.Length(i)+0.5)
			put(c, s, area.Min.X-gap, y, text.XRight, text.YCenter, names[i])
			put(c, letters(tickSize, grey), c.Max.X, y, text.XRight, text.YCenter, supports[i])
			if k.Interval != nil {
				c.StrokeLine2(line(2.2, sky), x(k.Interval.Low), y, x(k.Interval.High), y)
			}
			dot(c, x(k.F1), y, k.Interval != nil)
		}
	}}
}

// dot is a point, hollow or filled.
func dot(c draw.Canvas, x, y vg.Length, filled bool) {
	at := vg.Point{X: x, Y: y}
	c.DrawGlyph(draw.GlyphStyle{Color: blue, Radius: 4, Shape: draw.CircleGlyph{}}, at)
	if !filled {
		c.DrawGlyph(draw.GlyphStyle{Color: white, Radius: 2.6, Shape: draw.CircleGlyph{}}, at)
	}
}

// unitAxis draws an axis from 0 to 1 under an area and returns its scale.
func unitAxis(c, area draw.Canvas, name string) func(float64) vg.Length {
	x := func(v float64) vg.Length { return area.Min.X + (area.Max.X-area.Min.X)*vg.Length(v) }
	for i := range 6 {
		v := float64(i) / 5
		c.StrokeLine2(line(0.5, faint), x(v), area.Min.Y, x(v), area.Max.Y)
		put(c, letters(tickSize, ink), x(v), area.Min.Y-gap, text.XCenter, text.YTop, fmt.Sprintf("%.1f", v))
	}
	put(c, letters(labelSize, ink), area.Center().X, c.Min.Y, text.XCenter, text.YBottom, name)
	return x
}
