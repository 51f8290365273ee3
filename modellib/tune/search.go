package tune

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"

	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/run"
)

// Watch is told how a search goes; each function may be nil.
type Watch struct {
	Note  func(string)
	Trial func(s *run.Search, t run.Trial, rung int) // after a trial has finished a rung, from 1
}

// states is the folder of the trials' checkpoints in the directory of a search.
const states = "states"

// mostPrograms is how many compiled networks are kept.
const mostPrograms = 8

// Run searches, and stores everything in out: manifest.json (run.Search) and
// the states of the trials that may go on. What is there of the same search is
// not done again; another search in out is an error.
func Run(ctx context.Context, s *modellib.Session, set *dataset.Set, p Plan, out string, w Watch) (*run.Search, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	found, err := begin(s, set, p, out)
	if err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	t := &search{Search: found, ctx: ctx, session: s, set: set, plan: p, out: out, watch: w}
	if err := t.run(); err != nil {
		return found, fmt.Errorf("tune: %w", err)
	}
	return found, nil
}

// begin opens the search in out, or makes it.
func begin(s *modellib.Session, set *dataset.Set, p Plan, out string) (*run.Search, error) {
	fresh := &run.Search{Recipe: p.Recipe, Tasks: p.Recipe.Tasks, Space: p.Space, Seed: p.Seed, Watch: p.Recipe.Watch, Rungs: p.rungs(), Keep: p.Keep}
	var err error
	if fresh.Data, fresh.Split, fresh.Backend, err = s.Describe(set, p.Recipe); err != nil {
		return nil, err
	}
	for n := 1; n <= p.Trials; n++ {
		settings := draw(p.Space, p.Seed, n)
		if n == 1 {
			if settings, err = usual(p.Space, p.Recipe); err != nil {
				return nil, err
			}
		}
		fresh.Trials = append(fresh.Trials, run.Trial{Number: n, Settings: settings})
	}
	have, err := run.OpenSearch(out)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return nil, err
		}
		return fresh, run.WriteSearch(out, fresh)
	}
	if err != nil {
		return nil, err
	}
	return have, same(have, fresh)
}

// same says in what a search that is there differs from the one that is asked for.
func same(have, want *run.Search) error {
	var recipe modellib.Recipe
	if err := (&run.Manifest{Recipe: have.Recipe}).DecodeRecipe(&recipe); err != nil {
		return err
	}
	for _, c := range []struct {
		what string
		same bool
	}{
		{"recipe", modellib.SameRecipe(recipe, want.Recipe.(modellib.Recipe))},
		{"data set", have.Data.Hash == want.Data.Hash},
		{"space", reflect.DeepEqual(have.Space, want.Space)},
		{"seed", have.Seed == want.Seed},
		{"rungs", reflect.DeepEqual(have.Rungs, want.Rungs) && have.Keep == want.Keep},
		{"number of trials", len(have.Trials) == len(want.Trials)},
	} {
		if !c.same {
			return fmt.Errorf("%s holds a search with another %s: give another directory, or the same options to go on with it", have.Dir, c.what)
		}
	}
	return nil
}

// Best is the recipe of the best trial of a search.
func Best(s *run.Search) (modellib.Recipe, error) {
	var r modellib.Recipe
	if err := (&run.Manifest{Recipe: s.Recipe}).DecodeRecipe(&r); err != nil {
		return r, fmt.Errorf("tune: %s: %w", s.Dir, err)
	}
	best := s.Best()
	if best == nil {
		return r, fmt.Errorf("tune: %s: no trial has a score", s.Dir)
	}
	return Apply(r, best.Settings)
}

// search is a Run under way.
type search struct {
	*run.Search
	ctx     context.Context
	session *modellib.Session
	set     *dataset.Set
	plan    Plan
	out     string
	watch   Watch
	fitted  int // since the compiled networks were forgotten
}

func (s *search) run() error {
	for rung := range s.Rungs {
		for i := range s.Trials {
			if t := &s.Trials[i]; t.State != "" || t.Rung > rung {
				continue
			}
			if err := s.trial(&s.Trials[i], rung); err != nil {
				return err
			}
		}
		if err := s.prune(rung); err != nil {
			return err
		}
	}
	s.Finished = true
	if err := os.RemoveAll(filepath.Join(s.out, states)); err != nil {
		return fmt.Errorf("states of the trials: %w", err)
	}
	return run.WriteSearch(s.out, s.Search)
}

// trial trains one trial to the end of a rung; one that has stopped early
// stays as it is.
func (s *search) trial(t *run.Trial, rung int) error {
	if t.Stopped == "early stop" {
		t.Rung = rung + 1
		return nil
	}
	r, err := Apply(s.plan.Recipe, t.Settings)
	if err != nil {
		return err
	}
	if s.fitted++; s.fitted > mostPrograms {
		s.session.Forget()
		s.fitted = 1
	}
	v, err := s.session.Validate(s.ctx, s.set, r, s.state(t), s.Rungs[rung], modellib.Watch{Note: s.watch.Note})
	switch {
	case modellib.Diverged(err):
		t.State, t.Why = "failed", err.Error()
	case err != nil:
		return err
	default:
		s.take(t, v, rung)
	}
	if err := run.WriteSearch(s.out, s.Search); err != nil {
		return err
	}
	if s.watch.Trial != nil {
		s.watch.Trial(s.Search, *t, rung+1)
	}
	return nil
}

// take writes down what a training said.
func (s *search) take(t *run.Trial, v *modellib.Validated, rung int) {
	best := v.History[v.Best-1]
	s.Seconds, s.CPU = s.Seconds+v.Seconds-t.Seconds, s.CPU+v.CPU-t.CPU
	t.Rung, t.Epochs, t.Best, t.Loss = rung+1, len(v.History), v.Best, best.ValLoss
	t.Params, t.Stopped, t.Seconds, t.CPU = v.Params, v.Stopped, v.Seconds, v.CPU
	t.MacroF1 = nil
	for _, h := range best.Heads {
		t.MacroF1 = append(t.MacroF1, h.ValMacroF1)
	}
	if math.IsInf(t.Loss, 0) || math.IsNaN(t.Loss) {
		t.State, t.Why, t.Loss = "failed", "the validation loss is no finite number", 0
	}
}

// prune ends the trials that are not among the best of a rung. A trial that
// stopped early competes with its best epoch.
func (s *search) prune(rung int) error {
	last := rung == len(s.Rungs)-1
	reached := 0
	for _, t := range s.Trials {
		if t.Rung > rung && t.State != "failed" {
			reached++
		}
	}
	keep := (reached + s.Keep - 1) / s.Keep
	for place, ranked := range s.Ranked() {
		t := &s.Trials[ranked.Number-1]
		if t.State != "" || t.Rung != rung+1 {
			continue
		}
		switch {
		case last:
			t.State = "finished"
		case place >= keep:
			t.State = "pruned"
		default:
			continue
		}
		if err := os.RemoveAll(s.state(t)); err != nil {
			return fmt.Errorf("state of trial %d: %w", t.Number, err)
		}
	}
	return run.WriteSearch(s.out, s.Search)
}

// state is the directory of a trial's checkpoints.
func (s *search) state(t *run.Trial) string {
	return filepath.Join(s.out, states, fmt.Sprintf("trial-%d", t.Number))
}
