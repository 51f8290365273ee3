// Package paper makes every table of the paper out of the predictions that its
// experiments left on disk, published and fair side by side, and says how far
// each number can be believed. It trains nothing and links no GoMLX; the
// trainings are in package experiment below.
//
//	r, err := paper.Open("out")
//	fmt.Println(r.Arm("recommended").Table3())
//	fmt.Println(r.RQ1())
//
// A results directory is what its manifest.json lists:
//
//	predictions-ARM-TASK-HASH.parquet   a row a test window, model and seed
//	report.md, report.html, figure-…    made of the predictions and the manifest alone
//	runs/, data/                        the trainings and data sets, to go on from; not listed
//
// Probabilities are stored in millionths, and every number of a report is
// computed from the stored ones, so that whoever has the directory gets the
// same numbers.
package paper
