package controls

import (
	"flowbook/flowlib/dataset"
	"flowbook/modellib/baseline"
)

// DraperGil repeats Draper-Gil et al., Characterization of Encrypted and VPN
// Traffic Using Time-Related Features (2016), on the inputs and splits of this
// set: C4.5 and k-NN, for VPN yes or no and for the traffic type. They scored
// single flows by ten-fold cross-validation over flows.
func DraperGil(set *dataset.Set, split dataset.SplitSpec) (*Report, error) {
	r := &Report{Title: "After Draper-Gil et al. 2016: C4.5 and k-NN on means over the steps"}
	for _, task := range []string{"vpn", "type"} {
		for _, m := range []Model{Majority(), Tree("C4.5", baseline.C45()), Nearest(baseline.L2, 1), Nearest(baseline.L2, 5)} {
			o, err := Experiment{Name: task + ", " + m.Name, Set: set, Task: task, Split: split, View: Means, Model: m}.Run()
			if err != nil {
				return nil, err
			}
			r.Rows = append(r.Rows, o.row())
		}
	}
	return r, nil
}
