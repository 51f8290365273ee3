package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
)

// fold is one division of windows.
type fold struct{ train, test []int }

// difficulty prints macro F1 of simple classifiers. In development it uses the
// hosts and days that are not held back, in four folds.
func difficulty(w io.Writer, o options) error {
	for _, s := range []struct {
		name string
		open func() (*dataset.Set, error)
	}{{"20 miniflows of 3 s", o.windows}, {"single flows of 15 s", o.flows15}} {
		set, err := s.open()
		if err != nil {
			return err
		}
		units := []string{"host", "capture"}
		if o.scored == "held-back" {
			units = units[:1]
		}
		for _, unit := range units {
			if err := scoreTable(w, o, set, s.name, unit); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(w, "ISCX, 120 s flows, by session: type 0.076 majority, 0.252 1-NN, 0.256 tree, 0.266 forest; by capture 0.320, 0.323, 0.335 (scikit-learn, 19 features; another task, so beside and not against)")
	return nil
}

func scoreTable(w io.Writer, o options, set *dataset.Set, name, unit string) error {
	folds, err := o.folds(set, unit)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s, %s, by %s: macro F1 (95 %% interval over hosts)\n%-6s %8s", name, o.scored, unit, "task", "majority")
	for _, m := range models {
		fmt.Fprintf(w, " %21s", m.name)
	}
	fmt.Fprintln(w)
	for _, task := range []string{"type", "app", "vpn"} {
		classes, y := labels(set, task)
		fmt.Fprintf(w, "%-6s", task)
		var last score
		for k, m := range append([]model{{"majority", majority}}, models...) {
			last = evaluateModel(set, folds, y, len(classes), m, o)
			if k == 0 {
				fmt.Fprintf(w, " %8.3f", last.f1)
			} else {
				fmt.Fprintf(w, " %21s", last)
			}
		}
		fmt.Fprintln(w)
		if task == "type" {
			fmt.Fprint(w, "       forest, F1 by type:")
			for k, c := range classes {
				fmt.Fprintf(w, " %s %.2f", c, last.all.f1(k))
			}
			fmt.Fprintf(w, " (%d hosts)\n", last.groups)
		}
	}
	return nil
}

// labels are the classes of a task; the VPN counts as one.
func labels(set *dataset.Set, task string) ([]string, []int32) {
	if task != "vpn" {
		return set.Labels(task)
	}
	y := make([]int32, len(set.Windows))
	for i := range set.Windows {
		if set.Windows[i].VPN {
			y[i] = 1
		}
	}
	return []string{"plain", "VPN"}, y
}

// folds divides the windows: four folds of the development part, or the
// development part against the held-back hosts. At most twelve windows of a
// superflow are taken, evenly, so that long superflows do not outweigh the rest.
func (o options) folds(set *dataset.Set, unit string) ([]fold, error) {
	task, err := course.FindTask(course.Version + "/type/by-host")
	if err != nil {
		return nil, err
	}
	days, err := course.FindTask(course.Version + "/type/by-day")
	if err != nil {
		return nil, err
	}
	folds := make([]fold, 4)
	if o.scored == "held-back" {
		folds = folds[:1]
	}
	names := []string{}
	for i := range set.Windows {
		if g := set.Windows[i].Group(unit); !slices.Contains(names, g) {
			names = append(names, g)
		}
	}
	slices.Sort(names)
	if unit == "capture" { // in the order of names every fold would hold its own half of the pairs
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	turn := map[string]int{}
	for i, n := range names {
		turn[n] = i
	}
	for _, i := range thinned(set) {
		v := &set.Windows[i]
		file := v.Group("capture") + ".pcap.gz"
		held := task.Part[file] == "test"
		for k := range folds {
			switch {
			case o.scored == "held-back" && held:
				folds[k].test = append(folds[k].test, i)
			case held || days.Part[file] == "test":
			case o.scored != "held-back" && turn[v.Group(unit)]%len(folds) == k:
				folds[k].test = append(folds[k].test, i)
			default:
				folds[k].train = append(folds[k].train, i)
			}
		}
	}
	return folds, nil
}

// thinned are at most twelve windows of each superflow.
func thinned(set *dataset.Set) []int {
	by := map[string][]int{}
	var names []string
	for i := range set.Windows {
		s := set.Windows[i].Group("superflow")
		if by[s] == nil {
			names = append(names, s)
		}
		by[s] = append(by[s], i)
	}
	var all []int
	for _, s := range names {
		for k := range min(12, len(by[s])) {
			all = append(all, by[s][k*len(by[s])/min(12, len(by[s]))])
		}
	}
	return all
}

// model predicts the classes of x.
type model struct {
	name string
	fit  func(trainX [][]float32, trainY []int32, x [][]float32, classes int, o options) [][]float64
}

var models = []model{
	{"1-NN", func(a [][]float32, y []int32, x [][]float32, n int, _ options) [][]float64 {
		return baseline.KNN(1, a, y, x, n)
	}},
	{"tree", func(a [][]float32, y []int32, x [][]float32, n int, _ options) [][]float64 {
		return baseline.NewTree(a, y, n, baseline.TreeOptions{MinLeaf: 2}).Predict(x)
	}},
	{"forest", func(a [][]float32, y []int32, x [][]float32, n int, o options) [][]float64 {
		return baseline.NewForest(a, y, n, baseline.ForestOptions{Trees: o.trees, Tree: baseline.TreeOptions{MinLeaf: 2}, Seed: 1}).Predict(x)
	}},
}

func majority(_ [][]float32, y []int32, x [][]float32, n int, _ options) [][]float64 {
	return baseline.Majority(y, n, len(x))
}

// evaluateModel pools the predictions of all folds.
func evaluateModel(set *dataset.Set, folds []fold, y []int32, classes int, m model, o options) score {
	var truth []int32
	var predicted []int
	var hosts []string
	for _, f := range folds {
		a, b := matrix(set, f.train), matrix(set, f.test)
		predicted = append(predicted, argmax(m.fit(a, pick(y, f.train), b, classes, o))...)
		truth = append(truth, pick(y, f.test)...)
		for _, i := range f.test {
			hosts = append(hosts, set.Windows[i].Group("host"))
		}
	}
	return newScore(truth, predicted, hosts, classes)
}

func pick(y []int32, at []int) []int32 {
	p := make([]int32, len(at))
	for k, i := range at {
		p[k] = y[i]
	}
	return p
}

// matrix are the windows as rows of logarithms.
func matrix(set *dataset.Set, windows []int) [][]float32 {
	n := set.Size(1)
	flat := make([]float32, len(windows)*n)
	set.Fill(flat, windows, nil)
	logs(flat)
	x := make([][]float32, len(windows))
	for i := range x {
		x[i] = flat[i*n:][:n]
	}
	return x
}
