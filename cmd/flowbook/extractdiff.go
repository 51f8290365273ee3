package main

import (
	"fmt"
	"slices"
	"strings"

	"flowbook/flowlib"
	"flowbook/flowlib/meter"
)

// runDiff compares two dialects on each capture.
func (a *app) runDiff(f extractFlags, paths []string) error {
	from, to, ok := strings.Cut(f.diff, ",")
	if !ok {
		return usageError("--diff is %q, expected two dialects such as cic2018,clean", f.diff)
	}
	var d [2]meter.Dialect
	for i, name := range []string{from, to} {
		var err error
		if d[i], err = meter.Named(name); err != nil {
			return usageError("--diff: %v", err)
		}
	}
	r := f.recipe
	r.FeaturesOnly, r.OriginalOrder, r.Offsets = false, false, false
	var bad []error
	for _, path := range paths {
		for _, t := range f.recipe.Timeouts {
			r.Timeouts = r.Timeouts[:0:0]
			r.Timeouts = append(r.Timeouts, t)
			diff, err := flowlib.Diff(path, d[0], d[1], r)
			if err != nil && diff == nil {
				return err
			}
			bad = append(bad, err)
			fmt.Fprintf(a.out, "%s, flow timeout %s\n%v\n", path, meter.TimeoutName(t), diff)
		}
	}
	return badInputs(slices.DeleteFunc(bad, func(err error) bool { return err == nil }))
}
