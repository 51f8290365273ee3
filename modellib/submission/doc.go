// Package submission scores predictions that somebody else made, so that a
// model written in Python stands in the same table as ours: on the same folds,
// beside the same baselines, with the same intervals and tests.
//
// A named task, such as course-1.0/type/by-host, says what is predicted and by
// which folds: one frozen split, or folds that are dealt. WriteFolds writes the
// part of each window in each fold; a model is trained once a fold on the
// windows of train. Its predictions of all test windows, CSV or Parquet, a row
// a window, have the columns
//
//	window      number of the window in the data set
//	truth       name of its class: predictions of another data set are found out by it
//	predicted   name of the class, or instead
//	p.CLASS     probability of each class
//	seed        of the repetition, where there are several; each holds every window
//
// and may have others, which are ignored.
package submission
