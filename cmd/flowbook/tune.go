package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/run"
	"flowbook/modellib/tune"
	"flowbook/plots"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"
)

// tuneFlags are those of train, which say the recipe that the trials change,
// and those of the search.
type tuneFlags struct {
	trainFlags
	trials, keep, least int
	seed                int64
	space               string
}

func (a *app) tune() *cobra.Command {
	var f tuneFlags
	c := &cobra.Command{
		Use:   "tune --data DIR --model NAME --out DIR",
		Short: "Search for hyperparameters, on the validation part only",
		Long: `Draw settings at random from a space, train them by successive halving (one in
--keep goes on after each rung), and print the trials with what the search cost.
Only the train and the validation part are read. The first trial is the recipe
as the other flags say it. The same command goes on with a search that was
stopped. In --out lie manifest.json, trials.csv and trials.png;
'flowbook train --like DIR --out RUN' trains the best setting and tests it.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.runTune(c, &f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.data, "data", "", "directory of the data set (required)")
	fl.StringVar(&f.given.Model, "model", "", "name of the model (required)")
	fl.StringVarP(&f.out, "out", "o", "", "directory of the search (required)")
	fl.IntVar(&f.trials, "trials", 27, "settings to try")
	fl.IntVar(&f.keep, "keep", 3, "one trial in so many goes on after each rung; 1: plain random search")
	fl.IntVar(&f.least, "least", 0, "epochs of the first rung (default: a ninth of --epochs)")
	fl.Int64Var(&f.seed, "search-seed", 42, "seed of the settings")
	fl.StringVar(&f.space, "space", "", "JSON file with the space (default: the model's; a finished search has it in its manifest)")
	f.bindRecipe(c)
	f.split.bind(c)
	fl.Lookup("split").DefValue = "the preset's"
	required(c, "data", "model", "out")
	return c
}

func (a *app) runTune(c *cobra.Command, f *tuneFlags) error {
	p, err := f.plan(c)
	if err != nil {
		return err
	}
	set, err := dataset.Open(f.data)
	if err != nil {
		return err
	}
	s, err := modellib.OpenSession(p.Recipe.Backend)
	if err != nil {
		return err
	}
	defer s.Close()
	a.say("backend: %s", s.Choice.Why)
	found, err := tune.Run(c.Context(), s, set, p, f.out, tune.Watch{
		Note:  func(text string) { a.say("%s", text) },
		Trial: func(s *run.Search, t run.Trial, rung int) { a.say("%s", trialLine(s, t, rung)) },
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted; the same command goes on")
	}
	if err != nil {
		return err
	}
	if found.Best() == nil {
		return fmt.Errorf("all %d trials failed, the first: %s", len(found.Trials), found.Trials[0].Why)
	}
	if err := writeTrials(f.out, found); err != nil {
		return err
	}
	fmt.Fprint(a.out, found)
	a.say("best: trial %d; 'flowbook train --like %s --out RUN' trains it and tests it", found.Best().Number, f.out)
	return nil
}

// plan is what the flags ask for.
func (f *tuneFlags) plan(c *cobra.Command) (tune.Plan, error) {
	r, err := f.recipe(c)
	if err != nil {
		return tune.Plan{}, err
	}
	p := tune.Plan{Recipe: r, Trials: f.trials, Seed: f.seed, Keep: f.keep, Least: f.least}
	if p.Least == 0 {
		p.Least = max(1, r.Epochs/9)
	}
	if f.space == "" {
		p.Space, err = tune.Space(r.Model)
	} else {
		p.Space, err = readSpace(f.space)
	}
	if err != nil {
		return p, err
	}
	if err := p.Check(); err != nil {
		return p, usageError("%v", err)
	}
	return p, nil
}

// readSpace reads a list of dimensions.
func readSpace(path string) (space []run.Dimension, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("space: %w", err)
	}
	if err := json.Unmarshal(raw, &space); err != nil {
		return nil, fmt.Errorf(`space %s: found no list of dimensions (%w), expected JSON like [{"name":"units","kind":"whole-log","min":12,"max":96}]`, path, err)
	}
	return space, nil
}

func trialLine(s *run.Search, t run.Trial, rung int) string {
	if t.State == "failed" {
		return fmt.Sprintf("trial %d failed: %s", t.Number, t.Why)
	}
	return fmt.Sprintf("rung %d of %d, trial %d: validation loss %.4f at epoch %d of %d, %.1f s", rung, len(s.Rungs), t.Number, t.Loss, t.Best, t.Epochs, t.Seconds)
}

// writeTrials writes table and figure beside the manifest, from which they
// can be made again.
func writeTrials(dir string, s *run.Search) error {
	if err := renameio.WriteFile(filepath.Join(dir, "trials.csv"), s.CSV(), 0o644); err != nil {
		return fmt.Errorf("write trials: %w", err)
	}
	return plots.Trials(s).Save(filepath.Join(dir, "trials.png"))
}
