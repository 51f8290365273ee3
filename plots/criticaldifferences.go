package plots

import (
	"fmt"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// CriticalDifferences shows models on the scale of their mean rank, the best
// at the left, after Demšar (2006). A bar joins models of which no pair
// differs significantly. It panics with fewer than two models.
func CriticalDifferences(title, split string, d *evaluate.Differences) *Figure {
	n := len(d.Models)
	if n < 2 {
		panic("plots: critical differences of fewer than two models")
	}
	head := newHeading(Width-2*margin, title, split,
		fmt.Sprintf("bars join models that do not differ: paired permutation over %d groups, %d seeds, Holm, %.2f", d.Groups, d.Seeds, evaluate.Alpha))
	cliques := d.Cliques(evaluate.Alpha)
	const row, bar = vg.Length(18), vg.Length(9)
	height := 2*margin + head.height() + 2*noteLine + bar*vg.Length(len(cliques)+1) + row*vg.Length((n+1)/2) + 2*gap
	return &Figure{Width: Width, Height: height, paint: func(c draw.Canvas) {
		c = head.draw(inset(c))
		side := c.Min.X + (c.Max.X-c.Min.X)*0.2
		axis := c.Max.Y - 2*noteLine
		x := func(rank float64) vg.Length {
			return side + (c.Max.X-side-(side-c.Min.X))*vg.Length((rank-1)/float64(n-1))
		}
		put(c, letters(tickSize, grey), c.Center().X, c.Max.Y, text.XCenter, text.YTop, "mean rank by accuracy over groups, 1 is best")
		c.StrokeLine2(line(1, ink), x(1), axis, x(float64(n)), axis)
		for r := 1; r <= n; r++ {
			c.StrokeLine2(line(1, ink), x(float64(r)), axis, x(float64(r)), axis+3)
			put(c, letters(tickSize, ink), x(float64(r)), axis+4, text.XCenter, text.YBottom, fmt.Sprint(r))
		}
		for i, k := range cliques {
			y := axis - bar*(vg.Length(i)+0.8)
			c.StrokeLine2(line(3.5, orange), x(d.Rank[k[0]])-3, y, x(d.Rank[k[1]])+3, y)
		}
		for i, name := range d.Models {
			at := x(d.Rank[i])
			level, end, align := i, c.Min.X, text.XLeft
			if i >= (n+1)/2 {
				level, end, align = n-1-i, c.Max.X, text.XRight
			}
			y := axis - bar*vg.Length(len(cliques)+1) - row*(vg.Length(level)+0.5)
			c.StrokeLine2(line(1, blue), at, axis, at, y)
			c.StrokeLine2(line(1, blue), at, y, end, y)
			put(c, letters(tickSize, ink), end, y+2, align, text.YBottom, fmt.Sprintf("%s  %.3f", name, d.Score[i]))
		}
		put(c, letters(tickSize, grey), c.Center().X, c.Min.Y, text.XCenter, text.YBottom, "numbers: macro F1")
	}}
}
