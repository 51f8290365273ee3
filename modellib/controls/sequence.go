package controls

import "flowbook/flowlib/dataset"

// Sequence asks whether the order of the steps matters: a forest on the steps
// in order, on shuffled steps, and on means, with paired tests over the groups.
func Sequence(set *dataset.Set, task string, split dataset.SplitSpec) (*Report, error) {
	r := &Report{Title: "Does the sequence matter?", Task: task}
	var outcomes []*Outcome
	for _, e := range []Experiment{
		{Name: "steps in order", View: Flat}, {Name: "steps shuffled", View: StepsShuffled(1)}, {Name: "means over the steps", View: Means},
	} {
		e.Set, e.Task, e.Split, e.Model = set, task, split, Forest(1)
		o, err := e.Run()
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
		r.Rows = append(r.Rows, o.row())
	}
	if err := r.baseline(set, task, split); err != nil || outcomes[0].Unit == "window" {
		return r, err
	}
	return r, compare(r, outcomes)
}
