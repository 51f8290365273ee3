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

// baselinesOf are those of the job's split, a pair a head; a session computes
// those of a task once.
func (s *Session) baselinesOf(j *job) []run.Predictions {
	var out []run.Predictions
	s.mu.Lock()
	defer s.mu.Unlock()
	for head, task := range j.tasks {
		name := fmt.Sprintf("%s %+v %q", j.set.Hash, j.recipe.Split, task.Name)
		if s.baselines[name] == nil {
			s.baselines[name] = j.baselines(head)
		}
		out = append(out, s.baselines[name]...)
	}
	return out
}

// baselines are majority and 1-NN on the same split for one head. 1-NN sees
// the same scaled numbers as the network.
func (j *job) baselines(head int) []run.Predictions {
	task := j.tasks[head]
	y := make([]int32, len(j.split.Train))
	for k, w := range j.split.Train {
		y[k] = j.data.Labels[head][w]
	}
	return []run.Predictions{
		j.predictions("majority", task.Name, head, j.split.Test, baseline.Majority(y, len(task.Classes), len(j.split.Test))),
		j.predictions("1-NN", task.Name, head, j.split.Test, j.nearest(y, len(task.Classes))),
	}
}

// nearest is 1-NN of the test windows. Windows that overlap share the distances
// of their rows; what stands in a padded step is the window's own.
func (j *job) nearest(y []int32, classes int) [][]float64 {
	width := len(j.set.Features)
	number := map[int32]int32{} // of a row of the set, in rows
	var rows [][]float32
	index := func(windows []int) [][]int32 {
		x := make([]float32, j.set.Size(1))
		out := make([][]int32, len(windows))
		for i, w := range windows {
			j.data.Fill(x, []int{w})
			for step, r := range j.set.Windows[w].Rows {
				n, ok := number[r]
				if !ok || r < 0 {
					n = int32(len(rows))
					number[r] = n
					rows = append(rows, slices.Clone(x[step*width:(step+1)*width]))
				}
				out[i] = append(out[i], n)
			}
		}
		return out
	}
	train, test := index(j.split.Train), index(j.split.Test)
	return baseline.KNNWindows(baseline.L2, 1, baseline.Windows{Rows: rows, Index: train}, y, baseline.Windows{Rows: rows, Index: test}, classes)
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
