package plots

import (
	"cmp"
	"fmt"
	"slices"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Slope is one model scored in two ways.
type Slope struct {
	Name            string
	Published, Fair float64
	Interval        *evaluate.Interval // of the fair score, over groups; nil where there is none
}

// Slopes shows what becomes of published scores under a fair split: a line a
// model, from the score by the published split to the one by the fair split.
// It panics without models.
func Slopes(title, score, published, fair string, models ...Slope) *Figure {
	if len(models) == 0 {
		panic("plots: slopes of no models")
	}
	head := newHeading(Width-2*margin, title, score+"; bars: 95 %, bootstrap over groups, of the fair score")
	return &Figure{Width: Width, Height: 2*margin + head.height() + 9*vg.Centimeter, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		s := letters(labelSize, ink)
		var left, right []string
		for _, m := range models {
			left, right = append(left, fmt.Sprintf("%.3f", m.Published)), append(right, fmt.Sprintf("%.3f %s", m.Fair, m.Name))
		}
		area := draw.Crop(c, widest(s, left)+4*gap, -widest(s, right)-6*gap, noteLine+2*gap, -gap)
		low, high := slopeRange(models)
		y := func(v float64) vg.Length {
			return area.Min.Y + (area.Max.Y-area.Min.Y)*vg.Length((v-low)/(high-low))
		}
		for _, x := range []vg.Length{area.Min.X, area.Max.X} {
			c.StrokeLine2(line(0.75, grey), x, area.Min.Y, x, area.Max.Y)
		}
		put(c, s, c.Min.X, c.Min.Y, text.XLeft, text.YBottom, published)
		put(c, s, area.Max.X, c.Min.Y, text.XCenter, text.YBottom, fair)
		var at, from []vg.Length
		for _, m := range models {
			at, from = append(at, y(m.Fair)), append(from, y(m.Published))
		}
		apart(at, titleLine, area.Max.Y)
		apart(from, titleLine, area.Max.Y)
		for i, m := range models {
			colour := cycle[i%len(cycle)]
			c.StrokeLine2(line(1.8, colour), area.Min.X, y(m.Published), area.Max.X, y(m.Fair))
			if m.Interval != nil {
				x := area.Max.X + 3*vg.Length(i%4)
				c.StrokeLine2(line(2, colour), x, y(m.Interval.Low), x, y(m.Interval.High))
			}
			put(c, letters(labelSize, colour), area.Min.X-2*gap, from[i], text.XRight, text.YCenter, left[i])
			put(c, letters(labelSize, colour), area.Max.X+5*gap, at[i], text.XLeft, text.YCenter, right[i])
		}
	}}
}

// slopeRange is what the axis must show, with some space.
func slopeRange(models []Slope) (low, high float64) {
	low, high = models[0].Fair, models[0].Fair
	for _, m := range models {
		low, high = min(low, m.Fair, m.Published), max(high, m.Fair, m.Published)
		if m.Interval != nil {
			low, high = min(low, m.Interval.Low), max(high, m.Interval.High)
		}
	}
	space := max(0.05*(high-low), 0.01)
	return low - space, high + space
}

// apart moves labels up where they would overlap, each at least so much above
// the next lower one, and down again where they would leave the figure.
func apart(y []vg.Length, least, top vg.Length) {
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(y[a], y[b]) })
	for i := 1; i < len(order); i++ {
		y[order[i]] = max(y[order[i]], y[order[i-1]]+least)
	}
	for _, k := range slices.Backward(order) {
		y[k] = min(y[k], top)
		top = y[k] - least
	}
}
