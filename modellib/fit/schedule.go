package fit

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"flowbook/modellib/run"
)

// Schedule says how the learning rate changes over a training.
type Schedule struct {
	Kind   string  // constant, linear, cosine, step, exponential or plateau; "" is constant
	Every  int     // of step and plateau: epochs
	Factor float64 // of step, exponential and plateau
	Warmup float64 // epochs over which the rate grows from 0 to what Kind says
}

// ParseSchedule reads the form that flags and recipes have:
//
//	constant           the rate as it is
//	linear             falls to 0 at the end of the last epoch
//	cosine             falls to 0 along half a cosine (Loshchilov and Hutter, 2017)
//	step:N:F           times F after every N epochs
//	exponential:F      times F after every epoch
//	plateau:N:F        times F whenever N epochs brought no lower validation loss
func ParseSchedule(text string) (Schedule, error) {
	parts := strings.Split(text, ":")
	s := Schedule{Kind: parts[0]}
	args := map[string]int{"": 0, "constant": 0, "linear": 0, "cosine": 0, "exponential": 1, "step": 2, "plateau": 2}
	n, known := args[s.Kind]
	if !known || len(parts) != n+1 {
		return s, fmt.Errorf("schedule is %q, expected constant, linear, cosine, step:EPOCHS:FACTOR, exponential:FACTOR or plateau:EPOCHS:FACTOR", text)
	}
	if n == 2 {
		every, err := strconv.Atoi(parts[1])
		if err != nil || every < 1 {
			return s, fmt.Errorf("schedule is %q, expected a whole number of epochs in the place of %q", text, parts[1])
		}
		s.Every = every
	}
	if n > 0 {
		factor, err := strconv.ParseFloat(parts[n], 64)
		if err != nil || !(factor > 0 && factor <= 1) {
			return s, fmt.Errorf("schedule is %q, expected a factor above 0 and at most 1 in the place of %q", text, parts[n])
		}
		s.Factor = factor
	}
	return s, nil
}

// NeedsValidation says whether the schedule looks at the validation loss.
func (s Schedule) NeedsValidation() bool { return s.Kind == "plateau" }

// Rate is the learning rate of a step: batch (from 0) of batches in an epoch
// (from 1) of epochs. history are the epochs before; they alone decide a
// plateau, so a resumed training has the same rates.
func (s Schedule) Rate(base float64, epoch, epochs, batch, batches int, history []run.Epoch) float64 {
	done := float64(epoch-1) + float64(batch)/float64(batches)
	rate := base
	switch s.Kind {
	case "linear":
		rate *= 1 - done/float64(epochs)
	case "cosine":
		rate *= (1 + math.Cos(math.Pi*done/float64(epochs))) / 2
	case "step":
		rate *= math.Pow(s.Factor, float64((epoch-1)/s.Every))
	case "exponential":
		rate *= math.Pow(s.Factor, float64(epoch-1))
	case "plateau":
		rate *= math.Pow(s.Factor, float64(plateaus(history, s.Every)))
	}
	if first := done + 1/float64(batches); first < s.Warmup {
		rate *= first / s.Warmup
	}
	return rate
}

// plateaus counts how often so many epochs in a row brought no lower
// validation loss; after each the count of epochs begins anew, as in Keras'
// ReduceLROnPlateau.
func plateaus(history []run.Epoch, patience int) int {
	best, waited, n := math.Inf(1), 0, 0
	for _, e := range history {
		if e.ValLoss < best {
			best, waited = e.ValLoss, 0
			continue
		}
		if waited++; waited >= patience {
			waited, n = 0, n+1
		}
	}
	return n
}
