package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Layer is one box of a network drawing.
type Layer struct {
	Name   string // what it does: "convolution 32, 3 × 3, ReLU"
	Shape  string // of its output: "20 × 24 × 32"
	Params int    // weights that training changes; 0 for none
}

// Architecture draws a network as boxes from top to bottom: the trunk, then
// the heads side by side (Figures 1 to 3 of the paper). A box with weights is
// blue and says how many. It panics without a trunk.
func Architecture(title string, trunk []Layer, heads ...[]Layer) *Figure {
	if len(trunk) == 0 {
		panic("plots: an architecture without layers")
	}
	a := &architecture{trunk: trunk, heads: heads}
	sum := 0
	for _, column := range append([][]Layer{trunk}, heads...) {
		for _, l := range column {
			sum += l.Params
		}
	}
	a.head = newHeading(Width-2*margin, title, thousands(sum)+" trainable parameters")
	rows := len(trunk)
	deepest := 0
	for _, h := range heads {
		deepest = max(deepest, len(h))
	}
	rows += deepest
	height := 2*margin + a.head.height() + vg.Length(rows)*(boxHeight+arrow) - arrow
	if deepest > 0 {
		height += arrow // room for the branch
	}
	return &Figure{Width: Width, Height: height, paint: a.paint}
}

// Measures of the boxes.
const (
	boxHeight = vg.Length(34)
	arrow     = vg.Length(14)
)

type architecture struct {
	head  heading
	trunk []Layer
	heads [][]Layer
}

func (a *architecture) paint(c draw.Canvas) {
	c = a.head.draw(inset(c))
	width := (c.Max.X - c.Min.X) * 0.68
	mid := c.Center().X
	y := a.column(c, mid, c.Max.Y, width, a.trunk)
	if len(a.heads) == 0 {
		return
	}
	slot := (c.Max.X - c.Min.X) / vg.Length(len(a.heads))
	fork := y - arrow
	c.StrokeLine2(line(1, grey), mid, y, mid, fork)
	for i, h := range a.heads {
		x := c.Min.X + slot*(vg.Length(i)+0.5)
		c.StrokeLine2(line(1, grey), mid, fork, x, fork)
		arrowDown(c, x, fork)
		a.column(c, x, fork-arrow, min(slot-3*gap, width), h)
	}
}

// column draws boxes below each other and returns where the last one ends.
func (a *architecture) column(c draw.Canvas, mid, top, width vg.Length, layers []Layer) vg.Length {
	for i, l := range layers {
		if i > 0 {
			arrowDown(c, mid, top)
			top -= arrow
		}
		drawLayer(c, vg.Rectangle{Min: vg.Point{X: mid - width/2, Y: top - boxHeight}, Max: vg.Point{X: mid + width/2, Y: top}}, l)
		top -= boxHeight
	}
	return top
}

func drawLayer(c draw.Canvas, r vg.Rectangle, l Layer) {
	back, edge := color.RGBA{244, 244, 244, 255}, grey
	detail := l.Shape
	if l.Params > 0 {
		back, edge = color.RGBA{222, 238, 247, 255}, blue
		detail += fmt.Sprintf("   ·   %s weights", thousands(l.Params))
	}
	fill(c, r, back)
	frame(c, r, line(1, edge))
	x, y := (r.Min.X+r.Max.X)/2, (r.Min.Y+r.Max.Y)/2
	room := r.Max.X - r.Min.X - 2*gap
	put(c, shrink(bold(labelSize, ink), l.Name, room), x, y+8, text.XCenter, text.YCenter, l.Name)
	put(c, shrink(letters(tickSize, ink), detail, room), x, y-8, text.XCenter, text.YCenter, detail)
}

// shrink makes letters smaller, down to 7 points, until the text fits.
func shrink(s text.Style, txt string, room vg.Length) text.Style {
	for s.Font.Size > 7 && s.Width(txt) > room {
		s.Font.Size -= 0.5
	}
	return s
}

// arrowDown draws an arrow of the usual length from the point downwards.
func arrowDown(c draw.Canvas, x, y vg.Length) {
	c.StrokeLine2(line(1, grey), x, y, x, y-arrow+4)
	c.FillPolygon(grey, []vg.Point{{X: x - 3.5, Y: y - arrow + 6}, {X: x + 3.5, Y: y - arrow + 6}, {X: x, Y: y - arrow}})
}
