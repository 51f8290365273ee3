package meter

import (
	"math/bits"

	"flowbook/flowlib/capture"
)

// packet is a packet that was understood, on its way to a shard.
type packet struct {
	h        capture.Header
	seq      int64 // number among those that were understood, from 1
	clock    int64 // the meter's clock, µs
	hash     uint64
	reversed bool // its sender is the larger end of its key
}

func (p *packet) key() key {
	h := &p.h
	if p.reversed {
		return key{h.Dst, h.Src, h.DstPort, h.SrcPort, h.Proto, h.V6}
	}
	return key{h.Src, h.Dst, h.SrcPort, h.DstPort, h.Proto, h.V6}
}

// shard measures the flows of some of the 5-tuples: all of them, or a worker's share.
type shard struct {
	plan   *plan
	index  index
	store  store
	queue  queue
	ghosts []ghosts // eight timeouts each
	lru    *lru     // nil without a limit of flows
	rows   []*row   // free
	passes []pass

	open    int   // 5-tuples with an open flow
	seq     int64 // of the present packet
	sweepAt int64 // clock
	since   int   // packets since the last sweep
	out     func(*row)
}

// pass counts what became of packets and flows under one timeout.
type pass struct {
	inFlows, onePacket, dropped, evicted int64
	open, most                           int // flows open, and at most
}

func newShard(pl *plan) *shard {
	n := len(pl.timeouts)
	s := &shard{plan: pl, index: newIndex(), passes: make([]pass, n)}
	s.store = store{perBlock: n, withColumn: pl.columns, withOffset: pl.offsets}
	if pl.tool() {
		s.ghosts = make([]ghosts, (n+7)/8)
	}
	if pl.maxFlows > 0 {
		s.lru = &lru{}
	}
	return s
}

// take runs a packet through the flow table.
func (s *shard) take(p *packet) {
	s.seq = p.seq
	s.sweepIfDue(p.clock)
	n := s.find(p)
	e := s.store.entry(n)
	e.seen = p.clock
	if e.block == 0 {
		s.makeRoom()
		e.block = s.store.newBlock()
		s.open++
	}
	if s.lru != nil {
		s.lru.touch(n)
	}
	if s.plan.d.Linked {
		s.linked(n, e, p)
	} else {
		s.separate(n, e, p)
	}
	s.rest(n, e)
}

// find gives the entry of a packet's key, a new one where the key is not known.
func (s *shard) find(p *packet) uint32 {
	hash, k := uint32(p.hash), p.key()
	x := &s.index
	for i := hash & x.mask; x.slots[i].entry != 0; i = (i + 1) & x.mask {
		if x.slots[i].hash != hash {
			continue
		}
		n := x.slots[i].entry
		e := s.store.entry(n)
		if e.key != k {
			continue
		}
		if s.silent(n, e, p.clock) {
			break // forgotten
		}
		return n
	}
	n := s.store.newEntry()
	*s.store.entry(n) = entry{key: k, hash: hash}
	s.index.put(hash, n)
	s.recall(s.store.entry(n))
	return n
}

// recall takes over what the ghosts know of a key.
func (s *shard) recall(e *entry) {
	for g := range s.ghosts {
		known, reversed := s.ghosts[g].take(&e.key)
		e.known |= uint64(known) << (8 * g)
		e.reversed |= uint64(reversed) << (8 * g)
	}
}

// rest puts away what a packet has left without an open flow.
func (s *shard) rest(n uint32, e *entry) {
	if e.live != 0 {
		return
	}
	s.release(n, e)
	if e.known == 0 {
		s.forget(n, e)
	}
}

// release gives the states of an entry back.
func (s *shard) release(n uint32, e *entry) {
	if e.block == 0 {
		return
	}
	s.store.dropBlock(e.block)
	e.block = 0
	s.open--
	if s.lru != nil {
		s.lru.remove(n)
	}
}

func (s *shard) forget(n uint32, e *entry) {
	s.index.remove(e.hash, n)
	s.store.dropEntry(n)
}

