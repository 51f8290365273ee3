package main

import (
	"strconv"
	"strings"

	"flowbook/flowlib/dataset"

	"github.com/spf13/cobra"
)

// splitFlags are --split and --split-seed.
type splitFlags struct {
	name string
	seed uint32
}

func (f *splitFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.name, "split", "group",
		"published (random over windows, leaks), or group[:UNIT[:FOLD/FOLDS]] with UNIT "+strings.Join(dataset.Units, ", "))
	c.Flags().Uint32Var(&f.seed, "split-seed", 42, "seed of the split")
}

// spec reads the flag: "published", "group", "group:host", "group:session:2/5".
func (f *splitFlags) spec() (dataset.SplitSpec, error) {
	kind, rest, _ := strings.Cut(f.name, ":")
	spec := dataset.SplitSpec{Kind: kind, Seed: f.seed}
	if kind != "group" && f.name != "published" {
		return spec, usageError("--split is %q: known are published and group[:UNIT[:FOLD/FOLDS]]", f.name)
	}
	unit, fold, folded := strings.Cut(rest, ":")
	spec.Unit = unit
	if !folded {
		return spec, checked(spec)
	}
	k, of, ok := strings.Cut(fold, "/")
	var err1, err2 error
	spec.Fold, err1 = strconv.Atoi(k)
	spec.Of, err2 = strconv.Atoi(of)
	if !ok || err1 != nil || err2 != nil || spec.Fold < 1 {
		return spec, usageError("--split is %q: the fold must be like 2/5", f.name)
	}
	return spec, checked(spec)
}

// checked makes a wrong split a usage error.
func checked(spec dataset.SplitSpec) error {
	if err := spec.Check(); err != nil {
		return usageError("%v", err)
	}
	return nil
}

func (f *splitFlags) of(set *dataset.Set) (*dataset.Split, error) {
	spec, err := f.spec()
	if err != nil {
		return nil, err
	}
	return set.Split(spec)
}
