// Package keras has the layers of the paper's networks as Keras computes them,
// written as GoMLX graphs: what GoMLX lacks (the GRU with reset_after, 'same'
// pooling, Keras' Adam) and what it computes otherwise (the gradient of
// convolutions with even kernels, batch normalisation).
//
// All layers are functions of nodes: they own no variables. Tensors are
// float32 in Keras' layout: maps [batch, height, width, channels], kernels
// [height, width, in, out], dense kernels [in, out], GRU kernels [in, 3·units]
// with the gates in the order z, r, h.
//
// A batch may be padded to a fixed size so that one compiled program serves
// all of them. Then rows [batch] holds 1 for a real window and 0 for padding,
// and whatever averages over the batch (loss, batch statistics) leaves the
// padding out exactly. rows nil means that all are real.
//
// The formulas are those of Keras 3 with TensorFlow; where Keras 2.7, which
// the paper used, differs, both are here. Gradients are GoMLX's own
// differentiation of these graphs. Shapes that do not fit panic, as in all
// graph building; GoMLX's executor turns such a panic into an error.
package keras
