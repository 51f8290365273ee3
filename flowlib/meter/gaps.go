package meter

// gaps measures the times between packets (features "IAT"), in µs: over the
// whole flow, and over each side among the packets that count there.
type gaps struct {
	fwdSeen, bwdSeen int64 // time of the side's last packet
	flow, fwd, bwd   moments
}

func (g *gaps) begin(t int64, forward bool) {
	if forward {
		g.fwdSeen = t
	} else {
		g.bwdSeen = t
	}
}

// add takes a packet at t that is already counted on its side.
func (g *gaps) add(s *state, t int64, forward bool) {
	if forward {
		if s.fwd > 1 {
			g.fwd.add(float64(t - g.fwdSeen))
		}
		g.fwdSeen = t
	} else {
		if s.bwd > 1 {
			g.bwd.add(float64(t - g.bwdSeen))
		}
		g.bwdSeen = t
	}
	g.flow.add(float64(t - s.last))
}

// features writes mean, standard deviation, maximum and minimum of the flow,
// the forward and the backward gaps: 12 numbers, 0 where there is no gap.
func (g *gaps) features(to []float64) {
	g.flow.four(to)
	g.fwd.four(to[4:])
	g.bwd.four(to[8:])
}
