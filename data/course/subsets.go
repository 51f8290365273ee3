package course

import (
	_ "embed" // for the data below
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// subsetsCSV has a line for each capture: its name, the subsets that it is in,
// with spaces between, and its part (train, validation, test) in the frozen
// split of each unit. Command pack wrote it once; see Parts.
//
//go:embed subsets.csv
var subsetsCSV string

// Subsets are the choices of captures beside the whole set:
//
//	balanced    about as many windows of each traffic type
//	paper-like  windows in the proportions of the paper's Table 9, as far as whole captures allow
//	tiny        four hosts and four pairs, for tests and a first look
var Subsets = []string{"balanced", "paper-like", "tiny"}

// Units have a frozen split each.
var Units = []string{"host", "day", "access", "implementation"}

// Parts of a frozen split. A capture in none is "".
var Parts = []string{"train", "validation", "test"}

// member is one line of subsetsCSV.
type member struct {
	subsets []string
	parts   []string // in the order of Units
}

var members = sync.OnceValue(func() map[string]member {
	lines, err := csv.NewReader(strings.NewReader(subsetsCSV)).ReadAll()
	if err != nil || len(lines) == 0 || len(lines[0]) != 2+len(Units) {
		panic(fmt.Sprintf("course: subsets.csv: %v", err)) // part of the program
	}
	all := map[string]member{}
	for _, l := range lines[1:] {
		all[l[0]] = member{strings.Fields(l[1]), l[2:]}
	}
	return all
})

// choose returns the recordings of a subset, all for "".
func choose(subset string) ([]recording, error) {
	if subset == "" {
		return load(), nil
	}
	if !slices.Contains(Subsets, subset) {
		return nil, fmt.Errorf("course: no subset %q; there are %s", subset, strings.Join(Subsets, ", "))
	}
	var chosen []recording
	for _, r := range load() {
		if slices.Contains(members()[r.File].subsets, subset) {
			chosen = append(chosen, r)
		}
	}
	return chosen, nil
}

// Task is a named question with a frozen split, so that scores of different
// people compare: Version/label/by-unit, such as "course-1.0/type/by-host".
type Task struct {
	Name  string
	Label string            // "type", "app" or "vpn"
	Unit  string            // of Units: whole groups of it stand in one part
	Part  map[string]string // of each capture, by file name: one of Parts
}

// Tasks lists the named tasks. Their test parts are the hosts, days, access
// networks and implementations that nothing about the laboratory was chosen
// on; score them once.
func Tasks() []Task {
	var all []Task
	for _, l := range []string{"type", "app", "vpn"} {
		for k, u := range Units {
			t := Task{Name: fmt.Sprintf("%s/%s/by-%s", Version, l, u), Label: l, Unit: u, Part: map[string]string{}}
			for file, m := range members() {
				if m.parts[k] != "" {
					t.Part[file] = m.parts[k]
				}
			}
			all = append(all, t)
		}
	}
	return all
}

// FindTask returns the task of a name.
func FindTask(name string) (Task, error) {
	var names []string
	for _, t := range Tasks() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Task{}, fmt.Errorf("course: no task %q; there are %s", name, strings.Join(names, ", "))
}
