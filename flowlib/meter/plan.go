package meter

import (
	"slices"
	"sort"
)

// plan is what all shards of a meter share and none changes.
type plan struct {
	d        Dialect
	recipe   Recipe
	timeouts []int64 // µs
	order    []int   // the timeouts as they are run: the longest first
	activity int64   // µs
	columns  bool    // measure the columns beyond the features
	offsets  bool
	original bool // rows in the order of the tool
	maxFlows int
	release  int64 // silence after which flows end without a packet, µs
	remember int64 // silence after which endpoints are forgotten, µs

	sweepFree int64 // packets before the clock runs
	eager     bool  // sweep at every packet: for tests
}

func newPlan(d Dialect, r Recipe) *plan {
	d.Idle = d.Idle || r.Idle
	pl := &plan{
		d: d, recipe: r, activity: r.Activity.Microseconds(),
		columns: !r.FeaturesOnly, offsets: r.Offsets, original: r.OriginalOrder, maxFlows: r.MaxFlows,
	}
	for i, t := range r.Timeouts {
		pl.timeouts = append(pl.timeouts, t.Microseconds())
		pl.order = append(pl.order, i)
	}
	sort.SliceStable(pl.order, func(a, b int) bool { return pl.timeouts[pl.order[a]] > pl.timeouts[pl.order[b]] })
	longest := slices.Max(pl.timeouts)
	pl.release = longest + grace
	pl.remember = max(remembered, 2*longest)
	if pl.tool() {
		pl.sweepFree = sweepFree
	}
	switch {
	case pl.original:
		pl.release, pl.remember = never/2, never/2
	case pl.maxFlows > 0:
		pl.remember = pl.release
	}
	return pl
}

// tool says that packets are understood as the original tool does, which has
// no clock.
func (pl *plan) tool() bool { return !pl.d.Protocols && !pl.d.LinkTypes && !pl.d.WireLengths }
