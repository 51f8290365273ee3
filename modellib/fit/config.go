package fit

import (
	"errors"
	"fmt"
	"time"

	"flowbook/modellib/run"
)

// Config says how to train.
type Config struct {
	Epochs   int
	Until    int     // stop after so many epochs, with all that is needed to go on; 0: at the end
	Rate     float64 // learning rate
	Schedule Schedule
	Seed     int64   // of shuffling and dropout
	Ordered  bool    // take the windows in the given order instead of shuffling
	Patience int     // stop after so many epochs without a better validation score, and keep the best weights; 0: never
	Watch    string  // the score that tells the best epoch: WatchLoss ("" too) or WatchF1
	Clip     float64 // largest Euclidean norm of the gradient; 0: any. The program's Spec must say Clip.
	// Recompute takes the moving statistics of batch normalisation exactly
	// over the training part before each evaluation, instead of Keras' slow
	// averages, which lag hundreds of steps behind.
	Recompute bool
	// TaskWeights are c1, c2, … of section 3.7 of the paper, one a head: the
	// loss is their sum of the heads' losses. nil: 1 each.
	TaskWeights []float64
	// ClassWeights multiply the loss of a window by the weight of its class,
	// [head][class], as Keras' class_weight does. nil: 1 each. Losses are
	// reported without them.
	ClassWeights [][]float64

	// Each, if set, is called after every epoch; its error ends the training.
	Each func(history []run.Epoch) error
	// Progress, if set, is called after every step.
	Progress func(Progress)
	// Save, if set, stores the state: when SaveEvery has passed since the last
	// time, checked after every step and epoch, and when the context ends the
	// training. Its error ends the training. It does not keep the state.
	Save      func(*State) error
	SaveEvery time.Duration
	// From, if set, is the state to go on from.
	From *State
}

// What can tell the best epoch.
const (
	WatchLoss = "val_loss"     // lowest sum of the heads' validation losses
	WatchF1   = "val_macro_f1" // highest mean of the heads' macro F1 on validation
)

// Progress is where a training stands.
type Progress struct {
	Epoch, Epochs  int // of the training, from 1
	Batch, Batches int // of the epoch, from 1
}

// Done is the share of all steps that is done, if no early stop comes.
func (p Progress) Done() float64 {
	return (float64(p.Epoch-1) + float64(p.Batch)/float64(p.Batches)) / float64(p.Epochs)
}

// Check says what does not fit the network or the validation part, so that no
// time is spent before.
func (c Config) check(n *Network, validation []int) error {
	if len(validation) == 0 && (c.Patience > 0 || c.Schedule.NeedsValidation()) {
		return errors.New("the validation part is empty, expected windows to tell by when to stop or to lower the rate")
	}
	if c.Watch != "" && c.Watch != WatchLoss && c.Watch != WatchF1 {
		return fmt.Errorf("watch is %q, expected %q or %q", c.Watch, WatchLoss, WatchF1)
	}
	if c.Until > 0 && c.Save == nil {
		panic("fit: Until wants Save")
	}
	if (c.Clip > 0) != n.Clip {
		panic("fit: the program must be compiled with Clip when the gradient is to be limited, and only then")
	}
	if c.TaskWeights != nil && len(c.TaskWeights) != len(n.Heads) {
		return fmt.Errorf("%d task weights, expected %d", len(c.TaskWeights), len(n.Heads))
	}
	for i, h := range n.Heads {
		if c.ClassWeights != nil && len(c.ClassWeights[i]) != h.Classes {
			return fmt.Errorf("%d class weights of %s, expected %d", len(c.ClassWeights[i]), h.Task, h.Classes)
		}
	}
	return nil
}

// Better says whether an epoch scores better on validation than another, by Watch.
func (c Config) Better(e, than run.Epoch) bool {
	if c.Watch != WatchF1 {
		return e.ValLoss < than.ValLoss
	}
	f1 := func(e run.Epoch) (sum float64) {
		for _, h := range e.Heads {
			sum += h.ValMacroF1
		}
		return sum
	}
	return f1(e) > f1(than)
}
