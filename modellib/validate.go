package modellib

import (
	"context"
	"errors"
	"fmt"
	"os"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/fit"
	"flowbook/modellib/run"
)

// Validated is what a training says of a recipe by its validation part alone.
type Validated struct {
	History      []run.Epoch
	Best         int     // epoch with the best validation score, from 1
	Stopped      string  // "epochs", "early stop", or "paused" at the epoch that was asked for
	Params       int     // trainable parameters
	Seconds, CPU float64 // of the training so far
}

// Validate trains a recipe until so many of its epochs are done, and looks at
// the train and the validation part only: nothing of the test part is read.
// The state lies in dir; called again with more epochs it goes on from there
// with the same bits as a training in one go, and with no more it costs
// nothing but the reading. It is what a search over hyperparameters needs.
func (s *Session) Validate(ctx context.Context, set *dataset.Set, r Recipe, dir string, until int, w Watch) (*Validated, error) {
	v, err := s.validate(ctx, set, r, dir, until, w)
	if err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	return v, nil
}

func (s *Session) validate(ctx context.Context, set *dataset.Set, r Recipe, dir string, until int, w Watch) (*Validated, error) {
	j, err := newJob(set, r)
	if err != nil {
		return nil, err
	}
	if len(j.split.Validation) == 0 {
		return nil, fmt.Errorf("split %q has an empty validation part, expected windows to choose by", j.split.Name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("state of the training: %w", err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	states := order{Recipe: r, Data: run.Data{Hash: set.Hash}}.checkpoints(dir)
	from, _, err := states.Load()
	if err != nil {
		return nil, err
	}
	program, err := s.program(j.spec())
	if err != nil {
		return nil, err
	}
	network := program.NewNetwork(r.Seed)
	defer network.Close()
	clock := newClock(from)
	c := j.config
	c.From, c.Until, c.SaveEvery, c.Progress = from, until, SaveEvery, w.Progress
	c.Save = func(state *fit.State) error {
		state.Seconds, state.CPU = clock.read()
		return states.Save(state)
	}
	c.Each = func(history []run.Epoch) error {
		if w.Epoch != nil {
			w.Epoch(history[len(history)-1])
		}
		return nil
	}
	result, err := fit.Train(ctx, network, j.data, j.split.Train, j.split.Validation, c)
	if err != nil {
		return nil, j.explain(err)
	}
	out := &Validated{History: result.History, Best: bestEpoch(result.History, c), Stopped: result.Stopped, Params: program.Parameters()}
	out.Seconds, out.CPU = clock.read()
	return out, nil
}

// Describe says what a recipe would be trained on, for the record of a search.
// It is an error where the recipe does not fit the set.
func (s *Session) Describe(set *dataset.Set, r Recipe) (run.Data, run.Split, run.Backend, error) {
	j, err := newJob(set, r)
	if err != nil {
		return run.Data{}, run.Split{}, run.Backend{}, err
	}
	m, err := j.manifest(s.Choice)
	return m.Data, m.Split, m.Backend, err
}

// bestEpoch is the epoch with the best validation score, from 1.
func bestEpoch(history []run.Epoch, c fit.Config) int {
	best := 0
	for i := range history {
		if c.Better(history[i], history[best]) {
			best = i
		}
	}
	return best + 1
}

// Diverged says whether a training ended because its loss was no number, as
// a search may expect of some settings.
func Diverged(err error) bool {
	var bad *fit.NotFinite
	return errors.As(err, &bad)
}

// Forget frees the compiled networks of a session, for a search that compiles
// many; what is needed again is compiled again. No training may be under way.
func (s *Session) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, p := range s.programs {
		p.Close()
		delete(s.programs, name)
	}
}
