// Package baseline holds the classifiers that every network must beat before
// its score means anything: the largest class, and the nearest neighbours.
// Both return probabilities in the shape of a network's softmax output, one
// row a window and one column a class, so that the same metrics apply.
package baseline
