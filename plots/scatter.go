package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Group is the points of one class in a Scatter.
type Group struct {
	Name string
	X, Y []float64
}

// marks tell groups apart where colours cannot, as in grey print.
var marks = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.TriangleGlyph{}, draw.SquareGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{}, draw.PyramidGlyph{}}

// Scatter shows things with two measurements each, a colour and a mark a group;
// logarithmic axes, as sizes and rates of traffic want them, when log is set
// (then every coordinate must be above 0). It panics without points, with more
// groups than there are marks, and when X and Y differ in length.
func Scatter(title, x, y string, log bool, groups ...Group) *Figure {
	if len(groups) > len(marks) {
		panic(fmt.Sprintf("plots: %d groups in a scatter, at most %d", len(groups), len(marks)))
	}
	p := newPlot(title, x, y)
	if log {
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.X.Tick.Marker, p.Y.Tick.Marker = decades{}, decades{}
	}
	n := 0
	for i, g := range groups {
		if len(g.X) != len(g.Y) {
			panic(fmt.Sprintf("plots: group %s has %d x and %d y", g.Name, len(g.X), len(g.Y)))
		}
		s := points{g, draw.GlyphStyle{Color: cycle[i], Radius: vg.Points(3.2), Shape: marks[i]}}
		p.Add(s)
		p.Legend.Add(g.Name, s)
		n += len(g.X)
	}
	if n == 0 {
		panic("plots: a scatter without points")
	}
	spread(&p.X, log, 0.06)
	spread(&p.Y, log, 0.06)
	room(&p.Y, log, 0.06*float64(len(groups))) // for the legend
	p.Legend.Top, p.Legend.Padding = true, vg.Points(2)
	p.Legend.XOffs, p.Legend.ThumbnailWidth = -vg.Points(4), vg.Points(12)
	return fromPlot(p, Width, 9*vg.Centimeter)
}

// spread leaves a share of the axis free at both ends.
func spread(a *plot.Axis, log bool, share float64) {
	lo := a.Min
	room(a, log, share)
	if log {
		a.Min = lo / math.Pow(a.Max/lo, share)
	} else {
		a.Min = lo - (a.Max-lo)*share
	}
}

// room leaves a share of the axis free at its upper end.
func room(a *plot.Axis, log bool, share float64) {
	if log {
		a.Max *= math.Pow(max(a.Max/a.Min, 1.1), share)
	} else {
		a.Max += max(a.Max-a.Min, 1e-9) * share
	}
}

// points is the plotter of a group.
type points struct {
	group Group
	style draw.GlyphStyle
}

// Plot implements plot.Plotter.
func (s points) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i := range s.group.X {
		c.DrawGlyph(s.style, vg.Point{X: x(s.group.X[i]), Y: y(s.group.Y[i])})
	}
}

// DataRange implements plot.DataRanger.
func (s points) DataRange() (x0, x1, y0, y1 float64) {
	x0, x1 = bounds(s.group.X)
	y0, y1 = bounds(s.group.Y)
	return x0, x1, y0, y1
}

// Thumbnail implements plot.Thumbnailer.
func (s points) Thumbnail(c *draw.Canvas) { c.DrawGlyph(s.style, c.Center()) }

func bounds(v []float64) (lo, hi float64) {
	if len(v) == 0 {
		return 1, 1
	}
	lo, hi = v[0], v[0]
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

// decades are the ticks of a logarithmic axis: powers of ten have their number,
// what lies between a mark only.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for _, t := range (plot.LogTicks{Prec: -1}).Ticks(lo, hi) {
		if t.Label != "" {
			t.Label = number(t.Value)
		}
		out = append(out, t)
	}
	return out
}
