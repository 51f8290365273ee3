package paper

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"flowbook/flowlib/flowio"
	"flowbook/internal/manifest"
	"flowbook/modellib/run"
)

// Test is what one model said of the test windows of one fold, with one seed.
type Test struct {
	Model     string
	Seed      int64 // 0 for baselines, which have none
	Fold      int   // from 1
	Superflow []string
	run.Predictions
}

// millionths is how fine probabilities are stored.
const millionths = 1e6

// WritePredictions writes the tests of one task of an arm and returns the file
// for the manifest. classes name the columns of probabilities.
func WritePredictions(dir, arm, task string, classes []string, tests []Test) (manifest.File, error) {
	var models, groups, superflows []string
	var seeds, folds, windows, truths []int32
	probs := make([][]int32, len(classes))
	for _, t := range tests {
		for i := range t.Window {
			models, groups, superflows = append(models, t.Model), append(groups, t.Group[i]), append(superflows, t.Superflow[i])
			seeds, folds = append(seeds, int32(t.Seed)), append(folds, int32(t.Fold))
			windows, truths = append(windows, int32(t.Window[i])), append(truths, int32(t.Truth[i]))
			for k := range classes {
				probs[k] = append(probs[k], int32(math.Round(t.Probs[i][k]*millionths)))
			}
		}
	}
	columns := []flowio.Column{
		{Name: "model", Data: models}, {Name: "seed", Data: seeds}, {Name: "fold", Data: folds},
		{Name: "window", Data: windows}, {Name: "truth", Data: truths}, {Name: "group", Data: groups}, {Name: "superflow", Data: superflows},
	}
	for k, c := range classes {
		columns = append(columns, flowio.Column{Name: "p." + c, Unit: "1e-6", Data: probs[k]})
	}
	return manifest.WriteData(dir, kindOf(arm, task), ".parquet", func(w io.Writer) error { return flowio.WriteColumns(w, columns) })
}

func kindOf(arm, task string) string { return "predictions-" + arm + "-" + task }

// table is the predictions of one task of an arm.
type table struct {
	models map[string][]int64 // its seeds, in order of appearance
	tests  map[string]*seeded // by model and seed
}

// seeded is what a model said with one seed, its folds joined.
type seeded struct {
	superflow []string
	run.Predictions
}

func key(model string, seed int64) string { return fmt.Sprint(model, "/", seed) }

// read reads the predictions of one task.
func readPredictions(dir string, f manifest.File, task Task) (*table, error) {
	path := filepath.Join(dir, f.Name)
	if err := f.Check(dir); err != nil {
		return nil, fmt.Errorf("%w: make the results again", err)
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	columns, err := flowio.ReadColumns(in, f.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t, err := newTable(columns, task)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// newTable gathers the rows by model and seed.
func newTable(c *flowio.Columns, task Task) (*table, error) {
	var models, groups, superflows []string
	var seeds, windows, truths []int32
	for name, dst := range map[string]*[]string{"model": &models, "group": &groups, "superflow": &superflows} {
		if err := flowio.Get(c, name, dst); err != nil {
			return nil, err
		}
	}
	for name, dst := range map[string]*[]int32{"seed": &seeds, "window": &windows, "truth": &truths} {
		if err := flowio.Get(c, name, dst); err != nil {
			return nil, err
		}
	}
	probs := make([][]int32, len(task.Classes))
	for k, class := range task.Classes {
		if err := flowio.Get(c, "p."+class, &probs[k]); err != nil {
			return nil, err
		}
	}
	t := &table{models: map[string][]int64{}, tests: map[string]*seeded{}}
	for i, model := range models {
		if truths[i] < 0 || int(truths[i]) >= len(task.Classes) {
			return nil, fmt.Errorf("row %d has truth %d, expected 0 to %d", i, truths[i], len(task.Classes)-1)
		}
		s := t.of(model, int64(seeds[i]), task.Name)
		row := make([]float64, len(probs))
		for k := range row {
			row[k] = float64(probs[k][i]) / millionths
		}
		s.Window, s.Truth = append(s.Window, int(windows[i])), append(s.Truth, int(truths[i]))
		s.Group, s.superflow, s.Probs = append(s.Group, groups[i]), append(s.superflow, superflows[i]), append(s.Probs, row)
	}
	return t, nil
}

// of finds or makes the predictions of a model with a seed.
func (t *table) of(model string, seed int64, task string) *seeded {
	k := key(model, seed)
	s := t.tests[k]
	if s == nil {
		s = &seeded{Predictions: run.Predictions{Model: model, Task: task}}
		t.tests[k] = s
		t.models[model] = append(t.models[model], seed)
	}
	return s
}

// Open reads a results directory. A missing directory, another format and a
// file that is not the one that the manifest lists are errors.
func Open(dir string) (*Results, error) {
	r := &Results{Dir: dir}
	if _, err := manifest.Read(dir, "directory of results", Format, &r.Manifest); err != nil {
		return nil, err
	}
	for _, a := range r.Arms {
		a.seen = map[string]*table{}
		for _, task := range a.Tasks {
			f, ok := r.file(kindOf(a.Preset, task.Name))
			if !ok {
				return nil, fmt.Errorf("%s: lists no %s", filepath.Join(dir, manifest.Name), kindOf(a.Preset, task.Name))
			}
			var err error
			if a.seen[task.Name], err = readPredictions(dir, f, task); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

func (r *Results) file(kind string) (manifest.File, bool) {
	for _, f := range r.Files {
		if f.Kind == kind {
			return f, true
		}
	}
	return manifest.File{}, false
}

// Results are an opened results directory.
type Results struct {
	Dir string
	Manifest
}

// Arm is the arm of a preset, nil when there is none.
func (r *Results) Arm(preset string) *Arm {
	for _, a := range r.Arms {
		if a.Preset == preset {
			return a
		}
	}
	return nil
}

// Predictions are what a model said for a task, a value a seed, its folds
// joined; none when it does not do the task. "winner" is the better
// multi-task model.
func (a *Arm) Predictions(model, task string) []*run.Predictions {
	t := a.seen[task]
	if t == nil {
		return nil
	}
	model = a.resolve(model)
	var out []*run.Predictions
	for _, seed := range t.models[model] {
		out = append(out, &t.tests[key(model, seed)].Predictions)
	}
	return out
}

// resolve names the model that "winner" stands for.
func (a *Arm) resolve(model string) string {
	if model == winner {
		return a.Winner + "-mt"
	}
	return model
}

// Model is what the manifest says of a model.
func (a *Arm) Model(name string) (Model, bool) {
	name = a.resolve(name)
	for _, m := range a.Models {
		if m.Name == name {
			return m, true
		}
	}
	return Model{}, false
}

// title is the name of a model in tables.
func (a *Arm) title(name string) string {
	if m, ok := a.Model(name); ok {
		return m.Title
	}
	return name
}

// task is a task of the arm.
func (a *Arm) task(name string) (Task, bool) {
	for _, t := range a.Tasks {
		if t.Name == name {
			return t, true
		}
	}
	return Task{}, false
}

// taskTitle is a task in words.
func taskTitle(task string) string {
	switch task {
	case "type":
		return "traffic type"
	case "app":
		return "application"
	}
	return task
}

// capital starts a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
