package main

import (
	"fmt"
	"path/filepath"

	"flowbook/modellib/paper"
	"flowbook/modellib/paper/experiment"
	"flowbook/plots"

	"github.com/spf13/cobra"
)

func (a *app) paper() *cobra.Command {
	var o experiment.Options
	var check bool
	c := &cobra.Command{
		Use:   "paper --out DIR",
		Short: "Make every table of the paper, published and fair side by side",
		Long: `Train the paper's four models and what they must beat under three presets
(published, figures, recommended), and write Tables 1 to 9, Figures 1 to 3, the
answers to RQ1 and RQ2 and the limits to DIR/report.html and DIR/report.md,
beside the predictions that every number is computed from.

Without --data it runs on the embedded course set. --data takes captures
(labelled as for flowbook dataset), or a data set, whose flows then serve all
presets. The time it takes is said before it starts; a run that was stopped
goes on where it was when the same command is given again. --check only says
whether results of the course set are those that this program would make.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if check {
				return a.checkPaper(o.Out)
			}
			o.Note = func(s string) { a.say("%s", s) }
			r, err := experiment.Run(c.Context(), o)
			if err != nil {
				return err
			}
			if err := r.WriteReport(draw); err != nil {
				return err
			}
			side, err := r.SideBySide()
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, side)
			fmt.Fprintln(a.out, "Report:", filepath.Join(o.Out, paper.HTMLName))
			return nil
		},
	}
	fl := c.Flags()
	fl.StringVar(&o.Data, "data", "", "a data set, or a directory of captures (default: the course set)")
	fl.StringVarP(&o.Out, "out", "o", "", "directory of the results (required)")
	fl.BoolVar(&o.Quick, "quick", false, "one seed, one fold, early stopping")
	fl.StringVar(&o.Backend, "backend", "auto", "auto, xla:cuda, xla:cpu, go, or xla:PATH of a PJRT plugin")
	fl.BoolVar(&check, "check", false, "train nothing; fail when the results in DIR are out of date")
	required(c, "out")
	return c
}

// checkPaper says whether results are those of this program.
func (a *app) checkPaper(dir string) error {
	r, err := paper.Open(dir)
	if err != nil {
		return err
	}
	if err := experiment.Fresh(&r.Manifest); err != nil {
		return fmt.Errorf("%s is out of date: %w", dir, err)
	}
	fmt.Fprintf(a.out, "%s: captures, recipes and models are those of this program\n", dir)
	return nil
}

// draw draws a figure of the report.
func draw(f *paper.Figure) ([]byte, error) {
	switch {
	case f.Network != nil:
		var heads [][]plots.Layer
		for _, h := range f.Network.Heads {
			heads = append(heads, boxes(h))
		}
		return plots.Architecture(f.Title, boxes(f.Network.Trunk), heads...).PNG(), nil
	case f.Matrix != nil:
		return plots.ConfusionMatrix(f.Title, f.Matrix).PNG(), nil
	}
	return nil, fmt.Errorf("figure %s holds nothing that can be drawn", f.Name)
}

func boxes(all []paper.Layer) []plots.Layer {
	var out []plots.Layer
	for _, l := range all {
		out = append(out, plots.Layer{Name: l.Name, Shape: l.Shape, Params: l.Params})
	}
	return out
}
