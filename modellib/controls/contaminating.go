package controls

import (
	"fmt"
	"net/netip"

	"flowbook/flowlib/dataset"
	"flowbook/flowlib/meter"
)

// Contaminating trains a forest on what must not matter, only: ports,
// addresses, protocol and time of the window's first flow, and the window's
// place in its set. What they predict by the split of the study the features
// might predict by way of them, and not by the behaviour of the traffic.
//
// The flows of the set are needed, so a set in memory is an error.
func Contaminating(set *dataset.Set, task string, split dataset.SplitSpec) (*Report, error) {
	flows, err := set.Flows()
	if err != nil {
		return nil, fmt.Errorf("contaminating columns: %w", err)
	}
	chance, err := chanceOf(set, task, split)
	if err != nil {
		return nil, err
	}
	r := &Report{Title: "Contaminating columns alone: a forest", Task: task, Notes: []string{
		"Ports and addresses of laboratory recordings follow from how they were made. None of them is among the features.",
	}}
	for _, c := range contaminants(set, flows) {
		o, err := Experiment{Name: c.name, Set: set, Task: task, Split: split, View: Columns(c.of), Model: Forest(1)}.Run()
		if err != nil {
			return nil, err
		}
		row := o.row()
		row.expectChance(chance)
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// contaminant is a group of columns that must not matter.
type contaminant struct {
	name string
	of   func(window int) []float32
}

func contaminants(set *dataset.Set, flows []meter.Flow) []contaminant {
	first := func(w int) *meter.Flow {
		for _, r := range set.Windows[w].Rows {
			if r >= 0 {
				return &flows[r]
			}
		}
		return &meter.Flow{}
	}
	parts := []contaminant{
		{"ports", func(w int) []float32 {
			k := first(w).Key
			return []float32{float32(k.SrcPort), float32(k.DstPort)}
		}},
		{"addresses", func(w int) []float32 {
			k := first(w).Key
			return append(octets(k.Src), octets(k.Dst)...)
		}},
		{"protocol", func(w int) []float32 { return []float32{float32(first(w).Key.Proto)} }},
		{"time of day", func(w int) []float32 {
			const day = 24 * 3600 * 1e6
			return []float32{float32(first(w).Start % int64(day) / 1e6)}
		}},
		{"place in the set", func(w int) []float32 { return []float32{float32(w)} }},
	}
	all := contaminant{"all of them", func(w int) []float32 {
		var row []float32
		for _, p := range parts {
			row = append(row, p.of(w)...)
		}
		return row
	}}
	return append(parts, all)
}

// octets are the four last bytes of an address.
func octets(a netip.Addr) []float32 {
	out := make([]float32, 4)
	b := a.AsSlice()
	for i := range min(4, len(b)) {
		out[3-i] = float32(b[len(b)-1-i])
	}
	return out
}
