package fit

import (
	"math"

	"flowbook/modellib/run"
)

// Tally sums loss and metrics of one head over windows, as Keras does over an
// epoch: every window counts the same.
type Tally struct {
	Windows           int
	Loss              float64 // sum, nats
	Correct           int     // argmax equals the label; the first maximum counts
	TruePos, Positive int     // one-hot outputs with p > 0.5: right ones, all
}

// Add counts windows with their logits [n·classes] and labels [n].
func (t *Tally) Add(logits []float32, classes int, labels []int32) {
	for i := 0; i*classes < len(logits); i++ {
		row, label := logits[i*classes:(i+1)*classes], int(labels[i])
		top, best := row[0], 0
		for c, z := range row {
			if z > top {
				top, best = z, c
			}
		}
		sum := 0.0
		for _, z := range row {
			sum += math.Exp(float64(z - top))
		}
		t.Windows++
		t.Loss += math.Log(sum) - float64(row[label]-top)
		if best == label {
			t.Correct++
		}
		if 1/sum > 0.5 { // the largest output; no other can be above a half
			t.Positive++
			if best == label {
				t.TruePos++
			}
		}
	}
}

// ratio is a/b, and 0 where there is nothing to divide by, as in Keras.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// MeanLoss is the mean loss of a window.
func (t Tally) MeanLoss() float64 { return t.Loss / float64(t.Windows) }

// epoch joins the tallies of the heads over the training and the validation
// part (nil where there is none) into one line of history.
func epoch(number int, tasks []string, train, validation []Tally) run.Epoch {
	e := run.Epoch{Epoch: number}
	for i, task := range tasks {
		t := train[i]
		h := run.HeadEpoch{Task: task, Loss: t.MeanLoss(), Accuracy: ratio(t.Correct, t.Windows),
			Precision: ratio(t.TruePos, t.Positive), Recall: ratio(t.TruePos, t.Windows),
			ValLoss: math.NaN(), ValAccuracy: math.NaN(), ValPrecision: math.NaN(), ValRecall: math.NaN()}
		if validation != nil {
			v := validation[i]
			h.ValLoss, h.ValAccuracy = v.MeanLoss(), ratio(v.Correct, v.Windows)
			h.ValPrecision, h.ValRecall = ratio(v.TruePos, v.Positive), ratio(v.TruePos, v.Windows)
		}
		e.Loss, e.ValLoss = e.Loss+h.Loss, e.ValLoss+h.ValLoss
		e.Heads = append(e.Heads, h)
	}
	return e
}
