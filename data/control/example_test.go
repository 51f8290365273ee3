package control_test

import (
	"fmt"

	"flowbook/data/control"
)

func Example() {
	for _, kind := range control.Kinds {
		spec := control.Default(kind)
		set, e := spec.Make(), spec.Expected()
		fmt.Printf("%-7s %d windows, at best %.2f, by chance %.2f\n", kind, len(set.Windows), e.Best, e.Chance)
	}
	// Output:
	// signal  1440 windows, at best 0.91, by chance 0.25
	// leak    1440 windows, at best 0.25, by chance 0.25
	// nothing 360 windows, at best 0.25, by chance 0.25
}
