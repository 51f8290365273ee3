package plots

import (
	"fmt"
	"image/color"
	"math"

	"flowbook/modellib/run"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TrainingCurves shows loss (above) and accuracy (below) of each head over the
// epochs, on the training part as a solid and on the validation part as a
// dashed line. best, from 1, is the epoch whose weights were kept; 0 marks
// none. Values that are not finite, as those of a run without validation
// part, leave a gap. It panics without epochs.
func TrainingCurves(history []run.Epoch, best int) *Figure {
	if len(history) == 0 {
		panic("plots: training curves without epochs")
	}
	loss := curves("", "loss in nats", history, best,
		func(h run.HeadEpoch) float64 { return h.Loss }, func(h run.HeadEpoch) float64 { return h.ValLoss })
	accuracy := curves("epoch", "accuracy", history, best,
		func(h run.HeadEpoch) float64 { return h.Accuracy }, func(h run.HeadEpoch) float64 { return h.ValAccuracy })
	loss.Y.Min = min(loss.Y.Min, 0)
	accuracy.Y.Min, accuracy.Y.Max = 0, 1
	key := curveKey(history, best)
	head := newHeading(Width-2*margin, "Training")
	return &Figure{Width: Width, Height: 15 * vg.Centimeter, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		c = key.draw(c)
		panels := [][]*plot.Plot{{loss}, {accuracy}}
		canvases := plot.Align(panels, draw.Tiles{Rows: 2, Cols: 1, PadY: vg.Points(8)}, c)
		loss.Draw(canvases[0][0])
		accuracy.Draw(canvases[1][0])
	}}
}

// curves is one panel: two lines a head.
func curves(x, y string, history []run.Epoch, best int, train, validation func(run.HeadEpoch) float64) *plot.Plot {
	p := newPlot("", x, y)
	p.Add(horizontalGrid())
	for i := range history[0].Heads {
		c := cycle[i%len(cycle)]
		addCurve(p, history, i, train, line(1.8, c))
		addCurve(p, history, i, validation, dashed(1.8, c))
	}
	if n := float64(history[len(history)-1].Epoch); n > 1 {
		p.X.Min, p.X.Max = 1, n
	}
	p.X.Tick.Marker = wholeTicks{}
	if best > 0 {
		p.Add(vertical{x: float64(best), style: line(1, grey)})
	}
	return p
}

// addCurve adds the runs of finite values as lines. A run of one epoch is a
// point, which a line cannot show.
func addCurve(p *plot.Plot, history []run.Epoch, head int, value func(run.HeadEpoch) float64, style draw.LineStyle) {
	var part plotter.XYs
	flush := func() {
		if len(part) == 1 {
			p.Add(&plotter.Scatter{XYs: part, GlyphStyle: draw.GlyphStyle{Color: style.Color, Radius: 3, Shape: draw.CircleGlyph{}}})
		} else if len(part) > 1 {
			p.Add(&plotter.Line{XYs: part, LineStyle: style})
		}
		part = nil
	}
	for _, e := range history {
		v := value(e.Heads[head])
		if math.IsNaN(v) || math.IsInf(v, 0) {
			flush()
			continue
		}
		part = append(part, plotter.XY{X: float64(e.Epoch), Y: v})
	}
	flush()
}

// horizontalGrid draws faint lines at the ticks of the vertical axis.
func horizontalGrid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Horizontal = line(0.5, faint)
	g.Vertical = draw.LineStyle{}
	return g
}

// vertical is a line across the whole height of a plot.
type vertical struct {
	x     float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (v vertical) Plot(c draw.Canvas, p *plot.Plot) {
	if v.x < p.X.Min || v.x > p.X.Max {
		return
	}
	x, _ := p.Transforms(&c)
	c.StrokeLine2(v.style, x(v.x), c.Min.Y, x(v.x), c.Max.Y)
}

// wholeTicks are ticks at whole numbers only, the first one included.
type wholeTicks struct{}

// Ticks implements plot.Ticker.
func (wholeTicks) Ticks(lo, hi float64) []plot.Tick {
	step := max(1, nice((hi-lo)/8))
	t := []plot.Tick{{Value: math.Ceil(lo), Label: number(math.Ceil(lo))}}
	for v := (math.Floor(lo/step) + 1) * step; v <= hi; v += step {
		if v-lo >= step/2 {
			t = append(t, plot.Tick{Value: v, Label: number(v)})
		}
	}
	return t
}

// key is a line of samples with names, broken where the width ends.
type key struct {
	entries []keyEntry
}

type keyEntry struct {
	name  string
	style draw.LineStyle
}

// curveKey names the lines that the figure has.
func curveKey(history []run.Epoch, best int) key {
	var k key
	for i, h := range history[0].Heads {
		c := cycle[i%len(cycle)]
		k.entries = append(k.entries, keyEntry{taskName(h.Task) + ", train", line(1.8, c)})
		for _, e := range history {
			if !math.IsNaN(e.Heads[i].ValLoss) {
				k.entries = append(k.entries, keyEntry{taskName(h.Task) + ", validation", dashed(1.8, c)})
				break
			}
		}
	}
	if best > 0 {
		k.entries = append(k.entries, keyEntry{fmt.Sprintf("weights kept: epoch %d", best), line(1, grey)})
	}
	return k
}

// taskName is the name of a head in a figure.
func taskName(task string) string {
	switch task {
	case "type":
		return "traffic type"
	case "app":
		return "application"
	}
	return task
}

// sample is the length of a line in a key.
const sample = vg.Length(20)

// draw writes the key at the top in two columns and returns the canvas below.
func (k key) draw(c draw.Canvas) draw.Canvas {
	half := (c.Max.X - c.Min.X) / 2
	for i, e := range k.entries {
		x := c.Min.X + 3*gap + half*vg.Length(i%2)
		y := c.Max.Y - noteLine*(vg.Length(i/2)+0.5)
		c.StrokeLine2(e.style, x, y, x+sample, y)
		put(c, letters(tickSize, color.Color(ink)), x+sample+gap, y, text.XLeft, text.YCenter, e.name)
	}
	return draw.Crop(c, 0, 0, 0, -noteLine*vg.Length((len(k.entries)+1)/2)-3*gap)
}
