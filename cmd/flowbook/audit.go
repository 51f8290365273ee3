package main

import (
	"fmt"

	"flowbook/flowlib/dataset"

	"github.com/spf13/cobra"
)

// auditFlags are the flags of flowbook audit.
type auditFlags struct {
	split   splitFlags
	json    bool
	quick   bool
	sample  int
	radius  float64
	seed    uint64
	noWrite bool
}

func (a *app) audit() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:   "audit DATASET",
		Short: "Print classes, groups, constant columns and what a split leaks",
		Long: `Audit a data set: what it holds, what its columns say, and what a split leaks.

The certificate of the split is computed from the windows alone and written
beside the split, below DATASET/splits. The nearest neighbour is asked about
labels that were drawn by lot for each superflow, 5-tuple, capture and so on,
under the published split and under every split by groups: it is right by
chance alone where the split keeps those groups apart.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return a.runAudit(f, args[0]) },
	}
	f.split.bind(c)
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
	c.Flags().BoolVar(&f.quick, "quick", false, "leave out what takes a search for neighbours or a model")
	c.Flags().IntVar(&f.sample, "sample", 2000, "test windows whose neighbours are searched")
	c.Flags().Float64Var(&f.radius, "near", 0.01, "how near two windows are near duplicates: root mean squared difference of scaled inputs")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "seed of the sample and of the labels drawn")
	c.Flags().BoolVar(&f.noWrite, "no-write", false, "do not write the split and its certificate into the data set")
	return c
}

func (a *app) runAudit(f auditFlags, dir string) error {
	spec, err := f.split.spec()
	if err != nil {
		return err
	}
	if f.sample < 1 || !(f.radius >= 0) {
		return usageError("--sample is %d and --near is %v, expected at least 1 and no less than 0", f.sample, f.radius)
	}
	set, err := dataset.Open(dir)
	if err != nil {
		return err
	}
	split, err := set.Split(spec)
	if err != nil {
		return err
	}
	report := dataset.Audit(set, split)
	if !f.quick {
		if err := a.search(set, split, report, f); err != nil {
			return err
		}
	}
	if !f.noWrite {
		at, err := dataset.WriteSplit(set, split, report.Certificate)
		if err != nil {
			return fmt.Errorf("%w (--no-write leaves the data set as it is)", err)
		}
		report.Written = at
	}
	if f.json {
		err = a.printJSON(report)
	} else {
		_, err = fmt.Fprintln(a.out, report)
	}
	if err != nil {
		return err
	}
	return report.Certificate.Err()
}
