package main

import (
	"encoding/json"
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"

	"github.com/spf13/cobra"
)

// evaluateFlags are the flags of flowbook evaluate.
type evaluateFlags struct {
	data, task, predictions, folds string
	asJSON, controls, proof        bool
}

func (a *app) evaluate() *cobra.Command {
	var f evaluateFlags
	c := &cobra.Command{
		Use:   "evaluate [RUN] [--controls] | --predictions FILE --task NAME --data DIR",
		Short: "Print the scores of a run or of somebody else's predictions, and the reasons to doubt them",
		Long: `Print the scores of a run beside its baselines: per window, and per superflow and
capture where the data set of the run is still there; calibrated on validation.

--controls asks whether to believe such scores. Without a run it tries the
pipeline on control sets with a planted signal, a planted leak and nothing.
With a run, or with --data and --task, it also trains quick models on labels
without meaning, single features, contaminating columns, shuffled steps and
unseen applications of that data set. The exit code is 1 when a control is not
as expected.

--proof repeats intervals and tests on 500 control sets with a known truth.

--predictions scores a file (CSV or Parquet) on a task such as
course-1.0/type/by-host: columns window, truth, and predicted or p.CLASS for
each class, and seed where there are several. --folds FILE writes the folds of
the task, for a model to be trained by.`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return a.runEvaluate(f, args) },
	}
	fl := c.Flags()
	fl.BoolVar(&f.asJSON, "json", false, "print JSON")
	fl.BoolVar(&f.controls, "controls", false, "run the controls")
	fl.BoolVar(&f.proof, "proof", false, "try intervals and tests on 500 sets with a known truth")
	fl.StringVar(&f.predictions, "predictions", "", "CSV or Parquet file of predictions to score")
	fl.StringVar(&f.task, "task", "", "SET/LABEL/by-UNIT, such as course-1.0/type/by-host")
	fl.StringVar(&f.data, "data", "", "data set of the task")
	fl.StringVar(&f.folds, "folds", "", "CSV file to write the folds of the task to")
	return c
}

// runEvaluate finds out which of the uses is meant.
func (a *app) runEvaluate(f evaluateFlags, args []string) error {
	named := f.task != "" || f.data != ""
	switch {
	case named && (f.task == "" || f.data == ""):
		return usageError("--task and --data go together")
	case named && len(args) > 0:
		return usageError("a run has its task and data set; --task and --data are for predictions without one")
	case (f.predictions != "" || f.folds != "") && !named:
		return usageError("--predictions and --folds need --task and --data")
	case named && f.predictions == "" && f.folds == "" && !f.controls:
		return usageError("--task and --data need --predictions, --folds or --controls")
	case len(args) == 0 && !named && !f.controls && !f.proof:
		return usageError("nothing to evaluate: expected a RUN, --predictions, --controls or --proof")
	}
	if len(args) == 1 {
		if err := a.evaluateRun(args[0], f); err != nil {
			return err
		}
	}
	if named && (f.predictions != "" || f.folds != "") {
		if err := a.evaluatePredictions(f); err != nil {
			return err
		}
	}
	if f.proof {
		if err := a.print(evaluate.DefaultSimulation().Prove(), f.asJSON); err != nil {
			return err
		}
	}
	if f.controls {
		return a.runControls(f, args)
	}
	return nil
}

func (a *app) evaluateRun(dir string, f evaluateFlags) error {
	r, err := run.Open(dir)
	if err != nil {
		return err
	}
	report, err := evaluate.Run(r)
	if err != nil {
		return err
	}
	if set, err := dataOf(r); err != nil {
		a.say("no scores per superflow and capture: %v", err)
	} else {
		for _, unit := range []string{"superflow", "capture"} {
			if err := report.AddUnits(r, unit, unitOf(set, unit)); err != nil {
				a.say("no scores per %s: %v", unit, err)
			}
		}
	}
	return a.print(report, f.asJSON)
}

// print prints a report as text or JSON.
func (a *app) print(report fmt.Stringer, asJSON bool) error {
	if asJSON {
		return a.printJSON(report)
	}
	_, err := fmt.Fprintln(a.out, report)
	return err
}

// dataOf opens the data set of a run, if it is still the one.
func dataOf(r *run.Run) (*dataset.Set, error) {
	set, err := dataset.Open(r.Manifest.Data.Dir)
	if err != nil {
		return nil, err
	}
	if set.Hash != r.Manifest.Data.Hash {
		return nil, fmt.Errorf("%s is another data set than the run %s was trained on: hash %.12s, expected %.12s", set.Dir, r.Dir, set.Hash, r.Manifest.Data.Hash)
	}
	return set, nil
}

// unitOf names the superflow or capture of a window.
func unitOf(set *dataset.Set, unit string) func(window int) string {
	return func(window int) string {
		if window >= len(set.Windows) {
			return ""
		}
		return set.Windows[window].Group(unit)
	}
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
