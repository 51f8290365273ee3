package meter

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
)

// How packets travel to the workers.
const (
	batchSize = 1024  // packets handed over at once
	roundSize = 16384 // packets after which every worker hears how far the file is
)

// team runs the shards of a meter in workers of their own and one more that
// merges their rows. Both directions of a 5-tuple go to the same worker.
type team struct {
	m       *Meter
	batches []*batch // being filled, one a shard
	to      []chan *batch
	free    chan *batch
	results chan result
	round   int
	failed  atomic.Bool
	workers sync.WaitGroup
	merging sync.WaitGroup
}

// batch is packets of one shard; all its packets up to number upTo are in it
// or were in one before.
type batch struct {
	packets []packet
	upTo    int64
	clock   int64
}

// result is rows of one shard, in its order.
type result struct {
	shard int
	rows  []*row
	safe  int64
}

func newTeam(m *Meter) *team {
	n := len(m.shards)
	t := &team{m: m, free: make(chan *batch, 8*n), results: make(chan result, 2*n)}
	for range 8 * n {
		t.free <- &batch{packets: make([]packet, 0, batchSize)}
	}
	back := make([]chan []*row, n)
	for i := range n {
		t.to = append(t.to, make(chan *batch, 8))
		t.batches = append(t.batches, <-t.free)
		back[i] = make(chan []*row, 4)
		t.workers.Go(func() { t.work(i, back[i]) })
	}
	t.merging.Go(func() { t.merge(back) })
	return t
}

// deal gives a packet to the worker of its 5-tuple. The high bits of the hash
// choose the worker, the low ones the place in its table.
func (t *team) deal(p *packet) {
	hi, _ := bits.Mul64(p.hash, uint64(len(t.to)))
	b := t.batches[hi]
	b.packets = append(b.packets, *p)
	if len(b.packets) == batchSize {
		t.send(int(hi))
	}
	if t.round++; t.round == roundSize {
		t.round = 0
		for i := range t.to {
			t.send(i)
		}
	}
}

func (t *team) send(i int) {
	b := t.batches[i]
	b.upTo, b.clock = t.m.packet.seq, t.m.packet.clock
	t.to[i] <- b
	b = <-t.free
	b.packets = b.packets[:0]
	t.batches[i] = b
}

// work runs one shard.
func (t *team) work(i int, back <-chan []*row) {
	s := t.m.shards[i]
	var rows []*row
	s.out = func(r *row) {
		t.m.format(r, r.text)
		rows = append(rows, r)
	}
	pass := func(safe int64) {
		s.drain()
		t.results <- result{i, rows, safe}
		rows = nil
		select {
		case used := <-back:
			s.rows = append(s.rows, used...)
			clear(used)
			rows = used[:0]
		default:
		}
	}
	for b := range t.to[i] {
		for k := range b.packets {
			s.take(&b.packets[k])
		}
		s.sweepIfDue(b.clock)
		safe := min(b.upTo+1, s.queue.oldest())
		t.free <- b
		pass(safe)
	}
	s.end(t.m.packet.clock)
	pass(math.MaxInt64)
}

// merge brings the rows of the workers into order and gives used ones back.
func (t *team) merge(back []chan []*row) {
	used := make([][]*row, len(back))
	t.m.merger.back = func(i int, r *row) {
		if used[i] = append(used[i], r); len(used[i]) < 64 {
			return
		}
		select {
		case back[i] <- used[i]:
			used[i] = nil
		default: // the worker has enough
			clear(used[i])
			used[i] = used[i][:0]
		}
	}
	for r := range t.results {
		t.m.merger.take(r.shard, r.rows, r.safe)
		if t.m.err != nil {
			t.failed.Store(true)
		}
	}
}

// finish ends the capture and waits for all rows.
func (t *team) finish() {
	for i := range t.to {
		t.batches[i].upTo, t.batches[i].clock = t.m.packet.seq, t.m.packet.clock
		t.to[i] <- t.batches[i]
		close(t.to[i])
	}
	t.workers.Wait()
	close(t.results)
	t.merging.Wait()
}
