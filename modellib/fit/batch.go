package fit

import (
	"fmt"

	"flowbook/modellib/models"

	"github.com/gomlx/gomlx/core/tensors"
)

// Data are windows with their classes.
type Data struct {
	// Fill writes the numbers of the given windows, time-major and scaled.
	Fill func(dst []float32, windows []int)
	// Mask writes 1 for every real step of the given windows and 0 for every
	// padded one; nil where no window is padded.
	Mask func(dst []float32, windows []int)
	// Labels has the class of every window, a head each; nil where there are
	// none to learn from.
	Labels [][]int32
}

// Check says which label is none of its head's classes, so that no time is
// spent before.
func (d Data) Check(heads []models.Head, windows []int) error {
	if len(d.Labels) != len(heads) {
		return fmt.Errorf("labels of %d tasks, expected %d", len(d.Labels), len(heads))
	}
	for i, h := range heads {
		for _, w := range windows {
			if w < 0 || w >= len(d.Labels[i]) {
				return fmt.Errorf("window %d, expected 0 to %d", w, len(d.Labels[i])-1)
			}
			if y := d.Labels[i][w]; y < 0 || int(y) >= h.Classes {
				return fmt.Errorf("window %d has %s class %d, expected 0 to %d", w, h.Task, y, h.Classes-1)
			}
		}
	}
	return nil
}

// Batch is up to size windows, padded to size with zeros.
type Batch struct {
	n       int // real windows
	x       []float32
	rows    []float32   // 1 for real ones
	mask    []float32   // 1 for real steps; nil without a mask
	labels  [][]int32   // a head each
	weights [][]float32 // of each row in the loss of each head; 0 for padding
	per     int         // numbers of a window
}

// NewBatch makes an empty batch for a program; it is filled again and again.
func (p *Program) NewBatch() *Batch {
	b := &Batch{per: p.Input.Steps * p.Input.Features, rows: make([]float32, p.Batch)}
	b.x = make([]float32, p.Batch*b.per)
	if p.Mask {
		b.mask = make([]float32, p.Batch*p.Input.Steps)
	}
	for range p.Heads {
		b.labels = append(b.labels, make([]int32, p.Batch))
		b.weights = append(b.weights, make([]float32, p.Batch))
	}
	return b
}

// Fill takes the given windows; each has weight 1 in every loss.
func (b *Batch) Fill(d Data, windows []int) {
	if len(windows) > len(b.rows) {
		panic(fmt.Sprintf("fit: %d windows in a batch of %d", len(windows), len(b.rows)))
	}
	b.n = len(windows)
	d.Fill(b.x[:b.n*b.per], windows)
	clear(b.x[b.n*b.per:])
	b.fillMask(d, windows)
	for i := range b.rows {
		b.rows[i] = 0
		if i < b.n {
			b.rows[i] = 1
		}
	}
	for h, of := range d.Labels {
		clear(b.labels[h])
		copy(b.weights[h], b.rows)
		for i, w := range windows {
			b.labels[h][i] = of[w]
		}
	}
}

// fillMask sets the mask of real steps; padding rows have none.
func (b *Batch) fillMask(d Data, windows []int) {
	if b.mask == nil {
		return
	}
	real := b.n * (len(b.mask) / len(b.rows))
	clear(b.mask)
	if d.Mask != nil {
		d.Mask(b.mask[:real], windows)
		return
	}
	for i := range real {
		b.mask[i] = 1
	}
}

// weigh multiplies the weight of each row by that of its head and its class.
func (b *Batch) weigh(tasks []float64, classes [][]float64) {
	for h := range b.weights {
		for i := range b.n {
			w := 1.0
			if tasks != nil {
				w = tasks[h]
			}
			if classes != nil {
				w *= classes[h][b.labels[h][i]]
			}
			b.weights[h][i] = float32(w)
		}
	}
}

// args are the first inputs of every program.
func (b *Batch) args(p *Program) []any {
	args := []any{tensors.FromFlatDataAndDimensions(b.x, p.Batch, b.per), tensors.FromFlatDataAndDimensions(b.rows, p.Batch)}
	if b.mask != nil {
		args = append(args, tensors.FromFlatDataAndDimensions(b.mask, p.Batch, p.Input.Steps))
	}
	return args
}

// logits are the rows of the real windows of each head's output.
func (b *Batch) logits(out []*tensors.Tensor, heads []models.Head) ([][]float32, error) {
	logits := make([][]float32, len(heads))
	for i, h := range heads {
		flat, err := tensors.CopyFlatData[float32](out[i])
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		logits[i] = flat[:b.n*h.Classes]
	}
	return logits, nil
}
