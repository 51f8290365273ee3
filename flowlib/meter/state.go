package meter

import (
	"time"

	"flowbook/flowlib/capture"
)

// state is a flow in the making, under one timeout.
type state struct {
	start, last    int64 // µs; earliest and latest where time is monotonic
	firstAt, endAt int64 // file offsets of its first and last packet
	fwdBytes       int64
	bwdBytes       int64
	gaps           gaps
	busy           activity
	parts          subflows
	super          int64  // number of the packet that began its superflow
	slot           uint64 // its place among the rows
	straddle       bool   // its packets lie in more than one superflow (or in none)
	finFwd         bool   // a forward FIN was seen (FINBackward)
	link           connection
}

// begin starts a flow with its first packet; forward says where it counts.
func (s *state) begin(d *Dialect, p *packet, forward bool) {
	*s = state{
		start: p.h.Time, last: p.h.Time, firstAt: p.h.Offset, endAt: p.h.Offset,
		super: s.super, slot: s.slot,
	}
	s.busy.begin(p.h.Time)
	s.parts.begin(p.h.Time)
	s.bytes(&p.h, forward)
	s.gaps.begin(p.h.Time, forward)
}

// add takes a further packet and returns its time in the flow. Activity is
// updated by the caller, since some dialects leave it out for some packets.
func (s *state) add(d *Dialect, p *packet, forward bool, activity int64) int64 {
	t := p.h.Time
	if d.Monotonic {
		s.start = min(s.start, t)
		t = max(t, s.last)
	}
	s.bytes(&p.h, forward)
	s.gaps.add(t, t-s.last, forward)
	if d.AllPackets && s.parts.add(t) && !d.Columns {
		s.busy.update(t, activity) // the tool updates activity from here, too
	}
	s.last = t
	s.endAt = p.h.Offset
	return t
}

func (s *state) bytes(h *capture.Header, forward bool) {
	if forward {
		s.fwdBytes += int64(h.Payload)
	} else {
		s.bwdBytes += int64(h.Payload)
	}
}

func (s *state) packets() int64 { return s.gaps.fwd.packets + s.gaps.bwd.packets }

// flow fills f with the finished flow, all but what a row knows besides.
func (s *state) flow(d *Dialect, k Key, timeout time.Duration, why EndReason, f *Flow) {
	*f = Flow{
		Key: k, Start: s.start, Duration: s.last - s.start, Timeout: timeout,
		Fwd: int(s.gaps.fwd.packets), Bwd: int(s.gaps.bwd.packets), FwdBytes: s.fwdBytes, BwdBytes: s.bwdBytes,
		Super: -1, First: s.firstAt, Last: s.endAt, End: why,
	}
	f.Features[0] = float64(f.Duration)
	s.gaps.features(f.Features[1:13])
	s.busy.features(f.Features[13:21])
	f.Features[21], f.Features[22] = d.rates(f)
}
