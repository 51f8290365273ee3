package plots

import (
	"fmt"
	"image/color"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ScoreBars shows macro F1 and accuracy of the network and its baselines on
// one head, with the 95 % interval as a whisker where there is one. Split,
// windows and groups stand under the title, or the reason why there is no
// interval.
func ScoreBars(split string, h *evaluate.Head) *Figure {
	note := fmt.Sprintf("%s windows from %s", thousands(h.Windows), h.Origin())
	how := "whiskers: 95 % bootstrap interval over groups"
	if h.NoInterval != "" {
		how = h.NoInterval
	}
	s := &scoreBars{
		head:   newHeading(Width-2*margin, "Scores: "+taskName(h.Task), split, note, how),
		scores: append([]evaluate.Score{h.Network}, h.Baselines...),
	}
	height := 2*margin + s.head.height() + groupHeight*vg.Length(len(s.scores)) + 3*noteLine + 2*gap
	return &Figure{Width: Width, Height: height, paint: s.paint}
}

// groupHeight is the height of the two bars of a model with their space.
const groupHeight = vg.Length(44)

type scoreBars struct {
	head   heading
	scores []evaluate.Score
}

func (s *scoreBars) paint(c draw.Canvas) {
	c = s.head.draw(inset(c))
	var names []string
	for _, m := range s.scores {
		names = append(names, m.Model)
	}
	name := letters(labelSize, ink)
	area := draw.Crop(c, widest(name, names)+2*gap, -widest(bold(tickSize, ink), []string{"0.000"})-2*gap, 3*noteLine, 0)
	x := func(v float64) vg.Length { return area.Min.X + (area.Max.X-area.Min.X)*vg.Length(v) }
	for i := range 5 {
		v := float64(i) / 4
		area.StrokeLine2(line(0.5, faint), x(v), area.Min.Y, x(v), area.Max.Y)
		put(c, letters(tickSize, ink), x(v), area.Min.Y-gap, text.XCenter, text.YTop, fmt.Sprintf("%.2f", v))
	}
	for i, m := range s.scores {
		mid := area.Max.Y - groupHeight*(vg.Length(i)+0.5)
		put(c, name, area.Min.X-gap, mid, text.XRight, text.YCenter, m.Model)
		scoreBar(c, mid+8, x, m.MacroF1, m.MacroF1CI, blue)
		scoreBar(c, mid-8, x, m.Accuracy, m.AccuracyCI, sky)
	}
	area.StrokeLine2(line(0.75, grey), area.Min.X, area.Min.Y, area.Min.X, area.Max.Y)
	s.key(c, area)
}

// key names the two colours below the axis.
func (s *scoreBars) key(c, area draw.Canvas) {
	at := area.Min.X
	for _, k := range []struct {
		name  string
		color color.Color
	}{{"macro F1", blue}, {"accuracy", sky}} {
		y := c.Min.Y + noteLine/2
		fill(c, vg.Rectangle{Min: vg.Point{X: at, Y: y - 5}, Max: vg.Point{X: at + 14, Y: y + 5}}, k.color)
		put(c, letters(tickSize, ink), at+14+gap, y, text.XLeft, text.YCenter, k.name)
		at += 14 + 5*gap + letters(tickSize, ink).Width(k.name)
	}
}

// scoreBar draws one bar with its value and whisker.
func scoreBar(c draw.Canvas, mid vg.Length, x func(float64) vg.Length, v float64, i *evaluate.Interval, clr color.Color) {
	fill(c, vg.Rectangle{Min: vg.Point{X: x(0), Y: mid - 7}, Max: vg.Point{X: x(v), Y: mid + 7}}, clr)
	end := x(v)
	if i != nil {
		s := line(1.2, ink)
		c.StrokeLine2(s, x(i.Low), mid, x(i.High), mid)
		c.StrokeLine2(s, x(i.Low), mid-3, x(i.Low), mid+3)
		c.StrokeLine2(s, x(i.High), mid-3, x(i.High), mid+3)
		end = max(end, x(i.High))
	}
	put(c, bold(tickSize, ink), end+gap, mid, text.XLeft, text.YCenter, fmt.Sprintf("%.3f", v))
}
