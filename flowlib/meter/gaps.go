package meter

// gaps measures the times between packets (features "IAT"), in µs: over the
// whole flow, and over each side among the packets that count there.
type gaps struct {
	flow     moments
	fwd, bwd side
}

// side is the gaps of one side.
type side struct {
	first, last int64 // times of its first and last packet
	packets     int64
	moments
}

func (s *side) add(t int64) {
	s.packets++
	if s.packets == 1 {
		s.first, s.last = t, t
		return
	}
	s.moments.add(float64(t - s.last))
	s.last = t
}

// total is the sum of the side's gaps, which telescopes; 0 without a gap.
func (s *side) total() float64 { return float64(s.last - s.first) }

func (g *gaps) begin(t int64, forward bool) { g.of(forward).add(t) }

// add takes a packet at t, the gap to the one before it in the flow.
func (g *gaps) add(t, gap int64, forward bool) {
	g.of(forward).add(t)
	g.flow.add(float64(gap))
}

func (g *gaps) of(forward bool) *side {
	if forward {
		return &g.fwd
	}
	return &g.bwd
}

// features writes mean, standard deviation, maximum and minimum of the flow,
// the forward and the backward gaps: 12 numbers, 0 where there is no gap.
func (g *gaps) features(to []float64) {
	g.flow.four(to)
	g.fwd.four(to[4:])
	g.bwd.four(to[8:])
}
