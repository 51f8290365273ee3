package modellib

import (
	"context"
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/run"
)

// Ensure opens the run in the directory out when it was trained by the same
// recipe on the same data set, goes on with a training of both that was
// stopped, and trains otherwise, so that running a notebook cell again costs
// nothing. progress may be nil.
//
// A run that was computed by another backend still counts as the same: its
// manifest says which one it was. Give another directory to train anew.
func Ensure(set *dataset.Set, r Recipe, out string, progress func(run.Epoch)) (*run.Run, error) {
	if have, err := run.Open(out); err == nil && sameRun(have, set, r) {
		return have, nil
	}
	s, err := OpenSession(r.Backend)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	defer s.Close()
	return s.Ensure(context.Background(), set, r, out, Watch{Epoch: progress})
}

// Ensure is the function Ensure on the session's backend.
func (s *Session) Ensure(ctx context.Context, set *dataset.Set, r Recipe, out string, w Watch) (*run.Run, error) {
	if have, err := run.Open(out); err == nil && sameRun(have, set, r) {
		return have, nil
	}
	o, err := readOrder(out)
	if err == nil && o != nil && o.Data.Hash == set.Hash && SameRecipe(o.Recipe, r) {
		return s.resume(ctx, out, o, set, w)
	}
	return s.Train(ctx, set, r, out, w)
}

func sameRun(have *run.Run, set *dataset.Set, r Recipe) bool {
	var trained Recipe
	if err := have.Manifest.DecodeRecipe(&trained); err != nil {
		return false
	}
	return have.Manifest.Data.Hash == set.Hash && SameRecipe(trained, r)
}

// SameRecipe says whether two recipes ask for the same; what was read from a
// file may hold other Go types for the same numbers.
func SameRecipe(a, b Recipe) bool { return sameJSON(a, b) }
