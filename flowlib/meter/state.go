package meter

import (
	"time"

	"flowbook/flowlib/capture"
)

// state is a flow in the making, under one timeout.
type state struct {
	live     bool
	reversed bool  // its source is the larger end of the key
	straddle bool  // its packets lie in more than one superflow (or in none)
	finFwd   bool  // a forward FIN was seen (CloseBackwardFIN)
	super    int64 // first packet of its superflow, as a file offset

	start, last    int64 // µs; earliest and latest where time is monotonic
	firstAt, endAt int64 // file offsets of its first and last packet
	fwd, bwd       int
	fwdBytes       int64
	bwdBytes       int64

	gaps   gaps
	busy   activity
	column columns
}

// begin starts a flow with its first packet; forward says where it belongs.
func (s *state) begin(m *Meter, h *capture.Header, off int64, forward bool) {
	*s = state{live: true, reversed: s.reversed, super: s.super, start: h.Time, last: h.Time, firstAt: off, endAt: off}
	switch m.d.First {
	case FirstBackward:
		forward = false
	case FirstForward:
		forward = true
	}
	s.busy.begin(h.Time)
	s.count(h, forward)
	s.gaps.begin(h.Time, forward)
	s.column.begin(&m.d, h, forward)
}

// add takes a further packet. Activity is updated by the caller, since some
// dialects leave it out for some packets.
func (s *state) add(m *Meter, h *capture.Header, off int64, forward bool) {
	t := h.Time
	if m.d.Monotonic {
		s.start = min(s.start, t)
		t = max(t, s.last)
	}
	s.count(h, forward)
	s.gaps.add(s, t, forward)
	s.column.add(m, s, h, t, forward)
	s.last = t
	s.endAt = off
}

func (s *state) count(h *capture.Header, forward bool) {
	if forward {
		s.fwd++
		s.fwdBytes += int64(h.Payload)
	} else {
		s.bwd++
		s.bwdBytes += int64(h.Payload)
	}
}

// flow is the finished flow.
func (s *state) flow(m *Meter, k *key, timeout time.Duration, why EndReason) Flow {
	f := Flow{
		Key: k.flowKey(s.reversed), Start: s.start, Duration: s.last - s.start, Timeout: timeout,
		Fwd: s.fwd, Bwd: s.bwd, FwdBytes: s.fwdBytes, BwdBytes: s.bwdBytes,
		Super: -1, First: s.firstAt, Last: s.endAt, End: why,
	}
	f.ID = m.d.ID.text(f.Key)
	f.Features[0] = float64(f.Duration)
	s.gaps.features(f.Features[1:13])
	s.busy.features(f.Features[13:21])
	f.Features[21], f.Features[22] = m.d.rates(&f)
	f.CIC = s.column.finish(m, s, &f)
	return f
}
