package main

import (
	"fmt"
	"strings"

	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"

	"github.com/spf13/cobra"
)

func (a *app) compare() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "compare RUN[,RUN...] RUN[,RUN...]",
		Short: "Compare two models on the same windows, by groups and by McNemar's test",
		Long: `Compare two runs on each task that both have: the paired permutation test over the
groups of the split, and, as published (Tables 5 to 8 of the paper), the
contingency table of correct and incorrect windows with the exact McNemar test,
which takes windows for independent.

With several runs a side, separated by commas, the runs are seeds and folds of
one model: folds are pooled, all seeds together are one test over groups.`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			as, err := openRuns(args[0])
			if err != nil {
				return err
			}
			bs, err := openRuns(args[1])
			if err != nil {
				return err
			}
			if len(as) == 1 && len(bs) == 1 {
				return a.compareRuns(as[0], bs[0], asJSON)
			}
			return a.compareRepetitions(as, bs, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// openRuns opens the runs of one side.
func openRuns(list string) ([]*run.Run, error) {
	var out []*run.Run
	for _, dir := range strings.Split(list, ",") {
		r, err := run.Open(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// shared are the tasks that both runs have.
func shared(a, b *run.Run) ([]string, error) {
	var out []string
	for _, t := range a.Manifest.Tasks {
		if _, ok := b.Manifest.Task(t.Name); ok {
			out = append(out, t.Name)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s and %s have no task in common: %s and %s", a.Dir, b.Dir, taskNames(a), taskNames(b))
	}
	return out, nil
}

func (a *app) compareRuns(ra, rb *run.Run, asJSON bool) error {
	tasks, err := shared(ra, rb)
	if err != nil {
		return err
	}
	set, err := dataOf(ra)
	if err != nil {
		a.say("no test per superflow: %v", err)
	}
	var all []*evaluate.Comparison
	for _, task := range tasks {
		cmp, err := evaluate.Compare(ra, rb, task)
		if err != nil {
			return err
		}
		if set != nil {
			if err := cmp.WithSuperflows(ra, rb, unitOf(set, "superflow")); err != nil {
				return err
			}
		}
		all = append(all, cmp)
	}
	if asJSON {
		return a.printJSON(all)
	}
	for _, cmp := range all {
		fmt.Fprintln(a.out, cmp)
	}
	return nil
}

// compareRepetitions tests all seeds of two models together, a task at a time,
// with Holm's correction over the tasks.
func (a *app) compareRepetitions(as, bs []*run.Run, asJSON bool) error {
	tasks, err := shared(as[0], bs[0])
	if err != nil {
		return err
	}
	var tests []*evaluate.Permutation
	var p []float64
	for _, task := range tasks {
		ra, err := evaluate.Repetitions("A", task, as...)
		if err != nil {
			return err
		}
		rb, err := evaluate.Repetitions("B", task, bs...)
		if err != nil {
			return err
		}
		test, err := evaluate.SignFlip(ra, rb)
		if err != nil {
			return err
		}
		tests, p = append(tests, test), append(p, test.P)
		if !asJSON {
			fmt.Fprintf(a.out, "Split by %s, folds pooled.\n%s.\n%s.\n", as[0].Manifest.Split.Unit, ra, rb)
			a.printBaselines(task, as)
			fmt.Fprintln(a.out, test)
		}
	}
	adjusted := evaluate.Holm(p)
	if asJSON {
		return a.printJSON(map[string]any{"tasks": tasks, "tests": tests, "holm": adjusted})
	}
	for i, task := range tasks {
		fmt.Fprintf(a.out, "%s: p = %.4f after Holm over %s.\n", task, adjusted[i], plural(len(tasks), "comparison", "comparisons"))
	}
	return nil
}

// printBaselines prints the baselines that all runs have.
func (a *app) printBaselines(task string, runs []*run.Run) {
	for _, b := range runs[0].Baselines {
		if b.Task != task {
			continue
		}
		r, err := evaluate.BaselineRepetitions(b.Model, task, runs...)
		if err != nil {
			a.say("no baseline: %v", err)
			continue
		}
		fmt.Fprintf(a.out, "%s.\n", r)
	}
}

func taskNames(r *run.Run) string {
	var names []string
	for _, t := range r.Manifest.Tasks {
		names = append(names, t.Name)
	}
	return strings.Join(names, ",")
}
