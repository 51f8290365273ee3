package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LabelDistribution shows how many windows each traffic type has, largest
// first, and of which applications they are (Table 2, section 3.3). types and
// apps name the classes; typeOf and appOf hold the class numbers of every
// window, as (*dataset.Set).Labels returns them.
//
// The bars are linear as long as the largest type has at most 30 times the
// windows of the smallest. Beyond that they would hide the small ones: then
// the axis is logarithmic and a dot marks the count.
//
// It panics when typeOf and appOf differ in length or are empty.
func LabelDistribution(types []string, typeOf []int32, apps []string, appOf []int32) *Figure {
	rows := typeRows(types, apps, joint(len(types), typeOf, len(apps), appOf))
	largest, smallest := rows[0].total, rows[len(rows)-1].total
	log := largest > 30*smallest
	d := &distribution{rows: rows, log: log, largest: largest}
	how := "the parts of a bar are the applications below it"
	if log {
		how = "logarithmic axis, since the types differ too much for bars"
	}
	d.head = newHeading(Width-2*margin, "Windows per traffic type",
		fmt.Sprintf("%s windows, %d types, %d applications", thousands(len(typeOf)), len(rows), used(appOf)), how)
	height := 2*margin + d.head.height() + rowHeight*vg.Length(len(rows)) + 2*noteLine + 2*gap
	return &Figure{Width: Width, Height: height, paint: d.paint}
}

// joint counts windows by type and application.
func joint(types int, typeOf []int32, apps int, appOf []int32) [][]int {
	if len(typeOf) != len(appOf) || len(typeOf) == 0 {
		panic(fmt.Sprintf("plots: labels of %d types and %d applications, want as many and at least one", len(typeOf), len(appOf)))
	}
	count := make([][]int, types)
	for i := range count {
		count[i] = make([]int, apps)
	}
	for i, t := range typeOf {
		count[t][appOf[i]]++
	}
	return count
}

// used counts the distinct numbers.
func used(numbers []int32) int {
	seen := map[int32]bool{}
	for _, n := range numbers {
		seen[n] = true
	}
	return len(seen)
}

// typeRow is a traffic type with its applications, largest first.
type typeRow struct {
	name  string
	total int
	parts []part
}

type part struct {
	app     string
	windows int
}

// typeRows lists the types that have windows, largest first.
func typeRows(types, apps []string, count [][]int) []typeRow {
	var rows []typeRow
	for t, name := range types {
		row := typeRow{name: name}
		for a, n := range count[t] {
			if n > 0 {
				row.parts = append(row.parts, part{apps[a], n})
				row.total += n
			}
		}
		if row.total > 0 {
			slices.SortStableFunc(row.parts, func(a, b part) int { return b.windows - a.windows })
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b typeRow) int { return b.total - a.total })
	return rows
}

// rowHeight is the height of one bar with its space.
const rowHeight = vg.Length(38)

// distribution draws the rows.
type distribution struct {
	head    heading
	rows    []typeRow
	log     bool
	largest int
}

func (d *distribution) paint(c draw.Canvas) {
	c = d.head.draw(inset(c))
	var names, totals []string
	for _, r := range d.rows {
		names = append(names, r.name)
		totals = append(totals, thousands(r.total))
	}
	name := letters(labelSize, ink)
	area := draw.Crop(c, widest(name, names)+gap, -widest(letters(labelSize, ink), totals)-2*gap, 2*noteLine+2*gap, 0)
	x := d.scale(area)
	d.axis(area, x)
	for i, r := range d.rows {
		mid := area.Max.Y - rowHeight*(vg.Length(i)+0.5)
		put(c, name, area.Min.X-gap, mid+6, text.XRight, text.YCenter, r.name)
		if d.log {
			d.dot(area, r, mid, x(float64(r.total)))
		} else {
			d.bar(area, r, mid, x)
		}
		put(c, bold(labelSize, ink), x(float64(r.total))+2*gap, mid+6, text.XLeft, text.YCenter, totals[i])
	}
}

// scale maps windows to a place on the axis.
func (d *distribution) scale(area draw.Canvas) func(float64) vg.Length {
	w := area.Max.X - area.Min.X
	if d.log {
		top := math.Log10(float64(d.largest))
		return func(v float64) vg.Length { return area.Min.X + w*vg.Length(math.Log10(max(v, 1))/top) }
	}
	return func(v float64) vg.Length { return area.Min.X + w*vg.Length(v/float64(d.largest)) }
}

// axis draws lines at round numbers, with labels below.
func (d *distribution) axis(area draw.Canvas, x func(float64) vg.Length) {
	var at []float64
	if d.log {
		for v := 1.0; v <= float64(d.largest); v *= 10 {
			at = append(at, v)
		}
	} else {
		for _, t := range (ticks{}).Ticks(0, float64(d.largest)) {
			at = append(at, t.Value)
		}
	}
	for _, v := range at {
		area.StrokeLine2(line(0.5, faint), x(v), area.Min.Y, x(v), area.Max.Y)
		put(area, letters(tickSize, ink), x(v), area.Min.Y-gap, text.XCenter, text.YTop, number(v))
	}
	put(area, letters(labelSize, ink), area.Center().X, area.Min.Y-noteLine-2*gap, text.XCenter, text.YTop, "windows")
}

// dot marks a count on a logarithmic axis, with the applications under it.
func (d *distribution) dot(area draw.Canvas, r typeRow, mid, x vg.Length) {
	area.StrokeLine2(line(2, sky), area.Min.X, mid+6, x, mid+6)
	area.DrawGlyphNoClip(draw.GlyphStyle{Color: blue, Radius: 4, Shape: draw.CircleGlyph{}}, vg.Point{X: x, Y: mid + 6})
	d.names(area, r, mid)
}

// bar draws the applications of a type one after the other, in two shades by turns.
func (d *distribution) bar(area draw.Canvas, r typeRow, mid vg.Length, x func(float64) vg.Length) {
	sum := 0
	for i, p := range r.parts {
		b := vg.Rectangle{Min: vg.Point{X: x(float64(sum)), Y: mid}, Max: vg.Point{X: x(float64(sum + p.windows)), Y: mid + 13}}
		fill(area, b, []color.RGBA{blue, sky}[i%2])
		frame(area, b, line(0.75, color.White))
		sum += p.windows
	}
	d.names(area, r, mid)
}

// names lists the applications with their windows, as many as have room.
func (d *distribution) names(area draw.Canvas, r typeRow, mid vg.Length) {
	s := letters(9, grey)
	txt := ""
	for i, p := range r.parts {
		next := p.app + " " + thousands(p.windows)
		if i > 0 {
			next = txt + ", " + next
		}
		room := next
		if left := len(r.parts) - i - 1; left > 0 {
			room += fmt.Sprintf(" and %d more", left) // or the last words would not fit
		}
		if s.Width(room) > area.Max.X-area.Min.X+8*gap {
			txt += fmt.Sprintf(" and %d more", len(r.parts)-i)
			break
		}
		txt = next
	}
	put(area, s, area.Min.X+1, mid-2, text.XLeft, text.YTop, txt)
}
