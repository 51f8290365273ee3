package controls

import (
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
)

// Model learns rows and gives the probabilities of others: [len(test)][classes].
type Model struct {
	Name    string
	Predict func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64
}

// Majority always says the most frequent class.
func Majority() Model {
	return Model{"majority", func(_ [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.Majority(y, classes, len(test))
	}}
}

// Chance draws classes with the shares that they have in train.
func Chance(seed uint64) Model {
	return Model{"stratified chance", func(_ [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.Stratified(y, classes, len(test), seed)
	}}
}

// Nearest is k-NN.
func Nearest(m baseline.Metric, k int) Model {
	return Model{fmt.Sprintf("%d-NN %s", k, m), func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.KNNBy(m, min(k, len(x)), x, y, test, classes)
	}}
}

// Tree is a decision tree.
func Tree(name string, o baseline.TreeOptions) Model {
	return Model{name, func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.NewTree(x, y, classes, o).Predict(test)
	}}
}

// Forest is a random forest of 60 trees.
func Forest(seed uint64) Model {
	return Model{"forest", func(x [][]float32, y []int32, test [][]float32, classes int) [][]float64 {
		return baseline.NewForest(x, y, classes, baseline.ForestOptions{Trees: 60, Seed: seed}).Predict(test)
	}}
}

// Experiment is a model on a data set, a task and a split.
type Experiment struct {
	Name    string // of the row in a table; "" is the model's name
	Set     *dataset.Set
	Task    string // "type", "app", "vpn"
	Split   dataset.SplitSpec
	Parts   []*dataset.Split // folds that were made elsewhere; nil deals those of Split
	Model   Model
	View    View                             // nil is Flat
	Label   func(y []int32) []int32          // what the model is taught instead of y, and scored on; nil leaves y
	Train   func(window int) bool            // windows to learn from; nil takes the whole train part
	Test    func(window int) bool            // windows to be tested on; nil takes the whole test part
	Disturb func(test [][]float32, fold int) // changes the test rows of a fold; nil leaves them
}

// Outcome is what an experiment came to.
type Outcome struct {
	Name     string
	Split    string // name of the split, without its fold
	Unit     string
	Folds    int
	Pooled   *run.Predictions // out of fold
	Repeated *evaluate.Repeated
}

// Run trains once a fold on the train part (not on validation, as the networks
// do not either) and predicts the test part.
func (e Experiment) Run() (*Outcome, error) {
	splits, err := e.splits()
	if err != nil {
		return nil, err
	}
	classes, y := e.Set.Labels(e.Task)
	if e.Label != nil {
		y = e.Label(y)
	}
	o := &Outcome{Name: e.Name, Folds: len(splits)}
	if o.Name == "" {
		o.Name = e.Model.Name
	}
	var folds []*run.Predictions
	var notEstimable []string
	for i, split := range splits {
		split.Train, split.Test = kept(split.Train, e.Train), kept(split.Test, e.Test)
		if len(split.Train) == 0 {
			return nil, fmt.Errorf("%s: fold %d of split %s has no windows to learn from", o.Name, i+1, split.Name)
		}
		if len(split.Test) > 0 {
			folds = append(folds, e.fold(split, y, len(classes), i))
		}
		o.Unit, notEstimable = split.Unit, split.NotEstimable
		o.Split = splitName(split, len(splits))
	}
	if len(folds) == 0 {
		return nil, fmt.Errorf("%s: no windows are left to test", o.Name)
	}
	if o.Pooled, err = evaluate.PoolFolds(folds...); err != nil {
		return nil, err
	}
	o.Repeated, err = evaluate.NewRepeated(o.Name, classes, notEstimable, o.Pooled)
	return o, err
}

// splits are copies of the folds, whose parts may be filtered.
func (e Experiment) splits() ([]*dataset.Split, error) {
	var out []*dataset.Split
	for _, s := range e.Parts {
		one := *s
		out = append(out, &one)
	}
	if out != nil {
		return out, nil
	}
	specs, err := e.Set.Folds(e.Split, 1)
	if err != nil {
		return nil, err
	}
	for _, spec := range specs {
		split, err := e.Set.Split(spec)
		if err != nil {
			return nil, err
		}
		out = append(out, split)
	}
	return out, nil
}

// kept are the windows of a part that a filter lets through.
func kept(windows []int, keep func(int) bool) []int {
	if keep == nil {
		return windows
	}
	var out []int
	for _, w := range windows {
		if keep(w) {
			out = append(out, w)
		}
	}
	return out
}

// splitName names all folds of a split at once.
func splitName(s *dataset.Split, folds int) string {
	if folds == 1 {
		return s.Name
	}
	return fmt.Sprintf("by %s, %d folds", s.Unit, folds)
}

// fold trains on one fold and predicts its test part.
func (e Experiment) fold(split *dataset.Split, y []int32, classes, number int) *run.Predictions {
	view := e.View
	if view == nil {
		view = Flat
	}
	scaler := dataset.FitScaler(e.Set, split.Train)
	of := func(windows []int) []int32 {
		out := make([]int32, len(windows))
		for i, w := range windows {
			out[i] = y[w]
		}
		return out
	}
	test := view(e.Set, split.Test, scaler)
	if e.Disturb != nil {
		e.Disturb(test, number)
	}
	p := &run.Predictions{Model: e.Model.Name, Task: e.Task, Window: split.Test,
		Probs: e.Model.Predict(view(e.Set, split.Train, scaler), of(split.Train), test, classes)}
	for _, w := range split.Test {
		p.Group = append(p.Group, split.Group[w])
		p.Truth = append(p.Truth, int(y[w]))
	}
	return p
}

// MacroF1 is the score over the estimable classes.
func (o *Outcome) MacroF1() float64 { f, _ := o.Repeated.MacroF1(); return f }

// Interval is over the groups of the split; nil where there are fewer than ten
// or where the split divides windows.
func (o *Outcome) Interval() *evaluate.Interval {
	if o.Unit == "window" {
		return nil
	}
	return o.Repeated.Interval()
}
