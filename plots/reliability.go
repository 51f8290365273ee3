package plots

import (
	"fmt"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reliability shows, for each bin of confidence, the share of windows that
// was right; on the dashed diagonal a network is as often right as it says.
// Points above it are too modest, points below it too sure. Below stand the
// windows of each bin. note says where the windows come from. It panics
// without bins.
func Reliability(title, note string, r *evaluate.Reliability) *Figure {
	if len(r.Bins) == 0 {
		panic("plots: reliability without bins")
	}
	how := fmt.Sprintf("expected calibration error %.3f", r.ECE)
	if r.Interval != nil {
		how += fmt.Sprintf(" (95 %% %s, bootstrap over groups)", r.Interval)
	}
	head := newHeading(Width-2*margin, title, note, how)
	above := newPlot("", "", "share that was right")
	above.X.Min, above.X.Max, above.Y.Min, above.Y.Max = 0, 1, 0, 1
	above.Add(horizontalGrid(), &plotter.Line{XYs: plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}}, LineStyle: dashed(1, grey)}, gaps{r.Bins})
	above.X.Tick.Marker = plot.ConstantTicks{} // those below serve both
	below := newPlot("", "confidence", "windows")
	below.X.Min, below.X.Max, below.Y.Min = 0, 1, 0
	below.Add(counts{r.Bins})
	most := 0
	for _, b := range r.Bins {
		most = max(most, b.Windows)
	}
	below.Y.Max = float64(most)
	below.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: float64(most), Label: thousands(most)}}
	return &Figure{Width: Width, Height: 12 * vg.Centimeter, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		split := c.Min.Y + (c.Max.Y-c.Min.Y)*0.3
		top, bottom := c, c
		top.Min.Y, bottom.Max.Y = split+4, split-4
		panels := plot.Align([][]*plot.Plot{{above}}, draw.Tiles{Rows: 1, Cols: 1}, top)
		lower := plot.Align([][]*plot.Plot{{below}}, draw.Tiles{Rows: 1, Cols: 1}, bottom)
		a, b := panels[0][0], lower[0][0]
		alignLeft(&a, &b, above, below)
		above.Draw(a)
		below.Draw(b)
	}}
}

// alignLeft makes the data areas of two plots start at one place.
func alignLeft(a, b *draw.Canvas, pa, pb *plot.Plot) {
	da, db := pa.DataCanvas(*a), pb.DataCanvas(*b)
	if d := da.Min.X - db.Min.X; d > 0 {
		b.Min.X += d
	} else {
		a.Min.X -= d
	}
	if d := da.Max.X - db.Max.X; d > 0 {
		a.Max.X -= d
	} else {
		b.Max.X += d
	}
}

// gaps are the points of bins, with a line to the diagonal.
type gaps struct{ bins []evaluate.Bin }

// Plot implements plot.Plotter.
func (g gaps) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var before vg.Point
	for i, b := range g.bins {
		at := vg.Point{X: x(b.Confidence), Y: y(b.Accuracy)}
		c.StrokeLine2(line(1.5, orange), at.X, at.Y, at.X, y(b.Confidence))
		if i > 0 {
			c.StrokeLine2(line(1.5, blue), before.X, before.Y, at.X, at.Y)
		}
		before = at
	}
	for _, b := range g.bins {
		c.DrawGlyph(draw.GlyphStyle{Color: blue, Radius: 3, Shape: draw.CircleGlyph{}}, vg.Point{X: x(b.Confidence), Y: y(b.Accuracy)})
	}
	put(c, letters(tickSize, grey), x(0.03), y(0.95), text.XLeft, text.YCenter, "too modest")
	put(c, letters(tickSize, grey), x(0.97), y(0.05), text.XRight, text.YCenter, "too sure")
}

// counts are bars of the windows of bins.
type counts struct{ bins []evaluate.Bin }

// Plot implements plot.Plotter.
func (k counts) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, b := range k.bins {
		fill(c, vg.Rectangle{Min: vg.Point{X: x(b.Low) + 0.5, Y: y(0)}, Max: vg.Point{X: x(b.High) - 0.5, Y: y(float64(b.Windows))}}, sky)
	}
}
