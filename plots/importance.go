package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Loss is what a model loses without a feature or a family of them.
type Loss struct {
	Name  string
	Value float64
	SD    float64 // over repetitions; 0 draws none
}

// Importance shows losses as bars from zero, in the given order; a gain goes
// to the left. note says of which model, split and score. It panics without
// losses or with one that is not finite.
func Importance(title, note string, losses []Loss) *Figure {
	if len(losses) == 0 {
		panic("plots: importance of nothing")
	}
	low, high := 0.0, 1e-9
	var names []string
	for _, l := range losses {
		if math.IsNaN(l.Value) || math.IsInf(l.Value, 0) {
			panic(fmt.Sprintf("plots: importance of %q is %g", l.Name, l.Value))
		}
		low, high = min(low, l.Value-l.SD), max(high, l.Value+l.SD)
		names = append(names, l.Name)
	}
	head := newHeading(Width-2*margin, title, note)
	const row = vg.Length(18)
	return &Figure{Width: Width, Height: 2*margin + head.height() + row*vg.Length(len(losses)) + 2*noteLine, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		s := letters(tickSize, ink)
		area := draw.Crop(c, widest(s, names)+2*gap, -widest(bold(tickSize, ink), []string{"+0.000"})-gap, 2*noteLine, 0)
		x := func(v float64) vg.Length {
			return area.Min.X + (area.Max.X-area.Min.X)*vg.Length((v-low)/(high-low))
		}
		for _, t := range (ticks{}).Ticks(low, high) {
			c.StrokeLine2(line(0.5, faint), x(t.Value), area.Min.Y, x(t.Value), area.Max.Y)
			put(c, s, x(t.Value), area.Min.Y-gap, text.XCenter, text.YTop, t.Label)
		}
		for i, l := range losses {
			y := area.Max.Y - row*(vg.Length(i)+0.5)
			put(c, s, area.Min.X-gap, y, text.XRight, text.YCenter, l.Name)
			from, to := x(min(0, l.Value)), x(max(0, l.Value))
			fill(c, vg.Rectangle{Min: vg.Point{X: from, Y: y - 5}, Max: vg.Point{X: to, Y: y + 5}}, blue)
			if l.SD > 0 {
				c.StrokeLine2(line(1.2, ink), x(l.Value-l.SD), y, x(l.Value+l.SD), y)
			}
			put(c, bold(tickSize, ink), max(to, x(l.Value+l.SD))+gap, y, text.XLeft, text.YCenter, fmt.Sprintf("%.3f", l.Value))
		}
		c.StrokeLine2(line(0.75, grey), x(0), area.Min.Y, x(0), area.Max.Y)
		put(c, letters(labelSize, ink), area.Center().X, c.Min.Y, text.XCenter, text.YBottom, "loss of macro F1")
	}}
}
