package meter

// Flows that no packet can belong to any more leave the table before a packet
// of their key tells so. When that happens is a matter of the clock alone: a
// key's silence is measured when its next packet comes (find), and a sweep
// does early what would be done then. So rows do not depend on when, or by how
// many workers, the table is swept.
//
// In clean a flow ends after a silence of the longest timeout and 10 s, and
// the endpoints of its 5-tuple are forgotten after 10 minutes, or two timeouts
// if that is longer. In the cic dialects, which know no clock, nothing is swept
// in the first 2^18 packets; later the same silence writes the flows out, and
// their endpoints are kept for good, in 16 bytes (ghosts). They stay exact as
// long as packets are not more than 10 s late in the file; Accounting.Late
// counts those that are.

// sweepFree is how many packets the cic dialects read before they sweep.
const sweepFree = 1 << 18

// silent ends what a silence before the clock has ended, and reports whether
// the key is forgotten.
func (s *shard) silent(n uint32, e *entry, clock int64) bool {
	silence := clock - e.seen
	if silence <= s.plan.release {
		return false
	}
	if e.block != 0 {
		for i := range s.passes {
			if has(e.live, i) && s.isClosed(e, i) {
				e.known &^= 1 << i
			}
		}
		s.finishAll(e, s.timedOut(e))
		s.release(n, e)
	}
	if s.ghosts != nil {
		s.haunt(e)
		s.forget(n, e)
		return true
	}
	if e.known == 0 || silence > s.plan.remember {
		s.forget(n, e)
		return true
	}
	return false
}

// haunt leaves the endpoints of an entry to the ghosts.
func (s *shard) haunt(e *entry) {
	for g := range s.ghosts {
		if known := uint8(e.known >> (8 * g)); known != 0 {
			s.ghosts[g].put(ghostOf(&e.key, known, uint8(e.reversed>>(8*g))))
		}
	}
}

// timedOut gives the reason for a flow that ends by silence.
func (s *shard) timedOut(e *entry) func(i int) EndReason {
	return func(i int) EndReason {
		if s.isClosed(e, i) {
			return EndDetected
		}
		return s.plan.timeoutReason()
	}
}

// atEnd gives the reason for a flow that is still open at the end of the capture.
func (s *shard) atEnd(e *entry) func(i int) EndReason {
	return func(i int) EndReason {
		if s.isClosed(e, i) {
			return EndDetected
		}
		return EndForced
	}
}

func (s *shard) isClosed(e *entry, i int) bool {
	return e.link.closed || s.store.state(e.block, i).link.closed
}

// sweepIfDue sweeps every eighth of the time after which flows are released,
// but never looks at more entries than there were packets.
func (s *shard) sweepIfDue(clock int64) {
	if s.since++; (clock < s.sweepAt || s.since < s.index.used) && !s.plan.eager {
		return
	}
	s.since, s.sweepAt = 0, clock+s.plan.release/8
	s.sweep(clock)
}

func (s *shard) sweep(clock int64) {
	for c := range s.store.entries {
		for i := range s.store.entries[c] {
			if e := &s.store.entries[c][i]; e.seen < clock-s.plan.release {
				s.silent(uint32(c*chunk+i), e, clock)
			}
		}
		s.drain()
	}
}

// end finishes all flows at the end of the capture, the oldest first, so that
// no row waits.
func (s *shard) end(clock int64) {
	s.sweep(clock)
	if s.plan.original {
		s.endOriginal()
		return
	}
	for s.drain(); s.queue.head < s.queue.tail; s.drain() {
		e := s.store.entry(s.queue.at(s.queue.head).entry)
		s.finishAll(e, s.atEnd(e))
	}
}