// set writes bit i of a set of timeouts.
func set(bits *uint64, i int, on bool) {
	*bits &^= 1 << i
	if on {
		*bits |= 1 << i
	}
}

func has(bits uint64, i int) bool { return bits>>i&1 == 1 }

// forward tells the direction of a packet in the flow of timeout i.
func (s *shard) forward(e *entry, i int, p *packet) bool {
	return p.reversed == has(e.reversed, i) || s.plan.d.Key != KeySorted && e.a == e.b
}

// begin starts the flow of timeout i; split says that a timeout cut the one
// before it, whose endpoints it keeps.
func (s *shard) begin(n uint32, e *entry, i int, p *packet, split bool, super int64) {
	d := &s.plan.d
	real := s.forward(e, i, p)
	forward := d.FirstForward
	if split && d.SplitSide {
		forward = real
	}
	st := s.store.state(e.block, i)
	st.super, st.slot = super, uint64(p.seq)
	if !s.plan.original {
		st.slot = s.queue.push(p.seq, n)
	}
	st.begin(d, p, forward)
	if s.plan.columns {
		s.store.column(e.block, i).begin(d, &p.h, forward)
	}
	if s.plan.offsets {
		*s.store.offset(e.block, i) = append([]int64(nil), p.h.Offset)
	}
	e.live |= 1 << i
	e.known |= 1 << i
	c := &s.passes[i]
	c.open++
	c.most = max(c.most, c.open)
}

// add adds a packet to the open flow of timeout i.
func (s *shard) add(e *entry, i int, p *packet, forward bool) {
	st := s.store.state(e.block, i)
	t := st.add(&s.plan.d, p, forward, s.plan.activity)
	if s.plan.columns {
		s.store.column(e.block, i).add(&s.plan.d, &p.h, t, forward, st.gaps.bwd.packets == 1)
	}
	if s.plan.offsets {
		o := s.store.offset(e.block, i)
		*o = append(*o, p.h.Offset)
	}
}

// finish ends the flow of timeout i and writes it, if the dialect writes it.
func (s *shard) finish(e *entry, i int, why EndReason) {
	st := s.store.state(e.block, i)
	e.live &^= 1 << i
	c := &s.passes[i]
	c.open--
	if why == EndResources {
		c.evicted++
	}
	var r *row
	if st.packets() == 1 && !s.plan.d.Singles {
		c.onePacket++
	} else {
		c.inFlows += st.packets()
		r = s.row(e, i, st, why)
	}
	switch {
	case !s.plan.original:
		s.queue.finish(st.slot, r)
	case r != nil:
		s.out(r)
	}
}

func (s *shard) row(e *entry, i int, st *state, why EndReason) *row {
	if s.plan.d.LastActive {
		st.busy.close()
	}
	var r *row
	if n := len(s.rows); n > 0 {
		r, s.rows = s.rows[n-1], s.rows[:n-1]
	} else {
		r = &row{}
	}
	st.flow(&s.plan.d, e.flowKey(has(e.reversed, i)), s.plan.recipe.Timeouts[i], why, &r.flow)
	r.pass, r.ended, r.super = i, s.seq, st.super
	if !s.plan.original {
		r.begun = s.queue.at(st.slot).begun
	}
	if st.straddle {
		r.super = -1
	}
	if s.plan.columns {
		s.store.column(e.block, i).finish(&s.plan.d, st, &r.flow, &r.columns)
		r.flow.CIC = &r.columns
	}
	if s.plan.offsets {
		r.flow.Offsets = *s.store.offset(e.block, i)
		*s.store.offset(e.block, i) = nil
	}
	return r
}

// finishAll ends the open flows of an entry.
func (s *shard) finishAll(e *entry, why func(i int) EndReason) {
	for live := e.live; live != 0; live &= live - 1 {
		i := bits.TrailingZeros64(live)
		s.finish(e, i, why(i))
	}
}

// drain passes the rows on whose turn it is.
func (s *shard) drain() {
	for r := s.queue.pop(); r != nil; r = s.queue.pop() {
		s.out(r)
	}
}
