package fit

import (
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
)

// layerMoments are the moments of the input of one batch normalisation over a
// batch, a value a channel, and the number of values that they are taken over.
type layerMoments struct {
	mean, variance []float32
	n              float64
}

// recompute sets the moving statistics of every batch normalisation to the
// exact mean and variance of its input over the given windows under the
// present weights. Layer by layer, since the input of the second depends on
// the statistics of the first; so the result does not depend on how the
// windows fall into batches.
func (n *Network) recompute(d Data, windows []int, b *Batch) error {
	for i, layer := range n.layers {
		var pool pooled
		for chunk := range slices.Chunk(windows, n.Batch) {
			b.Fill(d, chunk)
			_, moments, err := n.Eval(b)
			if err != nil {
				return err
			}
			pool.add(moments[i])
		}
		n.set(layer+"/moving_mean", pool.mean)
		n.set(layer+"/moving_variance", pool.variance())
	}
	return nil
}

// set replaces moving statistics.
func (n *Network) set(name string, values []float64) {
	flat := make([]float32, len(values))
	for i, v := range values {
		flat[i] = float32(v)
	}
	at := 0
	for _, p := range n.params {
		if p.Name == name {
			_ = n.fixed[at].FinalizeAll()
			n.fixed[at] = tensors.FromFlatDataAndDimensions(flat, p.Shape...)
		}
		if p.Fixed {
			at++
		}
	}
}

// pooled joins the moments of batches into those of all (Chan, Golub and
// LeVeque's update). Products are rounded before they are added, so that all
// processors give the same bits.
type pooled struct {
	n        float64
	mean, m2 []float64 // m2: sum of squared differences from the mean
}

func (p *pooled) add(m layerMoments) {
	n := m.n
	if p.mean == nil {
		p.mean, p.m2 = make([]float64, len(m.mean)), make([]float64, len(m.mean))
	}
	total := p.n + n
	for c := range p.mean {
		delta := float64(m.mean[c]) - p.mean[c]
		p.mean[c] += float64(delta * n / total)
		p.m2[c] += float64(float64(m.variance[c])*n) + float64(delta*delta*p.n*n/total)
	}
	p.n = total
}

func (p *pooled) variance() []float64 {
	v := make([]float64, len(p.m2))
	for c := range v {
		v[c] = p.m2[c] / p.n
	}
	return v
}
