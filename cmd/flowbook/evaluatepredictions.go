package main

import (
	"bytes"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/flowlib/label"
	"flowbook/modellib/submission"

	"github.com/google/renameio/v2"
)

// openTask opens the data set of a named task.
func openTask(f evaluateFlags) (submission.Task, *dataset.Set, error) {
	task, err := submission.ParseTask(f.task)
	if err != nil {
		return task, nil, usageError("%v", err)
	}
	if task.Set == course.Version { // its splits are frozen
		named, err := course.FindTask(f.task)
		if err != nil {
			return task, nil, usageError("%v", err)
		}
		task.Part = map[string]string{}
		for file, part := range named.Part {
			task.Part[label.Stem(file)] = part
		}
	}
	set, err := dataset.Open(f.data)
	return task, set, err
}

// evaluatePredictions scores predictions that somebody else made, and writes
// the folds to make them by.
func (a *app) evaluatePredictions(f evaluateFlags) error {
	task, set, err := openTask(f)
	if err != nil {
		return err
	}
	if f.folds != "" {
		var b bytes.Buffer
		if err := task.WriteFolds(&b, set); err != nil {
			return err
		}
		if err := renameio.WriteFile(f.folds, b.Bytes(), 0o644); err != nil {
			return err
		}
		a.say("%s: the folds of %s", f.folds, task.Name)
	}
	if f.predictions == "" {
		return nil
	}
	report, err := submission.Score(f.predictions, set, task)
	if err != nil {
		return err
	}
	return a.print(report, f.asJSON)
}
