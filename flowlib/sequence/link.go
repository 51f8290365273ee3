package sequence

import "flowbook/flowlib/meter"

// Link says which miniflows lie in each superflow: for each superflow, in the
// order of their table, the row numbers of its miniflows in the order of theirs.
type Link [][]int32

// Lineage links by what the meter saw: the superflow that held the packets of
// the miniflow (Flow.Super). Straddling miniflows (-1) belong to none. It panics when
// a miniflow names a superflow beyond the table.
func Lineage(superflows int, mini []meter.Flow) Link {
	l := make(Link, superflows)
	for i := range mini {
		if s := mini[i].Super; s >= 0 {
			l[s] = append(l[s], int32(i))
		}
	}
	return l
}

// Published links as the paper's program does, from what a CICFlowMeter table
// says: for each superflow in the order of its table, every miniflow of the
// same Flow ID that no earlier superflow took, that starts no earlier and ends
// no later. A start is known to the second only, and an end is that start plus
// the duration.
//
// With twelveHour the morning and the afternoon are one: the program reads
// times such as 03:41:32 PM with the format %H … %p, which ignores the PM. So
// it is for tables whose times are written with AM and PM.
func Published(super, mini []meter.Flow, twelveHour bool) Link {
	free := map[string][]int32{} // by Flow ID, in the order of the table
	for i := range mini {
		free[mini[i].ID] = append(free[mini[i].ID], int32(i))
	}
	l := make(Link, len(super))
	for s := range super {
		start, end := published(&super[s], twelveHour)
		left := free[super[s].ID]
		kept := left[:0]
		for _, i := range left {
			from, to := published(&mini[i], twelveHour)
			if from >= start && to <= end {
				l[s] = append(l[s], i)
			} else {
				kept = append(kept, i)
			}
		}
		free[super[s].ID] = kept
	}
	return l
}

const (
	second = int64(1e6)
	hour   = 3600 * second
)

// published is when a flow starts and ends as the paper's program understands it.
func published(f *meter.Flow, twelveHour bool) (start, end int64) {
	start = f.Start - modulo(f.Start, second)
	if twelveHour {
		h := modulo(start, 24*hour) / hour
		start -= h * hour
		if h %= 12; h == 0 {
			h = 12
		}
		start += h * hour
	}
	return start, start + f.Duration
}

// modulo is the remainder that is never negative.
func modulo(a, b int64) int64 { return ((a % b) + b) % b }

// Difference says how far a link is from the exact one, in miniflows.
type Difference struct {
	Linked   int `json:"linked"`   // in the link that was asked about
	Lost     int `json:"lost"`     // in a superflow by lineage, but not in it here
	Admitted int `json:"admitted"` // in a superflow here, but not in it by lineage
}

// Compare counts what link loses and wrongly admits against the exact one.
func Compare(exact, link Link) Difference {
	type pair struct {
		super int
		mini  int32
	}
	in := map[pair]bool{}
	for s, rows := range exact {
		for _, r := range rows {
			in[pair{s, r}] = true
		}
	}
	d := Difference{Lost: len(in)}
	for s, rows := range link {
		for _, r := range rows {
			d.Linked++
			if in[pair{s, r}] {
				d.Lost--
			} else {
				d.Admitted++
			}
		}
	}
	return d
}

// Add sums the counts of two captures.
func (d *Difference) Add(e Difference) {
	d.Linked += e.Linked
	d.Lost += e.Lost
	d.Admitted += e.Admitted
}
