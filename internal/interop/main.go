// Command interop answers the tests in tools/interop that ask for what no
// command of flowbook prints: it reads JSON questions, one a line, and prints a
// JSON answer for each.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"flowbook/flowlib/dataset/sklearn"
)

// question asks how a splitter of scikit-learn divides rows.
type question struct {
	Kind      string  `json:"kind"`
	N         int     `json:"n"`
	Class     []int   `json:"class"`
	Groups    []int   `json:"groups"`
	K         int     `json:"k"`
	Seed      uint32  `json:"seed"`
	Shuffle   bool    `json:"shuffle"`
	Repeats   int     `json:"repeats"`
	TestShare float64 `json:"test_share"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var q question
		err := json.Unmarshal(in.Bytes(), &q)
		var folds []sklearn.Fold
		if err == nil {
			folds, err = q.answer()
		}
		if err == nil {
			err = out.Encode(folds)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "interop:", err)
			os.Exit(1)
		}
	}
}

// answer divides the rows, as often as asked on one generator.
func (q question) answer() ([]sklearn.Fold, error) {
	var r *sklearn.Random
	if q.Shuffle {
		r = sklearn.NewRandom(q.Seed)
	}
	var all []sklearn.Fold
	for range max(q.Repeats, 1) {
		folds, err := q.once(r)
		if err != nil {
			return nil, err
		}
		all = append(all, folds...)
	}
	return all, nil
}

func (q question) once(r *sklearn.Random) ([]sklearn.Fold, error) {
	switch q.Kind {
	case "KFold":
		return sklearn.KFold(q.N, q.K, r)
	case "StratifiedKFold":
		return sklearn.StratifiedKFold(q.Class, q.K, r)
	case "GroupKFold":
		return sklearn.GroupKFold(q.Groups, q.K, r)
	case "StratifiedGroupKFold":
		return sklearn.StratifiedGroupKFold(q.Class, q.Groups, q.K, r)
	case "LeaveOneGroupOut":
		return sklearn.LeaveOneGroupOut(q.Groups)
	case "GroupShuffleSplit":
		f, err := r.GroupShuffle(q.Groups, sklearn.Size{Fraction: q.TestShare}, sklearn.Size{})
		return []sklearn.Fold{f}, err
	case "train_test_split":
		train, test, err := sklearn.TrainTestSplit(q.N, sklearn.Size{Fraction: q.TestShare}, sklearn.Size{}, q.Class, q.Seed)
		return []sklearn.Fold{{Train: train, Test: test}}, err
	}
	return nil, fmt.Errorf("unknown splitter %q", q.Kind)
}
