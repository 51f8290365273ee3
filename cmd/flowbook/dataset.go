package main

import (
	"errors"
	"fmt"

	"flowbook/flowlib/dataset"

	"github.com/spf13/cobra"
)

func (a *app) dataset() *cobra.Command {
	var out, preset string
	var want dataset.Recipe
	c := &cobra.Command{
		Use:   "dataset --out DIR CAPTURE|CSV|DIR...",
		Short: "Make labelled windows of captures or of CICFlowMeter tables",
		Long: `Make a data set: flows of the inputs, their labels, and windows of them.

An input is a capture (pcap, pcapng, .gz, .zst), a CICFlowMeter CSV, or a
directory of either. Labels come from labels.json beside the inputs, else from
the ISCX file name rules, or from --labels FILE. Inputs without a label are
listed and left out.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := recipeFrom(c, preset, want)
			if err != nil {
				return err
			}
			return a.runDataset(out, r, args)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "directory of the data set (required)")
	c.Flags().StringVar(&preset, "preset", "recommended", "published (as the paper's program does), figures (as its text says), recommended")
	bindRecipe(c, &want)
	required(c, "out")
	return c
}

func (a *app) runDataset(out string, r dataset.Recipe, inputs []string) error {
	set, err := dataset.Build(out, r, inputs...)
	var bad *dataset.InputErrors
	if err != nil && (!errors.As(err, &bad) || set == nil) {
		return err
	}
	fmt.Fprintln(a.out, set.Summary())
	if bad != nil {
		return badInputs(bad.Errs)
	}
	return nil
}

func (a *app) audit() *cobra.Command {
	var split splitFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "audit DATASET",
		Short: "Print classes, groups, constant columns and what a split leaks",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := dataset.Open(args[0])
			if err != nil {
				return err
			}
			s, err := split.of(set)
			if err != nil {
				return err
			}
			report := dataset.Audit(set, s)
			if asJSON {
				return a.printJSON(report)
			}
			fmt.Fprintln(a.out, report)
			return nil
		},
	}
	split.bind(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
