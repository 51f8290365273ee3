package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// grid is a matrix of coloured cells with names at the left and below.
type grid struct {
	title              string
	notes              []string
	rows, cols         []string
	rowTitle, colTitle string
	color              func(r, c int) color.Color
	text               func(r, c int) string // nil for none
	width              vg.Length
	cellHeight         vg.Length
	bar                *colorBar
}

// colorBar explains the colours of a grid.
type colorBar struct {
	title  string
	color  func(share float64) color.Color // 0 left … 1 right
	labels []string                        // evenly spaced from left to right
}

// Heights in a grid, in points.
const (
	gap       = vg.Length(4)
	barHeight = vg.Length(10)
	seam      = vg.Length(0.6)
)

// layout holds the measures of a grid, from the outside in.
type layout struct {
	head             heading
	left, bottom     vg.Length // of the cells: room for names and titles
	cell             vg.Length // width of a cell
	upright          bool      // column names are turned
	names, rowTitleW vg.Length
	height           vg.Length // of the whole figure
}

func (g *grid) layout() layout {
	l := layout{head: newHeading(g.width-2*margin, g.title, g.notes...)}
	name := letters(tickSize, ink)
	l.left = widest(name, g.rows) + gap
	if g.rowTitle != "" {
		l.rowTitleW = noteLine + gap
		l.left += l.rowTitleW
	}
	l.cell = (g.width - 2*margin - l.left) / vg.Length(max(len(g.cols), 1))
	l.upright = widest(name, g.cols) > l.cell-2
	l.names = noteLine
	if l.upright {
		l.names = widest(name, g.cols) + gap
	}
	l.bottom = l.names
	if g.colTitle != "" {
		l.bottom += noteLine + gap
	}
	if g.bar != nil {
		l.bottom += barHeight + 2*noteLine + 2*gap
	}
	l.height = 2*margin + l.head.height() + g.cellHeight*vg.Length(len(g.rows)) + l.bottom
	return l
}

// widest is the width of the longest text.
func widest(s text.Style, txt []string) vg.Length {
	var w vg.Length
	for _, t := range txt {
		w = max(w, s.Width(t))
	}
	return w
}

func (g *grid) figure() *Figure {
	l := g.layout()
	return &Figure{Width: g.width, Height: l.height, paint: func(c draw.Canvas) {
		c = l.head.draw(inset(c))
		cells := draw.Crop(c, l.left, 0, l.bottom, 0)
		g.drawCells(cells, l)
		g.drawNames(c, cells, l)
		if g.bar != nil {
			g.bar.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: cells.Min.X, Y: c.Min.Y}, Max: vg.Point{X: c.Max.X, Y: c.Min.Y + barHeight + 2*noteLine},
			}})
		}
	}}
}

// rect is the place of a cell; row 0 is on top.
func (g *grid) rect(cells draw.Canvas, l layout, r, c int) vg.Rectangle {
	x, y := cells.Min.X+l.cell*vg.Length(c), cells.Max.Y-g.cellHeight*vg.Length(r+1)
	return vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + l.cell, Y: y + g.cellHeight}}
}

func (g *grid) drawCells(cells draw.Canvas, l layout) {
	for r := range g.rows {
		for c := range g.cols {
			b := g.rect(cells, l, r, c)
			clr := g.color(r, c)
			if g.text == nil { // a little over the edge, or white seams show
				fill(cells, vg.Rectangle{Min: vg.Point{X: b.Min.X, Y: max(b.Min.Y-seam, cells.Min.Y)}, Max: vg.Point{X: min(b.Max.X+seam, cells.Max.X), Y: b.Max.Y}}, clr)
				continue
			}
			fill(cells, b, clr)
			frame(cells, b, line(0.5, faint))
			if txt := g.text(r, c); txt != "" {
				mid := vg.Point{X: (b.Min.X + b.Max.X) / 2, Y: (b.Min.Y + b.Max.Y) / 2}
				put(cells, fitting(txt, l.cell-1, on(clr)), mid.X, mid.Y, text.XCenter, text.YCenter, txt)
			}
		}
	}
	all := g.rect(cells, l, len(g.rows)-1, 0)
	frame(cells, vg.Rectangle{Min: all.Min, Max: cells.Max}, line(0.5, grey))
}

