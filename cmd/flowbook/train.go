package main

import (
	"fmt"
	"strings"

	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/models"

	"github.com/spf13/cobra"
)

// trainFlags are the flags of flowbook train; zero values take the preset's.
type trainFlags struct {
	data, model, tasks, layout, preset, backend, out string
	epochs, batch, patience                          int
	rate                                             float64
	seed                                             int64
	split                                            splitFlags
}

func (a *app) train() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train --data DIR --model NAME --out RUN",
		Short: "Train a network on a data set and predict its test part",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.runTrain(c, f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.data, "data", "", "directory of the data set (required)")
	fl.StringVar(&f.model, "model", "", "one of "+strings.Join(models.Names(), ", ")+" (required)")
	fl.StringVar(&f.tasks, "task", "type,app", "heads: type, app or type,app")
	fl.StringVar(&f.layout, "layout", "", "time (steps × features) or aspub (as published: features × steps)")
	fl.StringVar(&f.preset, "preset", "recommended", "published or recommended")
	fl.IntVar(&f.epochs, "epochs", 0, "epochs (default: the preset's)")
	fl.IntVar(&f.batch, "batch", 0, "windows a step (default: the preset's)")
	fl.Float64Var(&f.rate, "learning-rate", 0, "learning rate (default: the preset's)")
	fl.IntVar(&f.patience, "patience", 0, "stop after so many epochs without a better validation loss (default: the preset's)")
	fl.Int64Var(&f.seed, "seed", 42, "seed of weights and shuffling")
	fl.StringVar(&f.backend, "backend", "auto", "auto (the best of the others that works here), xla:cuda, xla:cpu, go, or xla:PATH of a PJRT plugin")
	fl.StringVarP(&f.out, "out", "o", "", "directory of the run (required)")
	f.split.bind(c)
	fl.Lookup("split").DefValue = "the preset's"
	required(c, "data", "model", "out")
	return c
}

func (f trainFlags) recipe(c *cobra.Command) (modellib.Recipe, error) {
	tasks := strings.Split(f.tasks, ",")
	r := modellib.Defaults(f.model, tasks)
	if f.preset == "published" {
		r = modellib.Published(f.model, tasks)
	} else if f.preset != "recommended" {
		return r, usageError("--preset is %q: known are published and recommended", f.preset)
	}
	set := c.Flags().Changed
	if set("layout") {
		r.Layout = f.layout
	}
	if set("epochs") {
		r.Epochs = f.epochs
	}
	if set("batch") {
		r.Batch = f.batch
	}
	if set("learning-rate") {
		r.LearningRate = f.rate
	}
	if set("patience") {
		r.Patience = f.patience
	}
	r.Seed, r.Backend = f.seed, f.backend
	given, err := f.split.spec()
	if err != nil {
		return r, err
	}
	if set("split") {
		r.Split = given
	}
	r.Split.Seed, r.Split.Repeat = given.Seed, given.Repeat
	r.Split.Inner, r.Split.InnerOf = given.Inner, given.InnerOf
	if err := r.Check(); err != nil {
		return r, usageError("%v", err)
	}
	return r, nil
}

func (a *app) runTrain(c *cobra.Command, f trainFlags) error {
	r, err := f.recipe(c)
	if err != nil {
		return err
	}
	set, err := dataset.Open(f.data)
	if err != nil {
		return err
	}
	progress, done := a.epochs(r.Epochs)
	trained, err := modellib.TrainContext(c.Context(), set, r, f.out, progress)
	done()
	if err != nil {
		return err
	}
	a.say("backend: %s", trained.Manifest.Backend.Why)
	report, err := evaluate.Run(trained)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, report)
	return nil
}
