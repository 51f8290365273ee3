package main

import (
	"math"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
)

// search adds to the report what takes the classifiers of modellib/baseline:
// near duplicates and the probe with labels drawn by lot.
func (a *app) search(set *dataset.Set, split *dataset.Split, r *dataset.Report, f auditFlags) error {
	all := []*dataset.Split{split}
	for _, spec := range probeSpecs(split) {
		other, err := set.Split(spec)
		if err != nil {
			continue // too few groups of this unit, or none known: the parts above say how many there are
		}
		all = append(all, other)
	}
	var found []dataset.Neighbours
	for i, s := range all {
		n, err := neighbours(set, s, f.sample, f.seed)
		if err != nil {
			return err
		}
		if i == 0 {
			r.Certificate.Near = set.Near(n, f.radius)
			r.Scores = scores(set, n)
		}
		found = append(found, n)
	}
	r.Certificate.Probe = dataset.NewProbe(set, found, f.seed)
	return nil
}

// probeSpecs are the splits of the probe beside the one that is audited: the
// published one and the first fold by every unit.
func probeSpecs(split *dataset.Split) []dataset.SplitSpec {
	var specs []dataset.SplitSpec
	if split.Spec.Kind != "published" {
		specs = append(specs, dataset.SplitSpec{Kind: "published", Seed: split.Spec.Seed})
	}
	for _, unit := range dataset.Units {
		if split.Spec.Kind != "group" || split.Unit != unit {
			specs = append(specs, dataset.SplitSpec{Kind: "group", Unit: unit, Seed: split.Spec.Seed})
		}
	}
	return specs
}

// neighbours searches the nearest windows of train for a sample of the test
// windows, on inputs scaled as for training.
func neighbours(set *dataset.Set, split *dataset.Split, sample int, seed uint64) (dataset.Neighbours, error) {
	n := dataset.Neighbours{Split: split, Query: dataset.Sample(split.Test, sample, seed)}
	rows, err := set.ScaledRows(dataset.FitScaler(set, split.Train))
	if err != nil {
		return n, err
	}
	windows := func(numbers []int) baseline.Windows {
		return baseline.Windows{Rows: rows, Index: set.RowsOf(numbers)}
	}
	// In their order windows that overlap stand side by side, and share the work.
	train := slices.Sorted(slices.Values(split.Train))
	index, distance := baseline.NearestWindow(baseline.L2, windows(train), windows(n.Query))
	scale := math.Sqrt(float64(set.Steps * len(set.Features)))
	for i := range index {
		n.Nearest = append(n.Nearest, train[index[i]])
		n.Distance = append(n.Distance, distance[i]/scale)
	}
	return n, nil
}
