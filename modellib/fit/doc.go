// Package fit trains the networks and lets them predict.
//
// A Network is a model with weights on a backend. It compiles two programs,
// one for a training step and one for evaluation, each for one batch size:
// an incomplete batch is padded, and the padding has weight 0 in the loss, in
// the batch statistics and in every metric. Train is the loop over epochs.
//
// All random numbers come from the host and depend on the seed and on the
// number of the epoch only, so a training is the same on every backend up to
// rounding, and bit for bit on the same one.
package fit
