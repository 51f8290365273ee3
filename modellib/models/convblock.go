package models

import (
	"fmt"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// convBlock is convolution, ReLU, pooling and normalisation: what the networks
// with convolutions repeat. Its forward passes run in the order of the blocks.
type convBlock struct {
	Pool [2]int
	Old  bool  // moving variances as in Keras 2.7
	mask *Node // [B, rows of the present map], 1 for real rows; nil: all are real
}

// forward is block number i, from 1, on x [B,H,W,C].
func (c *convBlock) forward(p *Pass, x *Node, i int) *Node {
	x = c.masked(x)
	name := fmt.Sprintf("conv%d", i)
	kernel, bias := p.weight(name+"/kernel"), p.weight(name+"/bias")
	switch {
	case p.Watch != nil || c.mask != nil:
		x = c.masked(keras.Relu(keras.ConvSame(x, kernel, bias)))
		p.watch(name, fmt.Sprintf("convolution %d × %d, ReLU", kernel.Shape().Dim(0), kernel.Shape().Dim(1)), x)
		x = keras.MaxPoolSame(x, c.Pool[0], c.Pool[1])
	case x.Shape().Dim(-1) == 1: // of one channel: faster in the fused form, which gives the same
		x = keras.ConvReluPool(x, kernel, bias, c.Pool[0], c.Pool[1])
	default: // ReLU after the maximum is the same and has less to do
		x = keras.Relu(keras.MaxPoolSame(keras.ConvSame(x, kernel, bias), c.Pool[0], c.Pool[1]))
	}
	p.watch(fmt.Sprintf("pool%d", i), fmt.Sprintf("max pooling %d × %d", c.Pool[0], c.Pool[1]), x)
	return p.batchNorm(fmt.Sprintf("bn%d", i), x, c.pooled(p), c.Old)
}

// masked sets the padded rows of a map to zero.
func (c *convBlock) masked(x *Node) *Node {
	if c.mask == nil {
		return x
	}
	return Mul(x, ExpandAxes(c.mask, 2, 3))
}

// pooled goes on to the mask of the pooled map, and returns what counts in it:
// real rows of real windows.
func (c *convBlock) pooled(p *Pass) *Node {
	if c.mask == nil {
		return p.Rows
	}
	pooled := keras.MaxPoolSame(ExpandAxes(c.mask, 2, 3), c.Pool[0], 1)
	c.mask = Reshape(pooled, pooled.Shape().Dim(0), pooled.Shape().Dim(1))
	if p.Rows == nil {
		return c.mask
	}
	return Mul(c.mask, ExpandAxes(p.Rows, 1))
}
