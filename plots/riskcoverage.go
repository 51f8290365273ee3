package plots

import (
	"fmt"

	"flowbook/modellib/evaluate"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Risks is one curve of RiskCoverage.
type Risks struct {
	Name   string
	Points []evaluate.RiskPoint
}

// fewAnswers are too few for a share of wrong ones to mean anything.
const fewAnswers = 20

// RiskCoverage shows how the share of wrong answers falls when only the most
// confident windows are answered: from the right, where all are, to the left.
// The first 20 answers are not drawn. A flat curve belongs to a model whose confidence says nothing. note says
// where the windows come from. It panics without curves or with an empty one.
func RiskCoverage(title, note string, curves ...Risks) *Figure {
	p := newPlot("", "coverage: share of windows that get an answer", "risk: share of answers that are wrong")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 0
	p.Add(horizontalGrid())
	var k key
	for i, r := range curves {
		if len(r.Points) == 0 {
			panic(fmt.Sprintf("plots: risk and coverage of %q has no points", r.Name))
		}
		style := line(1.8, cycle[i%len(cycle)])
		var points plotter.XYs
		for _, v := range r.Points {
			if v.Answers < fewAnswers && v.Coverage < 1 {
				continue
			}
			points = append(points, plotter.XY{X: v.Coverage, Y: v.Risk})
			p.Y.Max = max(p.Y.Max, v.Risk)
		}
		p.Add(&plotter.Line{XYs: points, LineStyle: style})
		k.entries = append(k.entries, keyEntry{fmt.Sprintf("%s, mean risk %.3f", r.Name, evaluate.RiskArea(r.Points)), style})
	}
	if len(curves) == 0 {
		panic("plots: risk and coverage without curves")
	}
	p.Y.Max = max(p.Y.Max*1.05, 0.01)
	head := newHeading(Width-2*margin, title, note)
	return &Figure{Width: Width, Height: 10 * vg.Centimeter, paint: func(c draw.Canvas) {
		c = k.draw(head.draw(inset(c)))
		panel := plot.Align([][]*plot.Plot{{p}}, draw.Tiles{Rows: 1, Cols: 1}, c)
		p.Draw(panel[0][0])
	}}
}
