package controls

import (
	"fmt"

	"flowbook/flowlib/dataset"
)

// Shift scores one forest under splits that ask for more and more: other
// superflows, captures, hosts, days, access networks, implementations, and a
// test part that is later than train. A unit that the set does not know is
// named in the notes.
func Shift(set *dataset.Set, task string, seed uint32) (*Report, error) {
	r := &Report{Title: "The same forest under other splits", Task: task}
	specs := []dataset.SplitSpec{{Kind: "published", Seed: seed}}
	for _, unit := range dataset.Units {
		specs = append(specs, dataset.SplitSpec{Kind: "group", Unit: unit, Seed: seed})
	}
	specs = append(specs, dataset.SplitSpec{Kind: "time", Seed: seed})
	for _, spec := range specs {
		o, err := Experiment{Name: "forest on means", Set: set, Task: task, Split: spec, View: Means, Model: Forest(1)}.Run()
		if err != nil { // a set need not know every unit
			r.Notes = append(r.Notes, fmt.Sprintf("Not possible: %v.", err))
			continue
		}
		r.Rows = append(r.Rows, o.row())
	}
	if len(r.Rows) == 0 {
		return nil, fmt.Errorf("shift: no split is possible: %s", r.Notes)
	}
	return r, r.baseline(set, task, dataset.SplitSpec{Kind: "group", Seed: seed})
}

// VPN trains on plain traffic and tests on traffic through a VPN and the other
// way round, beside the scores within each, all by one split.
func VPN(set *dataset.Set, task string, split dataset.SplitSpec) (*Report, error) {
	r := &Report{Title: "From plain traffic to VPN and back", Task: task}
	in := map[string]func(int) bool{
		"plain": func(w int) bool { return !set.Windows[w].VPN },
		"VPN":   func(w int) bool { return set.Windows[w].VPN },
	}
	for _, way := range [][2]string{{"plain", "plain"}, {"VPN", "VPN"}, {"plain", "VPN"}, {"VPN", "plain"}} {
		name := way[0] + " → " + way[1]
		o, err := Experiment{Name: name, Set: set, Task: task, Split: split, View: Means, Model: Forest(1), Train: in[way[0]], Test: in[way[1]]}.Run()
		if err != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("Not possible: %s: %v.", name, err))
			continue
		}
		r.Rows = append(r.Rows, o.row())
	}
	if len(r.Rows) == 0 {
		return nil, fmt.Errorf("VPN: no way is possible: %s", r.Notes)
	}
	return r, r.baseline(set, task, split)
}
