package plots

import (
	"fmt"
	"time"
)

// FlowsByTimeout shows how many flows the same packets make under each flow
// timeout: the shorter the timeout, the more flows (section 3.2 of the paper).
// It panics when the slices differ in length or are empty.
func FlowsByTimeout(timeouts []time.Duration, flows []int) *Figure {
	if len(timeouts) != len(flows) {
		panic(fmt.Sprintf("plots: %d timeouts and %d counts of flows", len(timeouts), len(flows)))
	}
	var names []string
	var values []float64
	for i, t := range timeouts {
		names = append(names, fmt.Sprintf("%g s", t.Seconds()))
		values = append(values, float64(flows[i]))
	}
	return Bars("Flows by flow timeout", "flows from the same packets", names, values)
}
