package modellib

import (
	"fmt"
	"reflect"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/exchange"
	"flowbook/modellib/fit"
	"flowbook/modellib/run"
)

// Imported is why the training of an imported network ended, as far as its
// run knows.
const Imported = "imported"

// Import makes a run of a network that came back from elsewhere, such as one
// that Keras trained further: path is an .npz as Export writes it, like the
// run that it was exported from. The network is scored on the same split of
// the same data as that run, whose history the new run keeps, since it is how
// the network began. It returns the run, and by how much the examples in the
// file differ from what the network gives here, at most.
//
// A file with another architecture, other features or classes than the run, and
// a data set that is not that of the run, are errors; so are examples that
// differ by more than 1e-4, since then the file is read otherwise than it was
// written.
func Import(path, like string, set *dataset.Set, out string) (*run.Run, float64, error) {
	r, differs, err := importRun(path, like, set, out)
	if err != nil {
		return nil, 0, fmt.Errorf("import: %w", err)
	}
	return r, differs, nil
}

func importRun(path, like string, set *dataset.Set, out string) (*run.Run, float64, error) {
	old, err := run.Open(like)
	if err != nil {
		return nil, 0, err
	}
	if set.Hash != old.Manifest.Data.Hash {
		return nil, 0, fmt.Errorf("%s is not the data set of the run %s: hash %.12s…, expected %.12s…", set.Dir, like, set.Hash, old.Manifest.Data.Hash)
	}
	m, err := exchange.ReadNumPy(path)
	if err != nil {
		return nil, 0, err
	}
	exported, err := export(old)
	if err != nil {
		return nil, 0, err
	}
	if err := sameCard(m.Card, exported.Card); err != nil {
		return nil, 0, fmt.Errorf("%s is not a network like that of %s: %w", path, like, err)
	}
	var recipe Recipe
	if err := old.Manifest.DecodeRecipe(&recipe); err != nil {
		return nil, 0, err
	}
	j, err := newJob(set, recipe)
	if err != nil {
		return nil, 0, err
	}
	j.scaler = &dataset.Scaler{Mean: m.Mean, Std: m.Std}
	s, err := OpenSession(recipe.Backend)
	if err != nil {
		return nil, 0, err
	}
	defer s.Close()
	differs, err := exchange.Verify(path, s.Choice.Backend)
	if err != nil {
		return nil, 0, err
	}
	if err := checkOut(out); err != nil {
		return nil, 0, err
	}
	r, err := s.score(j, m, old, out)
	return r, differs, err
}

// sameCard wants the same network for the same inputs and classes.
func sameCard(a, b exchange.Card) error {
	na, err := a.Network()
	if err != nil {
		return err
	}
	nb, err := b.Network()
	if err != nil {
		return err
	}
	switch {
	case a.Model != b.Model || !reflect.DeepEqual(na, nb):
		return fmt.Errorf("found %s %+v, expected %s %+v", a.Model, na, b.Model, nb)
	case a.Layout != b.Layout || a.Steps != b.Steps || !slices.Equal(a.Features, b.Features):
		return fmt.Errorf("found windows of %d steps (%s) of %q, expected %d (%s) of %q", a.Steps, a.Layout, a.Features, b.Steps, b.Layout, b.Features)
	case !reflect.DeepEqual(a.Tasks, b.Tasks):
		return fmt.Errorf("found the classes %v, expected %v", a.Tasks, b.Tasks)
	}
	return nil
}

// score predicts the parts of the job's split with a network as it is, and
// writes the run.
func (s *Session) score(j *job, m *exchange.Model, old *run.Run, out string) (*run.Run, error) {
	network, err := fit.NewNetwork(s.Choice.Backend, j.model, j.input, heads(j.tasks), j.recipe.Batch, j.recipe.Seed, false)
	if err != nil {
		return nil, err
	}
	defer network.Close()
	if err := network.SetWeights(m.Weights); err != nil {
		return nil, err
	}
	r := &run.Run{History: old.History}
	if r.Manifest, err = j.manifest(s.Choice); err != nil {
		return nil, err
	}
	r.Manifest.Params, r.Manifest.Stopped, r.Manifest.Best = network.Parameters(), Imported, old.Manifest.Best
	if err := s.predict(r, j, network); err != nil {
		return nil, err
	}
	if r.Weights, err = network.Encode(j.besideWeights()); err != nil {
		return nil, err
	}
	return r, run.Write(out, r)
}
