package main

import (
	"strconv"
	"strings"

	"flowbook/flowlib/dataset"

	"github.com/spf13/cobra"
)

// splitFlags are the flags that choose a split.
type splitFlags struct {
	name, inner string
	repeat      int
	seed        uint32
}

var splitHelp = "published (random over windows, leaks), group[:UNIT[:FOLD/FOLDS]], stratified[:UNIT[:FOLD/FOLDS]], " +
	"leave-one-out[:UNIT[:NAME]], open-world:APP[:UNIT[:FOLD/FOLDS]] or time[:UNIT], with UNIT " + strings.Join(dataset.Units, ", ")

func (f *splitFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.name, "split", "group", splitHelp)
	c.Flags().Uint32Var(&f.seed, "split-seed", 42, "seed of the split")
	c.Flags().IntVar(&f.repeat, "split-repeat", 0, "which deal of the seed, from 1")
	c.Flags().StringVar(&f.inner, "split-inner", "", "nested: validate on fold N/FOLDS of what is outside the test part")
}

// spec reads the flags: "published", "group:session:2/5", "open-world:skype:host".
func (f *splitFlags) spec() (dataset.SplitSpec, error) {
	kind, rest, _ := strings.Cut(f.name, ":")
	spec := dataset.SplitSpec{Kind: kind, Seed: f.seed, Repeat: f.repeat}
	if kind == "open-world" {
		spec.Leave, rest, _ = strings.Cut(rest, ":")
	}
	var last string
	spec.Unit, last, _ = strings.Cut(rest, ":")
	if kind == "" || rest != "" && kind == "published" || last != "" && kind == "time" {
		return spec, usageError("--split is %q: known are %s", f.name, splitHelp)
	}
	if last != "" && kind == "leave-one-out" {
		spec.Leave = last
		last = ""
	}
	var err error
	if spec.Fold, spec.Of, err = fold("--split", last); err != nil {
		return spec, err
	}
	if spec.Inner, spec.InnerOf, err = fold("--split-inner", f.inner); err != nil {
		return spec, err
	}
	if err := spec.Check(); err != nil {
		return spec, usageError("--split is %q: %v", f.name, err)
	}
	return spec, nil
}

// fold reads "2/5"; "" leaves the choice to the split.
func fold(flag, text string) (at, of int, err error) {
	if text == "" {
		return 0, 0, nil
	}
	k, n, ok := strings.Cut(text, "/")
	at, err1 := strconv.Atoi(k)
	of, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || at < 1 || of < 1 {
		return 0, 0, usageError("%s: found %q, the fold must be like 2/5", flag, text)
	}
	return at, of, nil
}
