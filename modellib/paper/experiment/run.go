package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/internal/manifest"
	"flowbook/modellib"
	"flowbook/modellib/paper"
	"flowbook/modellib/run"
)

// Options say what to run.
type Options struct {
	Data    string       // a data set, or captures; "" is the course set
	Out     string       // directory of the results
	Quick   bool         // one seed, one fold, early stopping
	Backend string       // as backend.Open takes it
	Note    func(string) // told what happens, a line each; may be nil
}

// Run makes the results directory of the paper's experiments: it measures or
// opens the data, says how long it will take, trains what is not trained yet,
// and writes predictions and, last, the manifest. A run that was stopped goes on
// with the trainings that are missing, and with the one that was under way.
//
// An arm whose data cannot be split is left out, and the results say why.
// Without any arm it is an error.
func Run(ctx context.Context, o Options) (*paper.Results, error) {
	if o.Note == nil {
		o.Note = func(string) {}
	}
	if err := vacant(o.Out); err != nil {
		return nil, err
	}
	s, err := open(o.Data, o.Out, o.Note)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, o, 0)
}

// run trains all arms; limit is the most epochs of a training, 0 for those of
// the presets.
func (s *sets) run(ctx context.Context, o Options, limit int) (*paper.Results, error) {
	arms, err := s.arms(o.Quick)
	if err != nil {
		return nil, err
	}
	for _, a := range arms {
		a.limit = limit
	}
	session, err := modellib.OpenSession(o.Backend)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	e := &experiment{Options: o, session: session, sets: s}
	e.m = paper.Manifest{Format: paper.Format, Key: keyOf(s.source, arms), Quick: o.Quick, Source: s.source, Comparisons: paper.Pairings()}
	for _, a := range arms {
		e.total += a.trainings()
	}
	if missing := e.missing(arms); missing > 0 {
		if err := e.estimate(ctx, arms, missing); err != nil {
			return nil, err
		}
	}
	for _, a := range arms {
		if err := e.arm(ctx, a); err != nil {
			return nil, fmt.Errorf("preset %s: %w", a.preset, err)
		}
	}
	e.m.Left = s.left
	if err := manifest.Commit(o.Out, e.m, e.m.Files); err != nil {
		return nil, err
	}
	return paper.Open(o.Out)
}

// vacant makes sure that the directory can take results.
func vacant(dir string) error {
	format, err := manifest.FormatOf(dir)
	if err == nil && !strings.HasPrefix(format, "flowbook-paper/") {
		return fmt.Errorf("%s: holds a %s, expected a new directory or results to replace", dir, format)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.MkdirAll(dir, 0o777)
}

// arms plans the presets; one that cannot be is left out with the reason.
func (s *sets) arms(quick bool) ([]*arm, error) {
	var arms []*arm
	for _, preset := range []string{paper.Published, paper.Figures, paper.Recommended} {
		a, err := newArm(preset, s.of[preset], quick)
		if err != nil {
			s.left = append(s.left, fmt.Sprintf("Preset %s is left out: %v.", preset, err))
			continue
		}
		arms = append(arms, a)
	}
	if len(arms) == 0 {
		return nil, fmt.Errorf("no preset can be run: %s", strings.Join(s.left, " "))
	}
	return arms, nil
}

// experiment is a run under way.
type experiment struct {
	Options
	session *modellib.Session
	sets    *sets
	m       paper.Manifest
	total   int           // trainings
	done    int           // so far
	spent   time.Duration // on those that are done
}

// train trains one network, or opens its run.
func (e *experiment) train(ctx context.Context, a *arm, p part, fold int, seed int64) (*run.Run, error) {
	start := time.Now()
	dir := filepath.Join(e.Out, a.dir(p, fold, seed))
	r, err := e.session.Ensure(ctx, a.set, a.recipe(p.kind, p.tasks, fold, seed, e.Backend), dir, modellib.Watch{Note: e.Note})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.dir(p, fold, seed), err)
	}
	e.done++
	e.spent += time.Since(start)
	left := time.Duration(float64(e.spent) / float64(e.done) * float64(e.total-e.done))
	e.Note(fmt.Sprintf("[%d/%d] %s: %d epochs, best %d, %.1f s; about %v left", e.done, e.total, a.dir(p, fold, seed), len(r.History), r.Manifest.Best,
		r.Manifest.Seconds, left.Round(time.Second)))
	return r, nil
}

// missing is how many trainings have not finished yet.
func (e *experiment) missing(arms []*arm) int {
	there := 0
	for _, a := range arms {
		for _, kind := range []string{"cnn", "gru"} {
			for _, p := range append([]part{multi(kind)}, afterWinner(kind)...) {
				for _, seed := range a.seeds {
					for fold := range a.folds {
						if _, err := os.Stat(filepath.Join(e.Out, a.dir(p, fold+1, seed), run.ManifestName)); err == nil {
							there++
						}
					}
				}
			}
		}
	}
	return max(0, e.total-there)
}

// estimate trains each kind of network of an arm for two epochs, which also
// compiles it, and says how long all trainings will take at most.
func (e *experiment) estimate(ctx context.Context, arms []*arm, missing int) error {
	probe, err := os.MkdirTemp(e.Out, "probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(probe)
	all := time.Duration(0)
	for _, a := range arms {
		for _, kind := range []string{"cnn", "gru"} {
			one, err := e.probe(ctx, a, kind, filepath.Join(probe, a.preset+kind))
			if err != nil {
				return fmt.Errorf("preset %s: %w", a.preset, err)
			}
			// The winner, which three more networks follow, is not known yet:
			// count each kind as one and a half of them.
			networks := 1 + float64(len(afterWinner(kind)))/2
			all += time.Duration(networks * float64(a.folds*len(a.seeds)) * float64(one))
		}
	}
	all = time.Duration(float64(all) * float64(missing) / float64(e.total))
	e.Note(fmt.Sprintf("%d trainings on %s, %d of them to be made, at most about %v here (early stopping ends many sooner); a stopped run goes on where it was",
		e.total, e.session.Choice.Name, missing, all.Round(time.Second)))
	return nil
}

// probe is how long one training of a kind takes at most.
func (e *experiment) probe(ctx context.Context, a *arm, kind, dir string) (time.Duration, error) {
	r := a.recipe(kind, multi(kind).tasks, 1, a.seeds[0], e.Backend)
	epochs := r.Epochs
	r.Epochs, r.Patience = 2, 0
	start := time.Now()
	var at []time.Time
	_, err := e.session.Train(ctx, a.set, r, dir, modellib.Watch{Epoch: func(run.Epoch) { at = append(at, time.Now()) }})
	if err != nil || len(at) < 2 {
		return 0, err
	}
	epoch := at[1].Sub(at[0])
	compile := max(0, at[0].Sub(start)-epoch)
	return time.Duration(epochs)*epoch + compile/time.Duration(a.folds*len(a.seeds)), nil
}
