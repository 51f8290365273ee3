package modellib

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"

	"flowbook/modellib/backend"
	"flowbook/modellib/baseline"
	"flowbook/modellib/run"
)

// baselinesOf are those of the job's split, which a session computes once.
func (s *Session) baselinesOf(j *job) []run.Predictions {
	name := fmt.Sprintf("%s %+v %q", j.set.Hash, j.recipe.Split, j.recipe.Tasks)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.baselines[name] == nil {
		s.baselines[name] = j.baselines()
	}
	return s.baselines[name]
}

// baselines are majority and 1-NN on the same split, a head each. 1-NN sees
// the same scaled numbers as the network.
func (j *job) baselines() []run.Predictions {
	per := j.input.Steps * j.input.Features
	train, test := j.rows(j.split.Train, per), j.rows(j.split.Test, per)
	var out []run.Predictions
	for i, task := range j.tasks {
		y := make([]int32, len(j.split.Train))
		for k, w := range j.split.Train {
			y[k] = j.data.Labels[i][w]
		}
		classes := len(task.Classes)
		out = append(out,
			j.predictions("majority", task.Name, i, j.split.Test, baseline.Majority(y, classes, len(test))),
			j.predictions("1-NN", task.Name, i, j.split.Test, baseline.KNN(1, train, y, test, classes)))
	}
	return out
}

// rows are the numbers of windows, a slice each.
func (j *job) rows(windows []int, per int) [][]float32 {
	flat := make([]float32, len(windows)*per)
	j.data.Fill(flat, windows)
	var rows [][]float32
	for at := 0; at < len(flat); at += per {
		rows = append(rows, flat[at:at+per])
	}
	return rows
}

// manifest is what the run says of data, split, backend and versions.
func (j *job) manifest(choice *backend.Choice) (run.Manifest, error) {
	s := j.split
	m := run.Manifest{
		Recipe: j.recipe, Model: j.recipe.Model, Tasks: j.tasks,
		Data: run.Data{Dir: j.set.Dir, Hash: j.set.Hash, Windows: len(j.set.Windows), Steps: j.set.Steps, Features: j.set.Features, Recipe: j.set.Manifest.Recipe},
		Split: run.Split{Name: s.Name, Unit: s.Unit, Seed: s.Spec.Seed, Train: len(s.Train), Validation: len(s.Validation),
			Test: len(s.Test), TestGroups: s.TestGroups, NotEstimable: s.NotEstimable},
		Versions: versions(),
	}
	var err error
	m.Backend, err = backendOf(choice)
	return m, err
}

// versions are Go and the modules that compute.
func versions() []run.Version {
	out := []run.Version{{Name: "go", Version: runtime.Version()}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	for _, dep := range info.Deps {
		if slices.Contains([]string{"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla"}, dep.Path) {
			out = append(out, run.Version{Name: dep.Path, Version: dep.Version})
		}
	}
	return out
}
