package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The colours of M. Okabe and K. Ito, "Color Universal Design" (2008), and the
// greys of text and lines.
var (
	blue       = color.RGBA{0, 114, 178, 255}
	vermillion = color.RGBA{213, 94, 0, 255}
	green      = color.RGBA{0, 158, 115, 255}
	purple     = color.RGBA{204, 121, 167, 255}
	orange     = color.RGBA{230, 159, 0, 255}
	sky        = color.RGBA{86, 180, 233, 255}

	ink   = color.RGBA{32, 32, 32, 255}
	grey  = color.RGBA{110, 110, 110, 255}
	faint = color.RGBA{222, 222, 222, 255}
	white = color.RGBA{255, 255, 255, 255}
)

// cycle is the order in which series take their colours.
var cycle = []color.RGBA{blue, vermillion, green, purple, orange, sky}

// Sizes of letters.
const (
	titleSize = 12
	labelSize = 10.5
	tickSize  = 10
)

// letters is a text style in the sans-serif that gonum/plot carries along.
func letters(size float64, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)},
		Handler: plot.DefaultTextHandler,
	}
}

// bold is letters in bold.
func bold(size float64, c color.Color) text.Style {
	s := letters(size, c)
	s.Font.Weight = 3 // WeightBold of golang.org/x/image/font; an untyped number saves importing it
	return s
}

// newPlot is an empty plot in the style of the package.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle = bold(titleSize, ink)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = text.XCenter, text.YTop
	p.Title.Padding = vg.Points(6)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Label.TextStyle.Color = letters(labelSize, ink).Font, ink
		a.Tick.Label.Font, a.Tick.Label.Color = letters(tickSize, ink).Font, ink
		a.Color, a.Tick.Color = grey, grey
		a.Label.Padding = vg.Points(3)
		a.Tick.Marker = ticks{}
	}
	p.Legend.TextStyle = letters(tickSize, ink)
	return p
}

// put writes text at a point.
func put(c draw.Canvas, s text.Style, x, y vg.Length, xa text.XAlignment, ya text.YAlignment, txt string) {
	s.XAlign, s.YAlign = xa, ya
	if ya == text.YCenter { // the middle of the line lies below that of the letters
		up := 0.14 * float64(s.Font.Size)
		x, y = x-vg.Length(up*math.Sin(s.Rotation)), y+vg.Length(up*math.Cos(s.Rotation))
	}
	c.FillText(s, vg.Point{X: x, Y: y}, txt)
}

// fill colours a rectangle.
func fill(c draw.Canvas, r vg.Rectangle, clr color.Color) {
	c.FillPolygon(clr, corners(r))
}

// frame draws the outline of a rectangle.
func frame(c draw.Canvas, r vg.Rectangle, s draw.LineStyle) {
	p := corners(r)
	c.StrokeLines(s, append(p, p[0]))
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

// line is a solid line style.
func line(width float64, c color.Color) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: vg.Points(width)}
}

// dashed is a dashed line style.
func dashed(width float64, c color.Color) draw.LineStyle {
	s := line(width, c)
	s.Dashes = []vg.Length{vg.Points(3 * width), vg.Points(2 * width)}
	return s
}

// ticks stand at round numbers, four to eight on an axis, every one with a
// label that people read. unit is what round numbers are multiples of; 0 is 1.
type ticks struct{ unit float64 }

// Ticks implements plot.Ticker.
func (t ticks) Ticks(lo, hi float64) []plot.Tick {
	unit := t.unit
	if unit == 0 {
		unit = 1
	}
	step := unit * nice((hi-lo)/unit/6)
	var out []plot.Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+1e-9*step; i++ {
		out = append(out, plot.Tick{Value: i * step, Label: number(i * step)})
	}
	return out
}

// nice is the smallest of 1, 2, 5 times a power of ten that is not below v.
func nice(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// number writes a value for reading.
func number(v float64) string {
	switch a := math.Abs(v); {
	case v == math.Trunc(v) && a < 1e9:
		return thousands(int(v))
	case a >= 1e9 || a < 1e-3:
		return fmt.Sprintf("%.2g", v)
	}
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", v), "0"), ".")
}

// thousands writes a whole number with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// breakLines breaks text between words into lines that are at most width wide.
func breakLines(s text.Style, txt string, width vg.Length) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(txt) {
		next := strings.TrimPrefix(current+" "+word, " ")
		if current != "" && s.Width(next) > width {
			lines = append(lines, current)
			next = word
		}
		current = next
	}
	return append(lines, current)
}

// heading is a title and smaller lines under it, broken to the width of the figure.
type heading struct {
	title, notes []string
}

func newHeading(width vg.Length, title string, notes ...string) heading {
	h := heading{title: breakLines(bold(titleSize, ink), title, width)}
	for _, n := range notes {
		if n != "" {
			h.notes = append(h.notes, breakLines(letters(tickSize, grey), n, width)...)
		}
	}
	return h
}

// Heights of the lines of a heading.
const (
	titleLine = 16 * vg.Length(1)
	noteLine  = 14 * vg.Length(1)
)

func (h heading) height() vg.Length {
	return vg.Length(len(h.title))*titleLine + vg.Length(len(h.notes))*noteLine + 6
}

// draw writes the heading at the top and returns the canvas below it.
func (h heading) draw(c draw.Canvas) draw.Canvas {
	y, mid := c.Max.Y, c.Center().X
	for _, l := range h.title {
		put(c, bold(titleSize, ink), mid, y, text.XCenter, text.YTop, l)
		y -= titleLine
	}
	for _, l := range h.notes {
		put(c, letters(tickSize, grey), mid, y, text.XCenter, text.YTop, l)
		y -= noteLine
	}
	return draw.Crop(c, 0, 0, 0, -h.height())
}
