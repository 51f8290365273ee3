package fit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/keras"
	"flowbook/modellib/run"
)

// Result is what a training gave, beside the network's weights.
type Result struct {
	History []run.Epoch
	Best    int    // epoch whose weights the network has, from 1
	Stopped string // "epochs", "early stop", or "paused" by Config.Until
}

// Train fits the network to the windows of train and evaluates it after every
// epoch on those of validation, which may be empty where nothing is to be told
// by it. Training values of an epoch are running means in training mode with
// the weights of each step; validation values are taken after the epoch in
// inference mode, as in Keras.
//
// With Config.From it goes on from there, and ends with the same bits as a
// training that was never stopped. A cancelled context ends it between two
// steps with the context's error, after Save; a loss that is no number ends it
// with a *NotFinite. The Result then holds the epochs so far.
func Train(ctx context.Context, n *Network, d Data, train, validation []int, c Config) (*Result, error) {
	if len(train) == 0 {
		return nil, errors.New("fit: no windows to train on")
	}
	if err := d.Check(n.Heads, slices.Concat(train, validation)); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	if err := c.check(n, validation); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	t := &training{Network: n, Data: d, Config: c, batch: n.NewBatch(), train: slices.Clone(train), validation: validation,
		batches: (len(train) + n.Batch - 1) / n.Batch, epoch: 1, saved: time.Now()}
	if c.From != nil {
		if err := t.restore(c.From); err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
	}
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
	batches           int // of an epoch

	epoch, done int       // epoch under way, and how many of its batches are done
	masks       *rand.PCG // of dropout in this epoch
	tally       []Tally   // of this epoch so far
	rate        float64   // of the last step
	result      Result
	best        map[string]npz.Tensor // weights of the best epoch, with early stopping
	saved       time.Time
}

func (t *training) run(ctx context.Context) error {
	for !t.finished() {
		if err := t.finishEpoch(ctx); err != nil {
			if ctx.Err() != nil && t.Save != nil {
				err = errors.Join(err, t.save())
			}
			return err
		}
		if err := t.saveIfDue(); err != nil {
			return err
		}
	}
	if t.result.Stopped == "paused" {
		return t.save()
	}
	if t.best != nil {
		return t.SetWeights(t.best)
	}
	return nil
}

// finished says whether the epochs so far end the training, and why.
func (t *training) finished() bool {
	n := len(t.result.History)
	switch {
	case t.Patience > 0 && n-t.result.Best >= t.Patience:
		t.result.Stopped = "early stop"
	case n >= t.Epochs:
		t.result.Stopped = "epochs"
	case t.Until > 0 && n >= t.Until:
		t.result.Stopped = "paused"
	default:
		return false
	}
	return true
}

// finishEpoch trains on the windows of the epoch that are left, and evaluates.
func (t *training) finishEpoch(ctx context.Context) error {
	t.shuffle()
	if t.masks == nil {
		t.masks = keras.Source(t.Seed, fmt.Sprint("dropout of epoch ", t.epoch))
	}
	if t.tally == nil {
		t.tally = newTallies(t.Heads)
	}
	for t.done < t.batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := t.done * t.Batch
		if err := t.trainOn(t.train[from:min(from+t.Batch, len(t.train))]); err != nil {
			return err
		}
		t.done++
		if t.Progress != nil {
			t.Progress(Progress{t.epoch, t.Epochs, t.done, t.batches})
		}
		if err := t.saveIfDue(); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.evaluate(); err != nil {
		return err
	}
	t.epoch, t.done, t.masks, t.tally = t.epoch+1, 0, nil, nil
	if t.Each != nil {
		return t.Each(t.result.History)
	}
	return nil
}

// shuffle puts the windows in the order of the epoch, which depends on the
// seed and its number only.
func (t *training) shuffle() {
	if t.Ordered {
		return
	}
	r := keras.Rand(t.Seed, fmt.Sprint("order of epoch ", t.epoch))
	slices.Sort(t.train)
	r.Shuffle(len(t.train), func(i, j int) { t.train[i], t.train[j] = t.train[j], t.train[i] })
}

// trainOn takes one step.
func (t *training) trainOn(windows []int) error {
	t.batch.Fill(t.Data, windows)
	t.batch.weigh(t.TaskWeights, t.ClassWeights)
	steps, features := t.Input.Dims()
	t.Model.InputDropout().Apply(rand.New(t.masks), t.batch.x[:t.batch.n*t.batch.per], steps, features)
	t.rate = t.Schedule.Rate(t.Rate, t.epoch, t.Epochs, t.done, t.batches, t.result.History)
	logits, err := t.Step(t.batch, t.rate, t.Clip)
	if err != nil {
		return err
	}
	for i, h := range t.Heads {
		t.tally[i].Add(logits[i], h.Classes, t.batch.labels[i])
		if !isFinite(t.tally[i].Loss) {
			return t.notFinite(i, windows, logits[i])
		}
	}
	return nil
}

// evaluate closes an epoch: validation, history, best weights.
func (t *training) evaluate() error {
	if t.Recompute && (len(t.validation) > 0 || t.epoch == t.Epochs) {
		if err := t.recompute(t.Data, t.train, t.batch); err != nil {
			return err
		}
	}
	var validation []Tally
	if len(t.validation) > 0 {
		validation = newTallies(t.Heads)
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
	e := newEpoch(t.epoch, t.Heads, t.TaskWeights, t.tally, validation)
	e.Rate = t.rate
	t.result.History = append(t.result.History, e)
	return t.keep()
}

// keep remembers the weights of the best epoch; without early stopping that is
// the last.
func (t *training) keep() error {
	h := t.result.History
	e := len(h)
	if t.Patience > 0 && e > 1 && !t.Better(h[e-1], h[t.result.Best-1]) {
		return nil
	}
	t.result.Best = e
	if t.Patience == 0 {
		return nil
	}
	var err error
	t.best, err = t.Weights()
	return err
}
