// Package run reads and writes run directories: what one training left on
// disk. It links no GoMLX, so that a notebook cell that only looks at results
// builds in half a second.
//
// A run directory is what its manifest.json lists:
//
//	manifest.json                    recipe, tasks, data, split, backend, times, files
//	history-HASH.jsonl               a line of JSON an epoch
//	predictions-MODEL-TASK-HASH.csv  a line a test window: number, group, truth, a probability a class
//	validation-MODEL-TASK-HASH.csv   the same of the validation part, for calibration
//	baselines-MODEL-TASK-HASH.csv    the same of majority and nearest neighbour
//	weights-HASH.npz                 the trained weights
//
// HASH is the start of the file's SHA-256, and the manifest, which holds the
// whole of it, is renamed into place last. So a writer killed at any moment
// leaves the old run or the new one, and Open tells a torn or edited
// directory from a whole one. While a training goes on, WriteHistory keeps
// history.jsonl; a directory that has it and no manifest is an unfinished run.
//
// Numbers are written with as many digits as bring back the same float64.
package run
