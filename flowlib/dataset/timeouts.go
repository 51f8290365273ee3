package dataset

import (
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/meter"
)

// TimeoutCount is how many flows a capture falls into at a flow timeout.
type TimeoutCount struct {
	Timeout time.Duration
	Flows   int
}

// CountByTimeout counts the flows of a capture at each flow timeout: the shorter
// the timeout, the more flows (§3.2 of the paper). The recipe says which meter.
// Where the capture is damaged, the counts are those of what was good.
func CountByTimeout(capture string, r Recipe, timeouts ...time.Duration) ([]TimeoutCount, error) {
	m := meter.Recipe{Dialect: r.Dialect, Activity: r.Activity, Idle: r.Idle, Timeouts: timeouts}
	e, err := flowlib.Extract(capture, m)
	if e == nil {
		return nil, err
	}
	var counts []TimeoutCount
	for i, t := range timeouts {
		counts = append(counts, TimeoutCount{t, len(e.Flows[i])})
	}
	return counts, err
}
