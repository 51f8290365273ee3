package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"flowbook/modellib/run"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Trials shows a search as parallel coordinates: an axis a hyperparameter, one
// below the other, and the validation score as the last; a line a trial.
// Pruned trials are grey, finished ones blue, the best one is thick and its
// values are written out. Trials without a score are left out and counted
// under the title. It panics for a search without any score.
func Trials(s *run.Search) *Figure {
	best := s.Best()
	if best == nil {
		panic("plots: a search without a trial that has a score")
	}
	t := &trials{search: s, ranked: s.Ranked(), best: *best}
	for _, d := range s.Space {
		t.axes = append(t.axes, newTrialAxis(d, t.ranked))
	}
	t.axes = append(t.axes, scoreAxis(s, t.ranked))
	pruned := 0
	for _, trial := range t.ranked {
		if trial.State == "pruned" {
			pruned++
		}
	}
	note := fmt.Sprintf("%d trials: %d finished, %d pruned, %d failed", len(s.Trials), len(t.ranked)-pruned, pruned, len(s.Trials)-len(t.ranked))
	t.head = newHeading(Width-2*margin, "Trials of the search", note,
		fmt.Sprintf("grey: pruned; blue: trained to the end; red: the best, trial %d", best.Number))
	height := 2*margin + t.head.height() + trialRow*vg.Length(len(t.axes))
	return &Figure{Width: Width, Height: height, paint: t.paint}
}

// trialRow is the height of an axis with its space.
const trialRow = vg.Length(40)

type trials struct {
	search *run.Search
	ranked []run.Trial
	best   run.Trial
	head   heading
	axes   []trialAxis
}

// trialAxis is one axis: where a trial lies on it, from 0 to 1, and in words.
type trialAxis struct {
	name  string
	marks []trialMark
	at    func(run.Trial) float64
	text  func(run.Trial) string
}

type trialMark struct {
	at   float64
	text string
}

// newTrialAxis is the axis of a hyperparameter. The first trial, the recipe as
// it is, may lie outside the range that was searched: the axis holds it too.
func newTrialAxis(d run.Dimension, ranked []run.Trial) trialAxis {
	if d.Kind == "choice" {
		return choiceAxis(d, ranked)
	}
	value := func(t run.Trial) float64 { v, _ := t.Settings[d.Name].(float64); return v }
	lo, hi := d.Min, d.Max
	for _, t := range ranked {
		lo, hi = min(lo, value(t)), max(hi, value(t))
	}
	return numberAxis(d.Name, lo, hi, strings.HasSuffix(d.Kind, "log") && lo > 0, value)
}

// numberAxis is an axis from lo to hi, with a logarithm if asked for.
func numberAxis(name string, lo, hi float64, log bool, value func(run.Trial) float64) trialAxis {
	scale := func(v float64) float64 { return v }
	if log {
		scale = math.Log
	}
	at := func(v float64) float64 {
		if hi == lo {
			return 0.5
		}
		return (scale(v) - scale(lo)) / (scale(hi) - scale(lo))
	}
	a := trialAxis{name: name, at: func(t run.Trial) float64 { return at(value(t)) },
		text: func(t run.Trial) string { return number(value(t)) }}
	a.marks = []trialMark{{at(lo), number(lo)}}
	if hi > lo {
		a.marks = append(a.marks, trialMark{at(hi), number(hi)})
	}
	return a
}

// choiceAxis has a place for every word that was drawn or set.
func choiceAxis(d run.Dimension, ranked []run.Trial) trialAxis {
	words := slices.Clone(d.Choices)
	word := func(t run.Trial) string {
		if w := fmt.Sprint(t.Settings[d.Name]); w != "" {
			return w
		}
		return "usual"
	}
	for _, t := range ranked {
		if !slices.Contains(words, word(t)) {
			words = append(words, word(t))
		}
	}
	at := func(w string) float64 {
		return (float64(slices.Index(words, w)) + 0.5) / float64(len(words))
	}
	a := trialAxis{name: d.Name, at: func(t run.Trial) float64 { return at(word(t)) }, text: func(run.Trial) string { return "" }}
	for _, w := range words {
		a.marks = append(a.marks, trialMark{at(w), w})
	}
	return a
}

// scoreAxis is the last axis; the better end is on the left.
func scoreAxis(s *run.Search, ranked []run.Trial) trialAxis {
	value := func(t run.Trial) float64 { v, _ := s.Score(t); return v }
	lo, hi := value(ranked[0]), value(ranked[0])
	for _, t := range ranked {
		lo, hi = min(lo, value(t)), max(hi, value(t))
	}
	if s.Watch == "val_macro_f1" { // scores are negative there: better is lower
		a := numberAxis("validation macro F1", lo, hi, false, value)
		for i, v := range []float64{lo, hi}[:len(a.marks)] {
			a.marks[i].text = fmt.Sprintf("%.3f", -v)
		}
		a.text = func(t run.Trial) string { return fmt.Sprintf("%.3f", -value(t)) }
		return a
	}
	return numberAxis("validation loss", lo, hi, lo > 0 && hi > 4*lo, value)
}

func (t *trials) paint(c draw.Canvas) {
	c = t.head.draw(inset(c))
	name := letters(labelSize, ink)
	var names []string
	for _, a := range t.axes {
		names = append(names, a.name)
	}
	area := draw.Crop(c, widest(name, names)+4*gap, -5*gap, 0, 0)
	point := func(axis int, trial run.Trial) vg.Point {
		jitter := vg.Length(trial.Number%7-3) * 0.6
		x := area.Min.X + (area.Max.X-area.Min.X)*vg.Length(t.axes[axis].at(trial)) + jitter
		return vg.Point{X: x, Y: area.Max.Y - trialRow*(vg.Length(axis)+0.5)}
	}
	stroke := func(trial run.Trial, style draw.LineStyle) {
		var points []vg.Point
		for i := range t.axes {
			points = append(points, point(i, trial))
		}
		area.StrokeLines(style, points)
	}
	for i := range t.ranked {
		trial := t.ranked[len(t.ranked)-1-i] // the better ones on top
		style := line(0.7, color.RGBA{190, 190, 190, 255})
		if trial.State != "pruned" {
			style = line(1.2, blue)
		}
		stroke(trial, style)
	}
	stroke(t.best, line(2.4, vermillion))
	for i, a := range t.axes {
		y := point(i, t.best).Y
		put(c, name, area.Min.X-3*gap, y, text.XRight, text.YCenter, a.name)
		area.StrokeLine2(line(0.9, grey), area.Min.X, y, area.Max.X, y)
		for _, m := range a.marks {
			x := area.Min.X + (area.Max.X-area.Min.X)*vg.Length(m.at)
			area.StrokeLine2(line(0.9, grey), x, y-2, x, y+2)
			halo(c, letters(tickSize, ink), x, y-gap, text.YTop, m.text)
		}
		halo(c, bold(tickSize, vermillion), point(i, t.best).X, y+gap, text.YBottom, a.text(t.best))
	}
}

// halo writes text in the middle of x on white, so that lines behind it do not
// cross the letters.
func halo(c draw.Canvas, s text.Style, x, y vg.Length, ya text.YAlignment, txt string) {
	if txt == "" {
		return
	}
	w, h := s.Width(txt)/2+1, vg.Length(s.Font.Size)
	low := y
	if ya == text.YTop {
		low = y - h
	}
	fill(c, vg.Rectangle{Min: vg.Point{X: x - w, Y: low}, Max: vg.Point{X: x + w, Y: low + h}}, color.White)
	put(c, s, x, y, text.XCenter, ya, txt)
}
