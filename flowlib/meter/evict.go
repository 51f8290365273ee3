package meter

// waiting is how many rows may wait for the oldest flow, in multiples of the
// limit of flows, before it is evicted as well.
const waiting = 4

// makeRoom makes room for the flows of one more 5-tuple: the 5-tuple that was silent
// for longest is evicted, and the oldest flows where too many rows wait for them.
func (s *shard) makeRoom() {
	if s.lru == nil {
		return
	}
	if s.open >= s.plan.maxFlows {
		s.evict(s.lru.oldest())
	}
	for s.drain(); s.queue.tail-s.queue.head > uint64(waiting*s.plan.maxFlows); s.drain() {
		s.evict(s.queue.at(s.queue.head).entry)
	}
}

func (s *shard) evict(n uint32) {
	e := s.store.entry(n)
	s.finishAll(e, func(int) EndReason { return EndResources })
	s.release(n, e)
	s.forget(n, e)
}

// lru is a list of the entries that have flows, the one seen last at the front.
type lru struct {
	next, prev []uint32 // by entry; 0 is the list itself
}

func (l *lru) oldest() uint32 { return l.prev[0] }

func (l *lru) touch(n uint32) {
	for len(l.next) <= int(n) {
		l.next = append(l.next, uint32(len(l.next)))
		l.prev = append(l.prev, uint32(len(l.prev)))
	}
	l.remove(n)
	first := l.next[0]
	l.next[n], l.prev[n] = first, 0
	l.prev[first], l.next[0] = n, n
}

// remove takes an entry out of the list, if it is in it.
func (l *lru) remove(n uint32) {
	next, prev := l.next[n], l.prev[n]
	l.next[prev], l.prev[next] = next, prev
	l.next[n], l.prev[n] = n, n
}
