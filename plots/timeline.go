package plots

import (
	"fmt"
	"image/color"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Packet is one packet of a flow, as PacketTimeline draws it.
type Packet struct {
	Seconds float64 // since the first packet of the flow
	Bytes   int     // its size; what is counted is said by the caller's title
	Forward bool    // in the direction of the first packet
}

// PacketTimeline shows the packets of one flow: time to the right, size
// upwards for those in the direction of the first packet and downwards for
// the answers. With border > 0 a dashed line stands at every multiple of it,
// as at the 3 s that divide a superflow into miniflows. It panics without
// packets.
func PacketTimeline(title string, packets []Packet, border time.Duration) *Figure {
	if len(packets) == 0 {
		panic("plots: a timeline without packets")
	}
	t := timeline{packets: packets}
	var forward, size int
	for _, p := range packets {
		t.end = max(t.end, p.Seconds)
		size = max(size, p.Bytes)
		if p.Forward {
			forward++
		}
	}
	note := fmt.Sprintf("%s packets forward, %s backward", thousands(forward), thousands(len(packets)-forward))
	if border > 0 {
		note += fmt.Sprintf("; a dashed line every %g s", border.Seconds())
		t.border = border.Seconds()
	}
	p := newPlot("", "seconds since the first packet", "bytes of a packet")
	limit := float64(max(size, 1)) * 1.25
	p.Y.Min, p.Y.Max = -limit, limit
	p.X.Min, p.X.Max = 0, max(t.end, 1e-3)
	p.X.Tick.Marker = ticks{unit: t.border}
	p.Y.Tick.Marker = absoluteTicks{}
	p.Add(t)
	head := newHeading(Width-2*margin, title, note)
	return &Figure{Width: Width, Height: 9 * vg.Centimeter, paint: func(c draw.Canvas) { p.Draw(head.draw(inset(c))) }}
}

// timeline is the plotter of the packets.
type timeline struct {
	packets     []Packet
	border, end float64
}

// Plot implements plot.Plotter.
func (t timeline) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	if t.border > 0 {
		for i := 1; float64(i)*t.border < t.end; i++ {
			at := x(float64(i) * t.border)
			c.StrokeLine2(dashed(0.75, color.RGBA{170, 170, 170, 255}), at, c.Min.Y, at, c.Max.Y)
		}
	}
	for _, k := range t.packets {
		v, s := float64(k.Bytes), line(1.2, blue)
		if !k.Forward {
			v, s = -v, line(1.2, vermillion)
		}
		at := x(k.Seconds)
		c.StrokeLine2(s, at, y(0), at, y(v))
		if k.Bytes == 0 { // without payload: a mark on the line
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: s.Color, Radius: 1.5, Shape: draw.CircleGlyph{}}, vg.Point{X: at, Y: y(0)})
		}
	}
	c.StrokeLine2(line(0.75, grey), c.Min.X, y(0), c.Max.X, y(0))
	note(c, blue, c.Max.Y-noteLine/2, "▲ forward")
	note(c, vermillion, c.Min.Y+noteLine/2, "▼ backward")
}

// note writes at the right end, on white, so that no line runs through it.
func note(c draw.Canvas, clr color.Color, mid vg.Length, txt string) {
	s := letters(tickSize, clr)
	fill(c, vg.Rectangle{Min: vg.Point{X: c.Max.X - s.Width(txt) - gap, Y: mid - noteLine/2}, Max: vg.Point{X: c.Max.X, Y: mid + noteLine/2}}, color.White)
	put(c, s, c.Max.X, mid, text.XRight, text.YCenter, txt)
}

// absoluteTicks show a size on both sides of zero without a sign.
type absoluteTicks struct{}

// Ticks implements plot.Ticker.
func (absoluteTicks) Ticks(lo, hi float64) []plot.Tick {
	t := (ticks{}).Ticks(lo, hi)
	for i := range t {
		t[i].Label = number(math.Abs(t[i].Value))
	}
	return t
}
