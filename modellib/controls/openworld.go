package controls

import (
	"fmt"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
	"flowbook/modellib/evaluate"
)

// Unknown is how a forest meets an application that it never saw.
type Unknown struct {
	App      string             `json:"app"`
	Windows  int                `json:"windows"` // of the unseen application, in test parts
	Known    int                `json:"known"`   // windows of the others there
	Groups   int                `json:"groups"`  // in which the unseen application was tested
	Open     evaluate.OpenWorld `json:"open_world"`
	Rejected float64            `json:"rejected"`    // share of the unseen below the threshold of validation
	Accepted float64            `json:"accepted"`    // share of the known at or above it
	TypeHit  float64            `json:"type_recall"` // share of the unseen whose traffic type was named right
}

// accept is the share of known validation windows that the threshold lets through.
const accept = 0.95

// OpenWorld leaves one application after the other out of train and
// validation and asks, by the split of the study, whether the forest is less
// sure of it than of the others, and whether it names at least its traffic
// type. The threshold comes from validation windows, without the application.
// An application whose type has no other one is skipped.
func OpenWorld(set *dataset.Set, split dataset.SplitSpec) ([]Unknown, error) {
	var out []Unknown
	for app := range set.Apps {
		u, err := leave(set, int32(app), split)
		if err != nil {
			return nil, err
		}
		if u != nil {
			out = append(out, *u)
		}
	}
	return out, nil
}

// leave is OpenWorld for one application; nil when it cannot be left out.
func leave(set *dataset.Set, app int32, spec dataset.SplitSpec) (*Unknown, error) {
	folds, err := set.Folds(spec, 1)
	if err != nil {
		return nil, err
	}
	is := func(w int) bool { return set.Windows[w].App == app }
	not := func(w int) bool { return !is(w) }
	u := &Unknown{App: set.Apps[app]}
	var known, unknown [][]float64
	groups := map[string]bool{}
	hits, below, above := 0, 0, 0
	for _, f := range folds {
		split, err := set.Split(f)
		if err != nil {
			return nil, err
		}
		train, unseen, others := kept(split.Train, not), kept(split.Test, is), kept(split.Test, not)
		if len(unseen) == 0 || len(train) == 0 || len(others) == 0 || len(kept(split.Validation, not)) == 0 {
			continue
		}
		if !slices.ContainsFunc(train, func(w int) bool { return set.Windows[w].Type == set.Windows[unseen[0]].Type }) {
			continue
		}
		of := views(set, train)
		predict := func(task string, windows []int) [][]float64 {
			classes, y := set.Labels(task)
			labels := make([]int32, len(train))
			for i, w := range train {
				labels[i] = y[w]
			}
			return baseline.NewForest(of(train), labels, len(classes), baseline.ForestOptions{Trees: 60, Seed: 1}).Predict(of(windows))
		}
		validation := kept(split.Validation, not)
		apps := predict("app", slices.Concat(validation, others, unseen))
		threshold := quantile(evaluate.Confidence(apps[:len(validation)]), 1-accept)
		k, n := apps[len(validation):len(validation)+len(others)], apps[len(validation)+len(others):]
		known, unknown = append(known, k...), append(unknown, n...)
		below += times(evaluate.Abstained(n, threshold))
		above += len(k) - times(evaluate.Abstained(k, threshold))
		for i, kind := range evaluate.Argmax(predict("type", unseen)) {
			if int32(kind) == set.Windows[unseen[i]].Type {
				hits++
			}
			groups[split.Group[unseen[i]]] = true
		}
	}
	if len(unknown) == 0 {
		return nil, nil
	}
	u.Windows, u.Known, u.Groups = len(unknown), len(known), len(groups)
	u.Open = evaluate.NewOpenWorld(known, unknown)
	u.Rejected, u.Accepted = share(below, len(unknown)), share(above, len(known))
	u.TypeHit = share(hits, len(unknown))
	return u, nil
}

// views are the means of windows, scaled as the train part asks.
func views(set *dataset.Set, train []int) func([]int) [][]float32 {
	scaler := dataset.FitScaler(set, train)
	return func(windows []int) [][]float32 { return Means(set, windows, scaler) }
}

// quantile is the largest value that at most the given share lies below.
func quantile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(share*float64(len(sorted)))]
}

func times(marks []bool) int {
	n := 0
	for _, m := range marks {
		if m {
			n++
		}
	}
	return n
}

func share(a, b int) float64 { return float64(a) / float64(b) }

// OpenWorldTable lays the applications out.
func OpenWorldTable(all []Unknown) *evaluate.Table {
	t := &evaluate.Table{
		Caption: "Applications that training never saw",
		Header:  []string{"Left out", "Windows", "Groups", "AUROC", "AUPR", "FPR at 95 %", "Rejected", "Known accepted", "Type right"},
		Notes: []string{
			"AUROC, AUPR: does a low confidence tell the unseen application (positive) from the others. FPR at 95 % TPR: share of the known that is rejected when 95 % of the unseen are.",
			fmt.Sprintf("Rejected and accepted: at the threshold that lets %.0f %% of the validation windows through. No intervals: most applications have few groups.", 100*accept),
		},
	}
	for _, u := range all {
		t.Rows = append(t.Rows, []string{u.App, fmt.Sprint(u.Windows), fmt.Sprint(u.Groups), three(u.Open.AUROC), three(u.Open.AUPR), three(u.Open.FPR95),
			three(u.Rejected), three(u.Accepted), three(u.TypeHit)})
	}
	return t
}

func three(v float64) string { return fmt.Sprintf("%.3f", v) }
