package modellib

import (
	"context"
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/backend"
	"flowbook/modellib/run"
)

// Resume goes on with the unfinished training in the run directory dir, from
// its newest checkpoint that is whole, and ends with the weights of a training
// that was never stopped: bit for bit on the same backend, plugin and kind of
// processor; otherwise it says that they are close. A finished run is returned
// as it is.
//
// set is the data set of the training; nil opens it where it lay. Other data
// than those of the training are an error, and so is a directory without one.
func Resume(ctx context.Context, dir string, set *dataset.Set, w Watch) (*run.Run, error) {
	o, err := readOrder(dir)
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	if o == nil {
		have, err := run.Open(dir)
		if err != nil {
			return nil, fmt.Errorf("resume: %w", err)
		}
		w.note("%s has finished already", dir)
		return have, nil
	}
	s, err := OpenSession(o.backend())
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	defer s.Close()
	return s.resume(ctx, dir, o, set, w)
}

// backend is the one that the training was begun on, as backend.Open takes it.
func (o *order) backend() string {
	if r := o.Recipe.Backend; r != "" && r != "auto" {
		return r
	}
	return o.Backend.Name
}

func (s *Session) resume(ctx context.Context, dir string, o *order, set *dataset.Set, w Watch) (*run.Run, error) {
	j, err := o.job(set)
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	defer unlock()
	if have, err := run.Open(dir); err == nil && sameRun(have, j.set, o.Recipe) {
		return have, forget(dir) // stopped after the manifest was in place
	}
	if err := s.compare(o, w); err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	state, notes, err := o.checkpoints(dir).Load()
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	for _, note := range notes {
		w.note("%s", note)
	}
	if state == nil {
		w.note("%s: no checkpoint: training from the start", dir)
	} else {
		w.note("%s: going on after batch %d of epoch %d", dir, state.Batch, state.Epoch)
	}
	trained, err := s.train(ctx, j, *o, dir, state, w)
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	return trained, nil
}

// job is the order's job on its data set, or on the one that is given.
func (o *order) job(set *dataset.Set) (*job, error) {
	if set == nil {
		var err error
		if set, err = dataset.Open(o.Data.Dir); err != nil {
			return nil, fmt.Errorf("data set of the training: %w", err)
		}
	}
	if set.Hash != o.Data.Hash {
		return nil, fmt.Errorf("data set %s has hash %s, the training was begun on %s", set.Dir, set.Hash, o.Data.Hash)
	}
	return newJob(set, o.Recipe)
}

// compare says what of the backend is not as it was when the training began.
func (s *Session) compare(o *order, w Watch) error {
	now, err := backendOf(s.Choice)
	if err != nil {
		return err
	}
	was := o.Backend
	for _, d := range []struct{ what, was, now string }{
		{"backend", was.Name, now.Name}, {"plugin", was.SHA256, now.SHA256}, {"processor", was.CPU, now.CPU},
	} {
		if d.was != d.now {
			w.note("the training began on %s %q and goes on on %q: the weights will be close to those of one that was never stopped, not the same", d.what, d.was, d.now)
		}
	}
	return nil
}

// backendOf is what a run says of the backend.
func backendOf(c *backend.Choice) (run.Backend, error) {
	b := run.Backend{Name: c.Name, Why: c.Why, Device: c.Device, Threads: c.Threads, CPU: c.CPU}
	var err error
	b.Plugin, b.SHA256, err = c.SHA256()
	return b, err
}
