package flowio

// Identifying names the columns of a flow table that say who talked, where the
// table came from or when, and not how: a classifier that sees them learns the
// capture instead of the traffic. A data set leaves them out of its inputs.
func Identifying() []string {
	var names []string
	for _, f := range fields() {
		if f.identifying {
			names = append(names, f.name)
		}
	}
	return names
}
