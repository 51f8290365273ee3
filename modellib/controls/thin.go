package controls

import "flowbook/flowlib/dataset"

// Thin keeps every n-th window of each superflow, with the smallest n that
// leaves at most so many windows; a superflow keeps its first one always.
// Neighbouring windows share most of their rows, so that little is lost and
// quick models stay quick. Window numbers of the result are its own.
func Thin(set *dataset.Set, most int) *dataset.Set {
	for n := 1; ; n++ {
		var kept []dataset.Window
		seen := map[string]int{}
		for _, w := range set.Windows {
			flow := w.Group("superflow")
			if seen[flow]%n == 0 {
				kept = append(kept, w)
			}
			seen[flow]++
		}
		if len(kept) <= most || len(kept) == len(seen) {
			out := *set
			out.Windows = kept
			return &out
		}
	}
}
