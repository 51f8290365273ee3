package modellib

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/fit"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/run"
)

// Train trains a network on the train part of the set, watches the validation
// part, predicts the test part and stores everything in the run directory out:
// history, weights, predictions of the network and of majority and 1-NN on the
// same split, and the manifest. progress may be nil; it is called after every
// epoch. While it runs, out holds history.jsonl with the epochs so far and
// checkpoints from which Resume goes on; what an earlier unfinished training
// left there is removed, a finished run stays until the new one is whole.
//
// What cannot work is an error before any time is spent: a recipe that does
// not check, a split that leaves no windows to train on or to test, a
// directory that holds something else, a backend that is not there.
func Train(set *dataset.Set, r Recipe, out string, progress func(run.Epoch)) (*run.Run, error) {
	return TrainContext(context.Background(), set, r, out, Watch{Epoch: progress})
}

// TrainContext is Train that a context can end between two training steps;
// then out keeps history and a checkpoint, and Resume goes on. w is told more
// of how it goes.
func TrainContext(ctx context.Context, set *dataset.Set, r Recipe, out string, w Watch) (*run.Run, error) {
	if _, err := newJob(set, r); err != nil { // before a backend is opened
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := checkOut(out); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	s, err := OpenSession(r.Backend)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	defer s.Close()
	return s.Train(ctx, set, r, out, w)
}

// Train is the function Train on the session's backend, whatever the recipe
// says of one.
func (s *Session) Train(ctx context.Context, set *dataset.Set, r Recipe, out string, w Watch) (*run.Run, error) {
	j, err := newJob(set, r)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := checkOut(out); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	unlock, err := lock(out)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	defer unlock()
	o, err := s.order(j)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := o.begin(out); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	trained, err := s.train(ctx, j, o, out, nil, w)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return trained, nil
}

// checkOut makes the directory and refuses one whose manifest is not that of a run.
func checkOut(dir string) error {
	path := filepath.Join(dir, run.ManifestName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("run directory: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	family, _, _ := strings.Cut(run.Format, "/")
	var head struct{ Format string }
	if json.Unmarshal(raw, &head) != nil || !strings.HasPrefix(head.Format, family+"/") {
		return fmt.Errorf("%s has format %q, expected a run (%q) or no such file; write the run to another directory", path, head.Format, run.Format)
	}
	return nil
}

// order is what is to be done, for training.json.
func (s *Session) order(j *job) (order, error) {
	m, err := j.manifest(s.Choice)
	if err != nil {
		return order{}, err
	}
	if m.Data.Dir, err = filepath.Abs(m.Data.Dir); err != nil {
		return order{}, fmt.Errorf("data set %s: %w", j.set.Dir, err)
	}
	return order{Format: trainingFormat, Recipe: j.recipe, Data: m.Data, Backend: m.Backend}, nil
}

// SaveEvery is how often a training stores a checkpoint: what a power cut
// costs, at most.
var SaveEvery = 10 * time.Second

// train trains from a state, or from the start when it is nil, and writes the run.
func (s *Session) train(ctx context.Context, j *job, o order, out string, from *fit.State, w Watch) (*run.Run, error) {
	program, err := s.program(j.spec())
	if err != nil {
		return nil, err
	}
	network := program.NewNetwork(j.recipe.Seed)
	defer network.Close()
	clock := newClock(from)
	c := j.config
	c.From, c.SaveEvery, c.Progress = from, SaveEvery, w.Progress
	c.Save = func(state *fit.State) error {
		state.Seconds, state.CPU = clock.read()
		return o.checkpoints(out).Save(state)
	}
	c.Each = func(history []run.Epoch) error {
		if w.Epoch != nil {
			w.Epoch(history[len(history)-1])
		}
		return run.WriteHistory(out, history)
	}
	result, err := fit.Train(ctx, network, j.data, j.split.Train, j.split.Validation, c)
	if err != nil {
		return nil, j.explain(err)
	}
	trained := &run.Run{History: result.History}
	seconds, cpu := clock.read()
	if trained.Manifest, err = j.manifest(s.Choice); err != nil {
		return nil, err
	}
	m := &trained.Manifest
	m.Params, m.Stopped, m.Best, m.Seconds, m.CPU = network.Parameters(), result.Stopped, result.Best, seconds, cpu
	if err := s.predict(trained, j, network); err != nil {
		return nil, err
	}
	if trained.Weights, err = network.Encode(j.besideWeights()); err != nil {
		return nil, err
	}
	if err := run.Write(out, trained); err != nil {
		return nil, err
	}
	return trained, forget(out)
}

// predict fills in the predictions of the network on test and validation part,
// and those of the baselines.
func (s *Session) predict(trained *run.Run, j *job, network *fit.Network) error {
	for _, part := range []struct {
		windows []int
		to      *[]run.Predictions
	}{{j.split.Test, &trained.Predictions}, {j.split.Validation, &trained.Validation}} {
		if len(part.windows) == 0 {
			continue
		}
		probs, err := network.Predict(j.data, part.windows)
		if err != nil {
			return err
		}
		for i, task := range j.tasks {
			*part.to = append(*part.to, j.predictions(j.recipe.Model, task.Name, i, part.windows, probs[i]))
		}
	}
	trained.Baselines = s.baselinesOf(j)
	return nil
}

// predictions puts the outputs for windows of one head with their truth and group.
func (j *job) predictions(model, task string, head int, windows []int, probs [][]float64) run.Predictions {
	p := run.Predictions{Model: model, Task: task, Window: windows, Probs: probs}
	for _, w := range windows {
		p.Group = append(p.Group, j.split.Group[w])
		p.Truth = append(p.Truth, int(j.data.Labels[head][w]))
	}
	return p
}

// scalerTensors is the scaler as it lies with the weights, in full precision.
func scalerTensors(s *dataset.Scaler) map[string]npz.Tensor {
	return map[string]npz.Tensor{
		"scaler/mean": {Shape: []int{len(s.Mean)}, Wide: s.Mean},
		"scaler/std":  {Shape: []int{len(s.Std)}, Wide: s.Std},
	}
}

// clock measures a training over all its parts.
type clock struct {
	start        time.Time
	cpu          time.Duration
	seconds, sum float64 // of the parts before
}

func newClock(from *fit.State) clock {
	c := clock{start: time.Now(), cpu: fit.CPUTime()}
	if from != nil {
		c.seconds, c.sum = from.Seconds, from.CPU
	}
	return c
}

// read is wall and processor time so far, in seconds.
func (c clock) read() (seconds, cpu float64) {
	return c.seconds + time.Since(c.start).Seconds(), c.sum + (fit.CPUTime() - c.cpu).Seconds()
}