// fitting is the largest letter size, from 9.5 points down to 6, at which the
// text fits into the width.
func fitting(txt string, width vg.Length, c color.Color) text.Style {
	size := 9.5
	for size > 6 && letters(size, c).Width(txt) > width {
		size -= 0.5
	}
	return letters(size, c)
}

func (g *grid) drawNames(c, cells draw.Canvas, l layout) {
	name := letters(tickSize, ink)
	for r, txt := range g.rows {
		b := g.rect(cells, l, r, 0)
		put(c, name, cells.Min.X-gap, (b.Min.Y+b.Max.Y)/2, text.XRight, text.YCenter, txt)
	}
	for i, txt := range g.cols {
		x := cells.Min.X + l.cell*(vg.Length(i)+0.5)
		if l.upright {
			s := name
			s.Rotation = math.Pi / 2
			put(c, s, x, cells.Min.Y-gap, text.XRight, text.YCenter, txt)
		} else {
			put(c, name, x, cells.Min.Y-gap/2, text.XCenter, text.YTop, txt)
		}
	}
	title := letters(labelSize, ink)
	put(c, title, cells.Center().X, cells.Min.Y-l.names-gap, text.XCenter, text.YTop, g.colTitle)
	title.Rotation = math.Pi / 2
	put(c, title, c.Min.X, cells.Center().Y, text.XCenter, text.YTop, g.rowTitle)
}

// draw paints the bar at the top of the canvas, labels and title under it.
func (b *colorBar) draw(c draw.Canvas) {
	const n = 64
	w := (c.Max.X - c.Min.X) / n
	for i := range n {
		x := c.Min.X + w*vg.Length(i)
		fill(c, vg.Rectangle{Min: vg.Point{X: x, Y: c.Max.Y - barHeight}, Max: vg.Point{X: min(x+w+seam, c.Max.X), Y: c.Max.Y}},
			b.color((float64(i)+0.5)/n))
	}
	frame(c, vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Max.Y - barHeight}, Max: c.Max}, line(0.5, grey))
	for i, txt := range b.labels {
		share := vg.Length(i) / vg.Length(len(b.labels)-1)
		align := text.XCenter
		switch i {
		case 0:
			align = text.XLeft
		case len(b.labels) - 1:
			align = text.XRight
		}
		put(c, letters(tickSize, ink), c.Min.X+share*(c.Max.X-c.Min.X), c.Max.Y-barHeight-2, align, text.YTop, txt)
	}
	put(c, letters(tickSize, grey), c.Center().X, c.Min.Y, text.XCenter, text.YBottom, b.title)
}

// on is the colour of letters that are read on a background.
func on(background color.Color) color.Color {
	r, g, b, _ := background.RGBA()
	if 0.299*float64(r)+0.587*float64(g)+0.114*float64(b) < 0.55*0xffff {
		return color.White
	}
	return ink
}

// mix goes from one colour to another.
func mix(a, b color.RGBA, share float64) color.RGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + share*(float64(y)-float64(x)))) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 255}
}

// sequential is a scale of one hue: white for 0, dark blue for 1.
func sequential(share float64) color.Color {
	white, mid, dark := color.RGBA{255, 255, 255, 255}, color.RGBA{86, 160, 211, 255}, color.RGBA{8, 48, 107, 255}
	if share = min(max(share, 0), 1); share < 0.5 {
		return mix(white, mid, 2*share)
	}
	return mix(mid, dark, 2*share-1)
}

// diverging is a scale of two hues: blue for 0, white for 0.5, orange-red for 1.
func diverging(share float64) color.Color {
	low, high, white := color.RGBA{0, 90, 160, 255}, color.RGBA{190, 70, 0, 255}, color.RGBA{250, 250, 250, 255}
	if share = min(max(share, 0), 1); share < 0.5 {
		return mix(low, white, 2*share)
	}
	return mix(white, high, 2*share-1)
}
