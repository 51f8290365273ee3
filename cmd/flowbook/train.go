package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"

	"github.com/spf13/cobra"
)

func (a *app) train() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train --data DIR --model NAME --out RUN, or train --like RUN --out RUN",
		Short: "Train a network on a data set and predict its test part",
		Long: `Train a network on the train part of a data set, watch the validation part,
predict the test part, and print the scores beside majority and 1-nearest-neighbour.

^C saves and stops; 'flowbook resume RUN' goes on, and so it does after a crash,
with the same result as if it had never been stopped. With --seeds or --folds
there is a run for each below --out, and the network is compiled once.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.runTrain(c, f)
		},
	}
	f.bind(c)
	return c
}

func (a *app) runTrain(c *cobra.Command, f trainFlags) error {
	r, err := f.recipe(c)
	if err != nil {
		return err
	}
	plan, err := f.plan(r)
	if err != nil {
		return err
	}
	set, err := dataset.Open(f.data)
	if err != nil {
		return err
	}
	if len(plan.Seeds)*plan.Folds > 1 {
		return a.trainPlan(c.Context(), set, plan, f.out)
	}
	begun, err := modellib.Unfinished(f.out)
	if err != nil && !f.restart {
		return err
	}
	if begun && !f.restart {
		return fmt.Errorf("%s holds a training that has not finished: 'flowbook resume %s' goes on with it, --restart begins anew", f.out, f.out)
	}
	watch, done := a.watch(r.Epochs)
	trained, err := modellib.TrainContext(c.Context(), set, r, f.out, watch)
	done()
	return a.trained(trained, f.out, err)
}

// trained prints what a training gave, or how to go on with one that was stopped.
func (a *app) trained(r *run.Run, dir string, err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted; 'flowbook resume %s' goes on", dir)
	}
	if err != nil {
		return err
	}
	a.say("backend: %s", r.Manifest.Backend.Why)
	report, err := evaluate.Run(r)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, report)
	return nil
}

// trainPlan trains a run for every seed and fold.
func (a *app) trainPlan(ctx context.Context, set *dataset.Set, p modellib.Plan, out string) error {
	s, err := modellib.OpenSession(p.Recipe.Backend)
	if err != nil {
		return err
	}
	defer s.Close()
	a.say("backend: %s", s.Choice.Why)
	watch, done := a.watch(p.Recipe.Epochs)
	pooled, err := s.OutOfFold(ctx, set, p, out, watch, func(n, of int, dir string) { a.say("run %d of %d: %s", n, of, dir) })
	done()
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted; the same command goes on")
	}
	if err != nil {
		return err
	}
	for i, seed := range p.Seeds {
		for k, r := range pooled.Runs[i] {
			report, err := evaluate.Run(r)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s\n%v\n", filepath.Join(out, p.Dir(k+1, seed)), report)
		}
	}
	seconds, cpu := pooled.Cost()
	a.say("trained for %.0f s (%.0f s of processor time)", seconds, cpu)
	return nil
}

func (a *app) resume() *cobra.Command {
	var data string
	c := &cobra.Command{
		Use:   "resume RUN",
		Short: "Go on with a training that was stopped, from its newest checkpoint",
		Long: `Go on with a training that ^C, a crash or a power cut stopped. It ends with the
same weights, bit for bit, as one that was never stopped, on the same backend;
on another it says that they are close.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.runResume(c.Context(), args[0], data)
		},
	}
	c.Flags().StringVar(&data, "data", "", "directory of the data set, if it is no longer where it was")
	return c
}

func (a *app) runResume(ctx context.Context, dir, data string) error {
	var set *dataset.Set
	if data != "" {
		var err error
		if set, err = dataset.Open(data); err != nil {
			return err
		}
	}
	watch, done := a.watch(0)
	r, err := modellib.Resume(ctx, dir, set, watch)
	done()
	return a.trained(r, dir, err)
}
