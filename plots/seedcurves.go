package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"flowbook/modellib/run"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// SeedCurves shows the validation accuracy of each head over the epochs of
// several trainings that differ in the seed only: the median as a line and
// everything between the worst and the best seed as a band. A training that
// stopped early counts as long as it lasted. It panics without trainings.
func SeedCurves(title string, seeds [][]run.Epoch) *Figure {
	if len(seeds) == 0 || len(seeds[0]) == 0 {
		panic("plots: learning curves without trainings")
	}
	p := newPlot("", "epoch", "validation accuracy")
	p.Add(horizontalGrid())
	p.Y.Min, p.Y.Max = 0, 1
	p.X.Tick.Marker = wholeTicks{}
	var k key
	for i, h := range seeds[0][0].Heads {
		b := bandOf(seeds, i)
		b.color = cycle[i%len(cycle)]
		p.Add(b)
		k.entries = append(k.entries, keyEntry{taskName(h.Task) + ", median", line(1.8, b.color)})
		if n := len(b.median); n > 0 {
			p.X.Min, p.X.Max = 1, max(p.X.Max, b.median[n-1].X)
		}
	}
	head := newHeading(Width-2*margin, title, fmt.Sprintf("band: all %d seeds, the same split", len(seeds)))
	return &Figure{Width: Width, Height: 9.5 * vg.Centimeter, paint: func(c draw.Canvas) {
		c = k.draw(head.draw(inset(c)))
		panel := plot.Align([][]*plot.Plot{{p}}, draw.Tiles{Rows: 1, Cols: 1}, c)
		p.Draw(panel[0][0])
	}}
}

// band is the spread of seeds over epochs.
type band struct {
	low, median, high plotter.XYs
	color             color.RGBA
}

func bandOf(seeds [][]run.Epoch, head int) band {
	var b band
	for e := 0; ; e++ {
		var values []float64
		for _, s := range seeds {
			if e < len(s) && !math.IsNaN(s[e].Heads[head].ValAccuracy) {
				values = append(values, s[e].Heads[head].ValAccuracy)
			}
		}
		if len(values) == 0 {
			return b
		}
		slices.Sort(values)
		x, n := float64(e+1), len(values)
		b.low = append(b.low, plotter.XY{X: x, Y: values[0]})
		b.median = append(b.median, plotter.XY{X: x, Y: (values[(n-1)/2] + values[n/2]) / 2})
		b.high = append(b.high, plotter.XY{X: x, Y: values[n-1]})
	}
}

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := func(v plotter.XY) vg.Point { return vg.Point{X: x(v.X), Y: y(v.Y)} }
	var outline, middle []vg.Point
	for _, v := range b.low {
		outline = append(outline, at(v))
	}
	for _, v := range slices.Backward(b.high) {
		outline = append(outline, at(v))
	}
	for _, v := range b.median {
		middle = append(middle, at(v))
	}
	pale := b.color
	pale.R, pale.G, pale.B, pale.A = pale.R/4, pale.G/4, pale.B/4, 64 // premultiplied
	c.FillPolygon(pale, outline)
	c.StrokeLines(line(1.8, b.color), middle)
}
