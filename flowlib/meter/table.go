package meter

import "flowbook/flowlib/capture"

// entry is a key of the flow table with the flows in the making, one a timeout.
type entry struct {
	key
	link   connection
	states []state
}

// connection is what is known of a TCP connection beyond its flows (CloseBoth).
type connection struct {
	fin    [2]bool // a FIN was seen from the smaller, the larger end
	closed bool    // both FINs, or an RST
}

// note takes the flags of a packet.
func (c *connection) note(h *capture.Header, reversed bool) {
	if h.Proto != 6 {
		return
	}
	if h.Flags&capture.FIN != 0 {
		side := 0
		if reversed {
			side = 1
		}
		c.fin[side] = true
	}
	c.closed = c.closed || c.fin[0] && c.fin[1] || h.Flags&capture.RST != 0
}

// opens reports whether a packet opens a connection.
func opens(h *capture.Header) bool {
	return h.Proto == 6 && h.Flags&(capture.SYN|capture.ACK) == capture.SYN
}

// why is the reason for a flow that is still open at the end of the capture.
func (e *entry) why() EndReason {
	if e.link.closed {
		return EndDetected
	}
	return EndForced
}

// linked runs a packet through all timeouts of a dialect whose superflows end
// their miniflows.
func (m *Meter) linked(e *entry, h *capture.Header, off int64, reversed bool) {
	super := &e.states[m.order[0]]
	if !super.live {
		super.reversed = reversed
	} else if why := m.superEnds(e, h); why != EndUnknown {
		for _, i := range m.order {
			m.finish(e, i, why)
		}
		if e.link.closed {
			e.link = connection{}
			super.reversed = reversed
		}
	}
	for _, i := range m.order {
		s := &e.states[i]
		if s.live && m.expired(s, i, h.Time) {
			m.finish(e, i, m.timeoutReason())
		}
		s.reversed = super.reversed
		forward := m.forward(e, s, reversed)
		if s.live {
			s.busy.update(max(h.Time, s.last), m.activity)
			s.add(m, h, off, forward)
			continue
		}
		s.begin(m, h, off, forward)
		s.super = super.firstAt
	}
	e.link.note(h, reversed)
}

// superEnds says why a packet ends the superflow before it, if it does. The
// SYN of the next connection ends one that was closed (C3, C4). A flow that a
// timeout cuts keeps its endpoints (C2), unless its connection was closed
// before: then the sender of the packet is the new source.
func (m *Meter) superEnds(e *entry, h *capture.Header) EndReason {
	i := m.order[0]
	expired := m.expired(&e.states[i], i, h.Time)
	switch {
	case e.link.closed && (expired || opens(h)):
		return EndDetected
	case expired:
		return m.timeoutReason()
	}
	return EndUnknown
}

// expired says whether a packet at t is too late for a flow: strictly more
// than the timeout after its first packet, or with an idle timeout (C14)
// after its last.
func (m *Meter) expired(s *state, i int, t int64) bool {
	if m.recipe.Idle {
		return t-s.last > m.timeouts[i]
	}
	return t-s.start > m.timeouts[i]
}

func (m *Meter) timeoutReason() EndReason {
	if m.recipe.Idle {
		return EndIdle
	}
	return EndActive
}

// separate runs a packet through each timeout as if it were alone, and notes
// in which superflow the packet went.
func (m *Meter) separate(e *entry, h *capture.Header, off int64, reversed bool) {
	super, live := int64(-1), false
	for n, i := range m.order {
		s := &e.states[i]
		what := m.step(e, i, h, off, reversed)
		switch {
		case n == 0 && what != dropped:
			super = s.firstAt
		case n > 0 && what == began:
			s.super = super
		case n > 0 && what != dropped && s.super != super:
			s.straddle = true
		}
		if what == closed {
			m.finish(e, i, EndDetected)
		}
		live = live || s.live
	}
	if !live {
		delete(m.table, e.key)
		m.pool.put(e)
	}
}

// outcome is what a flow did with a packet.
type outcome uint8

const (
	dropped outcome = iota
	began           // the packet is the flow's first
	added
	closed // added, and it ends the flow
)

// step runs a packet through one timeout of a cic dialect, in the order of
// section 4 of the specification: new flow, timeout, FIN, RST, other.
func (m *Meter) step(e *entry, i int, h *capture.Header, off int64, reversed bool) outcome {
	s := &e.states[i]
	switch {
	case !s.live:
		s.reversed = reversed
		s.begin(m, h, off, m.forward(e, s, reversed))
		return began
	case h.Time-s.start > m.timeouts[i]:
		m.finish(e, i, EndActive)
		s.begin(m, h, off, m.forward(e, s, reversed)) // the endpoints stay
		return began
	}
	forward := m.forward(e, s, reversed)
	what := m.tcp(s, h, forward)
	switch what {
	case dropped:
		m.passes[i].dropped++
		return dropped
	case added:
		s.busy.update(h.Time, m.activity)
	}
	s.add(m, h, off, forward)
	return what
}

// tcp says what the TCP flags of a packet do to a flow that is open.
func (m *Meter) tcp(s *state, h *capture.Header, forward bool) outcome {
	fin := h.Flags&capture.FIN != 0
	switch {
	case m.d.Close == CloseFirstFIN && fin:
		return closed
	case m.d.Close == CloseFirstFIN:
		return added
	case fin && !forward:
		return closed // the first: an earlier one would have ended the flow
	case fin && s.finFwd:
		return dropped
	case fin:
		s.finFwd = true
		return added
	case h.Flags&capture.RST != 0:
		return closed
	}
	return added
}
