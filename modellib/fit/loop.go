package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"syscall"
	"time"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/keras"
	"flowbook/modellib/run"
)

// Config says how to train.
type Config struct {
	Epochs   int
	Rate     float64 // learning rate
	Seed     int64   // of shuffling and dropout
	Ordered  bool    // take the windows in the given order instead of shuffling
	Patience int     // stop after so many epochs without a lower validation loss, and keep the best weights; 0: never
	// Recompute takes the moving statistics of batch normalisation exactly
	// over the training part before each evaluation, instead of Keras' slow
	// averages, which lag hundreds of steps behind.
	Recompute bool
	// Each, if set, is called after every epoch; its error ends the training.
	Each func(history []run.Epoch) error
}

// Result is what a training gave, beside the network's weights.
type Result struct {
	History []run.Epoch
	Best    int    // epoch whose weights the network has, from 1
	Stopped string // "epochs" or "early stop"
}

// Train fits the network to the windows of train and evaluates it after every
// epoch on those of validation, which may be empty. Training values of an
// epoch are running means in training mode with the weights of each step;
// validation values are taken after the epoch in inference mode, as in Keras.
//
// A cancelled context ends it between two steps with the context's error, a
// loss that is no number with an error that names epoch and batch; the Result
// then holds the epochs so far.
func Train(ctx context.Context, n *Network, d Data, train, validation []int, c Config) (*Result, error) {
	if len(train) == 0 {
		return nil, fmt.Errorf("fit: no windows to train on")
	}
	if err := d.Check(n.Heads, slices.Concat(train, validation)); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	t := &training{Network: n, Data: d, Config: c, batch: n.NewBatch(), train: slices.Clone(train), validation: validation}
	err := t.run(ctx)
	return &t.result, err
}

// training is the state of one Train.
type training struct {
	*Network
	Data
	Config
	batch             *Batch
	train, validation []int
	result            Result
	best              map[string]npz.Tensor // weights of the best epoch, with early stopping
}

func (t *training) run(ctx context.Context) error {
	t.result.Stopped = "epochs"
	for e := 1; e <= t.Epochs; e++ {
		tally, err := t.epoch(ctx, e)
		if err != nil {
			return err
		}
		if err := t.evaluate(e, tally); err != nil {
			return err
		}
		if t.Patience > 0 && e-t.result.Best >= t.Patience {
			t.result.Stopped = "early stop"
			break
		}
	}
	if t.best != nil {
		return t.SetWeights(t.best)
	}
	return nil
}

// epoch trains on every window once.
func (t *training) epoch(ctx context.Context, e int) ([]Tally, error) {
	if !t.Ordered {
		r := keras.Rand(t.Seed, fmt.Sprint("order of epoch ", e))
		slices.Sort(t.train) // so that the order depends on this epoch only
		r.Shuffle(len(t.train), func(i, j int) { t.train[i], t.train[j] = t.train[j], t.train[i] })
	}
	dropout, masks := t.Model.InputDropout(), keras.Rand(t.Seed, fmt.Sprint("dropout of epoch ", e))
	steps, features := t.Input.Dims()
	tally := make([]Tally, len(t.Heads))
	number := 0
	for windows := range slices.Chunk(t.train, t.Batch) {
		number++
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t.batch.Fill(t.Data, windows)
		dropout.Apply(masks, t.batch.x[:t.batch.n*t.batch.per], steps, features)
		logits, err := t.Step(t.batch, t.Rate)
		if err != nil {
			return nil, err
		}
		if err := t.count(tally, logits); err != nil {
			return nil, fmt.Errorf("fit: epoch %d, batch %d: %w", e, number, err)
		}
	}
	return tally, nil
}

// count adds a batch to the tallies; a loss that is no finite number is an
// error that names the first such window.
func (t *training) count(tally []Tally, logits [][]float32) error {
	for i, h := range t.Heads {
		tally[i].Add(logits[i], h.Classes, t.batch.labels[i])
		if v := tally[i].Loss; math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the loss of task %s is %g, expected a finite number; a lower learning rate may help", h.Task, v)
		}
	}
	return nil
}

// evaluate closes an epoch: validation, history, best weights.
func (t *training) evaluate(e int, tally []Tally) error {
	if t.Recompute && (len(t.validation) > 0 || e == t.Epochs) {
		if err := t.recompute(t.Data, t.train, t.batch); err != nil {
			return err
		}
	}
	var validation []Tally
	if len(t.validation) > 0 {
		validation = make([]Tally, len(t.Heads))
		for windows := range slices.Chunk(t.validation, t.Batch) {
			t.batch.Fill(t.Data, windows)
			logits, _, err := t.Eval(t.batch)
			if err != nil {
				return err
			}
			for i, h := range t.Heads {
				validation[i].Add(logits[i], h.Classes, t.batch.labels[i])
			}
		}
	}
	var tasks []string
	for _, h := range t.Heads {
		tasks = append(tasks, h.Task)
	}
	t.result.History = append(t.result.History, epoch(e, tasks, tally, validation))
	if err := t.keep(e); err != nil {
		return err
	}
	if t.Each != nil {
		return t.Each(t.result.History)
	}
	return nil
}

// keep remembers the weights of the best epoch; without early stopping, or
// without a validation part to tell the best, that is the last.
func (t *training) keep(e int) error {
	h := t.result.History
	better := t.Patience == 0 || len(t.validation) == 0 || e == 1 || h[e-1].ValLoss < h[t.result.Best-1].ValLoss
	if !better {
		return nil
	}
	t.result.Best = e
	if t.Patience == 0 || len(t.validation) == 0 {
		return nil
	}
	var err error
	t.best, err = t.Weights()
	return err
}

// CPUTime is the user and system time of this process so far.
func CPUTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
