package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"

	"github.com/spf13/cobra"
)

func (a *app) evaluate() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "evaluate RUN",
		Short: "Print the scores of a run beside majority and 1-nearest-neighbour",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := run.Open(args[0])
			if err != nil {
				return err
			}
			report, err := evaluate.Run(r)
			if err != nil {
				return err
			}
			if asJSON {
				return a.printJSON(report)
			}
			fmt.Fprintln(a.out, report)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) compare() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "compare RUN RUN",
		Short: "Compare two runs on the same windows with the exact McNemar test",
		Long: `Print, for each task that both runs have, the contingency table of correct and
incorrect windows (Tables 5 to 8 of the paper), the hypotheses, the exact
two-sided p-value and the decision.`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.runCompare(args[0], args[1], asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) runCompare(dirA, dirB string, asJSON bool) error {
	ra, err := run.Open(dirA)
	if err != nil {
		return err
	}
	rb, err := run.Open(dirB)
	if err != nil {
		return err
	}
	var all []*evaluate.Comparison
	for _, t := range ra.Manifest.Tasks {
		if !hasTask(rb, t.Name) {
			continue
		}
		cmp, err := evaluate.Compare(ra, rb, t.Name)
		if err != nil {
			return err
		}
		all = append(all, cmp)
	}
	if len(all) == 0 {
		return fmt.Errorf("%s and %s have no task in common: %s and %s", dirA, dirB, taskNames(ra), taskNames(rb))
	}
	if asJSON {
		return a.printJSON(all)
	}
	for _, cmp := range all {
		fmt.Fprintln(a.out, cmp)
	}
	return nil
}

func hasTask(r *run.Run, name string) bool {
	for _, t := range r.Manifest.Tasks {
		if t.Name == name {
			return true
		}
	}
	return false
}

func taskNames(r *run.Run) string {
	var names []string
	for _, t := range r.Manifest.Tasks {
		names = append(names, t.Name)
	}
	return strings.Join(names, ",")
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
