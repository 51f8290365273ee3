package main

import (
	"errors"
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/flowlib/dataset/npz"

	"github.com/spf13/cobra"
)

// datasetFlags are the flags of flowbook dataset.
type datasetFlags struct {
	out, preset, super, mini, npz string
	want                          dataset.Recipe
}

// args wants inputs, or both directories of a pair of tables and no inputs.
func (f *datasetFlags) args(c *cobra.Command, args []string) error {
	switch {
	case (f.super == "") != (f.mini == ""):
		return fmt.Errorf("--super and --mini go together")
	case f.super != "" && len(args) > 0:
		return fmt.Errorf("--super and --mini take the place of inputs")
	case f.super != "", f.npz != "" && len(args) == 0:
		return nil
	}
	return cobra.MinimumNArgs(1)(c, args)
}

func (a *app) dataset() *cobra.Command {
	var f datasetFlags
	c := &cobra.Command{
		Use:   "dataset --out DIR CAPTURE|CSV|DIR...",
		Short: "Make labelled windows of captures or of CICFlowMeter tables",
		Long: `Make a data set: flows of the inputs, their labels, and windows of them.

An input is a capture (pcap, pcapng, .gz, .zst), a CICFlowMeter CSV, or a
directory of either. Labels come from labels.json beside the inputs, else from
the ISCX file name rules, or from --labels FILE. Inputs without a label are
listed and left out.

Instead of inputs, --super and --mini take two directories with a table of
superflows and one of miniflows for every capture, as the paper had them.`,
		Args: usageArgs(f.args),
		RunE: func(c *cobra.Command, args []string) error {
			if f.npz != "" && len(args) == 0 && f.super == "" {
				set, err := dataset.Open(f.out)
				if err != nil {
					return err
				}
				return npz.Write(f.npz, set)
			}
			r, err := recipeFrom(c, f.preset, f.want)
			if err != nil {
				return err
			}
			return a.runDataset(f, r, args)
		},
	}
	c.Flags().StringVarP(&f.out, "out", "o", "", "directory of the data set (required)")
	c.Flags().StringVar(&f.preset, "preset", "recommended", "published (as the paper's program does), figures (as its text says), recommended")
	c.Flags().StringVar(&f.super, "super", "", "directory of tables of superflows, with --mini")
	c.Flags().StringVar(&f.mini, "mini", "", "directory of tables of miniflows, with --super")
	c.Flags().StringVar(&f.npz, "npz", "", "write the windows as NumPy arrays too; without inputs to build from, those of the data set --out")
	bindRecipe(c, &f.want)
	required(c, "out")
	return c
}

func (a *app) runDataset(f datasetFlags, r dataset.Recipe, inputs []string) error {
	var b *bar
	builder := dataset.Builder{Progress: func(done, total int, capture string) {
		if b == nil {
			b = a.bar(total)
		}
		b.set(done, capture)
	}}
	var set *dataset.Set
	var err error
	if f.super != "" {
		set, err = builder.BuildPairs(f.out, r, f.super, f.mini)
	} else {
		set, err = builder.Build(f.out, r, inputs...)
	}
	b.finish()
	var bad *dataset.InputErrors
	if err != nil && (!errors.As(err, &bad) || set == nil) {
		return err
	}
	if f.npz != "" {
		if err := npz.Write(f.npz, set); err != nil {
			return err
		}
	}
	fmt.Fprintln(a.out, set.Summary())
	if bad != nil {
		return badInputs(bad.Errs)
	}
	return nil
}
