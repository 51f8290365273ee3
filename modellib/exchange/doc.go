// Package exchange takes trained networks out of flowbook and back in: files
// that NumPy, Keras and ONNX Runtime read.
//
//	MODEL.npz    weights by Keras' names in Keras' layout, the scaler, and
//	             card.json, which says what network they belong to; both ways:
//	             tools/interop/flowbook_keras.py makes a Keras model of it and
//	             writes the weights of a Keras model back
//	MODEL.onnx   the whole way from raw features to probabilities as one graph,
//	             for a fixed number of windows; one way
//
// Both hold example windows with the probabilities that flowbook gives them
// (the .npz as arrays), so that whoever reads the file can tell at once whether
// it was read right.
package exchange
