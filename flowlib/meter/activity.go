package meter

// activity measures busy and idle periods, in µs (specification, section 5):
// a gap longer than the activity timeout ends a busy period and is an idle one.
type activity struct {
	from, to     int64 // first and last packet of the present busy period
	active, idle moments
}

func (a *activity) begin(t int64) { a.from, a.to = t, t }

// update takes a packet at t, before it is added to the flow.
func (a *activity) update(t, timeout int64) {
	gap := t - a.to
	if gap <= timeout {
		a.to = t
		return
	}
	a.close()
	a.idle.add(float64(gap))
	a.from, a.to = t, t
}

// close records the present busy period; one of a single packet has no length.
func (a *activity) close() {
	if a.to > a.from {
		a.active.add(float64(a.to - a.from))
	}
}

// features writes mean, standard deviation, maximum and minimum of the active
// and the idle periods: 8 numbers, 0 where there is none.
func (a *activity) features(to []float64) {
	a.active.four(to)
	a.idle.four(to[4:])
}
