package dataset

// Set is an opened data set. A window is row numbers, never a copy of rows.
type Set struct {
	Dir      string
	Hash     string    // of manifest.json
	Manifest Manifest  // recipe, inputs, counters
	Features []string  // names of the F columns, measured ones first, then "VPN" if it is an input
	Steps    int       // T, rows a window
	Rows     []float64 // all rows, row-major, F columns
	Packets  []int32   // of each row, both directions; nil where it is not known
	Windows  []Window
	Types    []string // traffic types: class numbers index it
	Apps     []string // applications

	pad []float64 // what fills a padded step, before scaling; nil for 0 after it, or the window's own mean
}

// Window is T consecutive rows of one superflow with their labels and groups.
type Window struct {
	Rows      []int32 // T row numbers in time order; -1 for a padded step
	Type, App int32
	VPN       bool
	Start     int64 // when the first row begins and the last one ends, µs since 1970 UTC
	End       int64
	*Groups   // of the superflow; its windows share it
}
