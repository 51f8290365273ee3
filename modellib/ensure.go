package modellib

import (
	"reflect"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/run"
)

// Ensure opens the run in the directory out when it was trained by the same
// recipe on the same data set, and trains it otherwise, so that running a
// notebook cell again costs nothing. progress may be nil.
//
// A run that was computed by another backend still counts as the same: its
// manifest says which one it was. Give another directory to train anew.
func Ensure(set *dataset.Set, r Recipe, out string, progress func(run.Epoch)) (*run.Run, error) {
	if have, err := run.Open(out); err == nil && sameRun(have, set, r) {
		return have, nil
	}
	return Train(set, r, out, progress)
}

func sameRun(have *run.Run, set *dataset.Set, r Recipe) bool {
	var trained Recipe
	if err := have.Manifest.DecodeRecipe(&trained); err != nil {
		return false
	}
	return have.Manifest.Data.Hash == set.Hash && reflect.DeepEqual(trained, r)
}
