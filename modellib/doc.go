// Package modellib has the verbs of the models: Train makes a run directory
// out of a data set and a recipe, Predict lets the network of a run classify
// windows.
//
//	set, _ := dataset.Open("data")
//	trained, err := modellib.Train(set, modellib.Defaults("gru", []string{"type", "app"}), "run", nil)
//	report, _ := evaluate.Run(trained)
//	fmt.Println(report)
//
// Resume goes on with a training that was stopped; Ensure opens, resumes or
// trains, whatever is left to do. A Session trains many networks and compiles
// each once: Session.OutOfFold over folds and seeds, Session.Validate for a
// search that must not see the test part (package tune).
//
// The packages below do the work: backend chooses what computes, keras has
// the layers, models the architectures, fit the training; run reads and writes
// run directories without linking any of that, evaluate scores them, baseline
// is what a network must beat.
package modellib
