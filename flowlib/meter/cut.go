package meter

import "flowbook/flowlib/capture"

// note takes the flags of a packet.
func (c *connection) note(d *Dialect, h *capture.Header, reversed bool) {
	if h.Proto != 6 {
		return
	}
	if h.Flags&capture.FIN != 0 && d.FIN == FINBoth {
		side := 0
		if reversed {
			side = 1
		}
		c.fin[side] = true
	}
	c.closed = c.closed || c.fin[0] && c.fin[1] || h.Flags&capture.RST != 0 && d.RST == RSTCloses
}

// opens reports whether a packet opens a connection.
func opens(h *capture.Header) bool {
	return h.Proto == 6 && h.Flags&(capture.SYN|capture.ACK) == capture.SYN
}

// expired says whether a packet at t is too late for a flow: strictly more
// than the timeout after its first packet, or with an idle timeout (C14)
// after its last.
func (pl *plan) expired(st *state, i int, t int64) bool {
	if pl.d.Idle {
		return t-st.last > pl.timeouts[i]
	}
	return t-st.start > pl.timeouts[i]
}

func (pl *plan) timeoutReason() EndReason {
	if pl.d.Idle {
		return EndIdle
	}
	return EndActive
}

// ends says why a packet ends the flow before it, if it does, and whether the
// next begins afresh. The SYN of the next connection ends one that was closed
// (C3, C4). A flow that a timeout cuts keeps its endpoints, unless its
// connection was closed before: then the sender of the packet is the new source.
func (pl *plan) ends(st *state, link *connection, i int, h *capture.Header) (why EndReason, afresh bool) {
	expired := pl.expired(st, i, h.Time)
	switch {
	case link.closed && (expired || opens(h)):
		return EndDetected, true
	case expired:
		return pl.timeoutReason(), false
	}
	return EndUnknown, false
}

// outcome is what a flow did with a packet.
type outcome uint8

const (
	dropped outcome = iota
	began           // the packet is the flow's first
	added
	closed // added, and it ends the flow
)

// tcp says what the flags of a packet do to a flow that is open: FIN, then RST
// (specification, sections 4.3 and 4.4).
func (d *Dialect) tcp(st *state, h *capture.Header, forward bool) outcome {
	fin := h.Flags&capture.FIN != 0
	switch {
	case fin && d.FIN == FINFirst:
		return closed
	case fin && d.FIN == FINBackward && !forward:
		return closed // the first: an earlier one would have ended the flow
	case fin && d.FIN == FINBackward && st.finFwd:
		return dropped
	case fin && d.FIN == FINBackward:
		st.finFwd = true
		return added
	case h.Flags&capture.RST != 0 && d.RST == RSTEnds:
		return closed
	}
	return added
}

// linked runs a packet through all timeouts of a dialect whose superflows end
// their miniflows.
func (s *shard) linked(n uint32, e *entry, p *packet) {
	d, order := &s.plan.d, s.plan.order
	long := order[0]
	split := has(e.known, long)
	what := added
	if has(e.live, long) {
		super := s.store.state(e.block, long)
		if why, afresh := s.plan.ends(super, &e.link, long, &p.h); why != EndUnknown {
			s.finishAll(e, func(int) EndReason { return why })
			if afresh {
				e.link, split = connection{}, false
			}
		} else if what = d.tcp(super, &p.h, s.forward(e, long, p)); what == dropped {
			for i := range s.passes {
				s.passes[i].dropped++
			}
			return
		}
	}
	if !split {
		e.reversed = 0
		if p.reversed {
			e.reversed = ^uint64(0)
		}
	}
	began := p.seq
	if has(e.live, long) {
		began = s.store.state(e.block, long).super
	}
	for _, i := range order {
		s.linkedPass(n, e, i, p, split, what, began)
	}
	e.link.note(d, &p.h, p.reversed)
	if what == closed {
		s.finishAll(e, func(int) EndReason { return EndDetected })
		e.known, e.link = 0, connection{}
	}
}

// linkedPass runs a packet through one timeout.
func (s *shard) linkedPass(n uint32, e *entry, i int, p *packet, split bool, what outcome, super int64) {
	st := s.store.state(e.block, i)
	if has(e.live, i) && s.plan.expired(st, i, p.h.Time) {
		s.finish(e, i, s.plan.timeoutReason())
	}
	if !has(e.live, i) {
		s.begin(n, e, i, p, split || super != p.seq, super)
		return
	}
	if what == added || s.plan.d.LastActive {
		s.busy(st, p)
	}
	s.add(e, i, p, s.forward(e, i, p))
}

// busy updates active and idle periods before a packet is added.
func (s *shard) busy(st *state, p *packet) {
	t := p.h.Time
	if s.plan.d.Monotonic {
		t = max(t, st.last)
	}
	st.busy.update(t, s.plan.activity)
}

// separate runs a packet through each timeout as if it were alone, and notes
// in which superflow the packet went.
func (s *shard) separate(n uint32, e *entry, p *packet) {
	super := int64(-1)
	for k, i := range s.plan.order {
		what := s.step(n, e, i, p, super)
		st := s.store.state(e.block, i)
		switch {
		case k == 0 && what != dropped:
			super = st.super
		case k > 0 && what != dropped && what != began && st.super != super:
			st.straddle = true
		}
		if what == closed {
			s.finish(e, i, EndDetected)
			e.known &^= 1 << i
		}
	}
}

// step runs a packet through one timeout, in the order of section 4 of the
// specification: new flow, timeout, FIN, RST, other.
func (s *shard) step(n uint32, e *entry, i int, p *packet, super int64) outcome {
	if i == s.plan.order[0] {
		super = p.seq
	}
	st := s.store.state(e.block, i)
	split := has(e.known, i)
	if has(e.live, i) {
		why, afresh := s.plan.ends(st, &st.link, i, &p.h)
		if why == EndUnknown {
			return s.follow(e, i, st, p)
		}
		s.finish(e, i, why)
		split = !afresh
	}
	if !split {
		set(&e.reversed, i, p.reversed)
	}
	s.begin(n, e, i, p, split, super)
	st.link.note(&s.plan.d, &p.h, p.reversed)
	return began
}

// follow adds a packet to an open flow as its flags say.
func (s *shard) follow(e *entry, i int, st *state, p *packet) outcome {
	d := &s.plan.d
	forward := s.forward(e, i, p)
	what := d.tcp(st, &p.h, forward)
	switch {
	case what == dropped:
		s.passes[i].dropped++
		return dropped
	case what == added || d.LastActive:
		s.busy(st, p)
	}
	s.add(e, i, p, forward)
	st.link.note(d, &p.h, p.reversed)
	return what
}
