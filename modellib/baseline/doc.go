// Package baseline holds the classifiers that every network must beat before
// its score means anything, in pure Go:
//
//	Majority, Stratified   what class frequencies alone give
//	KNN, KNNBy             exact nearest neighbours by L1 or L2
//	KNNWindows             the same for overlapping windows, twenty times as fast
//	NewTree                CART, or C4.5 (gain ratio, pruning) with C45()
//	NewForest              a random forest
//
// All return probabilities in the shape of a network's softmax output, one row
// a window and one column a class, so that the same metrics apply. Each gives
// the same numbers for any number of processors. Boosted trees are not here:
// no well-kept Go library grows them.
package baseline
