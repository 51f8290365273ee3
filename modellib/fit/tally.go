package fit

import (
	"math"

	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// Tally sums loss and metrics of one head over windows, as Keras does over an
// epoch: every window counts the same.
type Tally struct {
	Windows           int
	Loss              float64 // sum, nats
	Correct           int     // argmax equals the label; the first maximum counts
	TruePos, Positive int     // one-hot outputs with p > 0.5: right ones, all
	Confusion         []int   // [truth·classes + prediction]
}

// newTallies are empty tallies, one a head.
func newTallies(heads []models.Head) []Tally {
	tallies := make([]Tally, len(heads))
	for i, h := range heads {
		tallies[i].Confusion = make([]int, h.Classes*h.Classes)
	}
	return tallies
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
		t.Confusion[label*classes+best]++
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

// MacroF1 is the mean F1 of the classes that occur in truth or prediction.
func (t Tally) MacroF1() float64 {
	classes := int(math.Sqrt(float64(len(t.Confusion))))
	sum, present := 0.0, 0
	for c := range classes {
		row, column := 0, 0
		for k := range classes {
			row += t.Confusion[c*classes+k]
			column += t.Confusion[k*classes+c]
		}
		if row+column > 0 {
			sum, present = sum+ratio(2*t.Confusion[c*classes+c], row+column), present+1
		}
	}
	return sum / float64(max(present, 1))
}

// newEpoch joins the tallies of the heads over the training and the validation
// part (nil where there is none) into one line of history.
func newEpoch(number int, heads []models.Head, weights []float64, train, validation []Tally) run.Epoch {
	e, nan := run.Epoch{Epoch: number}, math.NaN()
	for i, head := range heads {
		t := train[i]
		h := run.HeadEpoch{Task: head.Task, Loss: t.MeanLoss(), Accuracy: ratio(t.Correct, t.Windows),
			Precision: ratio(t.TruePos, t.Positive), Recall: ratio(t.TruePos, t.Windows), MacroF1: t.MacroF1(),
			ValLoss: nan, ValAccuracy: nan, ValPrecision: nan, ValRecall: nan, ValMacroF1: nan}
		if validation != nil {
			v := validation[i]
			h.ValLoss, h.ValAccuracy, h.ValMacroF1 = v.MeanLoss(), ratio(v.Correct, v.Windows), v.MacroF1()
			h.ValPrecision, h.ValRecall = ratio(v.TruePos, v.Positive), ratio(v.TruePos, v.Windows)
		}
		weight := 1.0
		if weights != nil {
			weight = weights[i]
		}
		e.Loss, e.ValLoss = e.Loss+float64(weight*h.Loss), e.ValLoss+float64(weight*h.ValLoss)
		e.Heads = append(e.Heads, h)
	}
	return e
}
