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
			if y := d.Labels[i][w]; y < 0 || int(y) >= h.Classes {
				return fmt.Errorf("window %d has %s class %d, expected 0 to %d", w, h.Task, y, h.Classes-1)
			}
		}
	}
	return nil
}

// Batch is up to size windows, padded to size with zeros.
type Batch struct {
	n      int // real windows
	x      []float32
	rows   []float32 // 1 for real ones
	labels [][]int32 // a head each
	per    int       // numbers of a window
}

// NewBatch makes an empty batch for a network; it is filled again and again.
func (n *Network) NewBatch() *Batch {
	b := &Batch{per: n.Input.Steps * n.Input.Features, rows: make([]float32, n.Batch)}
	b.x = make([]float32, n.Batch*b.per)
	for range n.Heads {
		b.labels = append(b.labels, make([]int32, n.Batch))
	}
	return b
}

// Fill takes the given windows.
func (b *Batch) Fill(d Data, windows []int) {
	if len(windows) > len(b.rows) {
		panic(fmt.Sprintf("fit: %d windows in a batch of %d", len(windows), len(b.rows)))
	}
	b.n = len(windows)
	d.Fill(b.x[:b.n*b.per], windows)
	clear(b.x[b.n*b.per:])
	for i := range b.rows {
		b.rows[i] = 0
		if i < b.n {
			b.rows[i] = 1
		}
	}
	for h, of := range d.Labels {
		clear(b.labels[h])
		for i, w := range windows {
			b.labels[h][i] = of[w]
		}
	}
}

// args are the first two inputs of every program.
func (b *Batch) args(n *Network) []any {
	return []any{tensors.FromFlatDataAndDimensions(b.x, n.Batch, b.per), tensors.FromFlatDataAndDimensions(b.rows, n.Batch)}
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
