package meter

import (
	"slices"
	"sort"
)

// merger brings the rows of all shards into one order, that of the packets
// that began them, then the longer timeout first, and numbers the superflows.
type merger struct {
	plan    *plan
	out     func(*row)
	format  func(r *row, b []byte)
	text    []byte
	back    func(shard int, r *row) // takes a row that is written
	waiting []fifo
	safe    []int64 // by shard: no row that begins earlier will come
	passes  []struct{ flows, straddling int64 }
	supers  []superflow // written, that miniflows may still name
}

// fifo is a queue of rows.
type fifo struct {
	rows []*row
	head int
}

// superflow is what a miniflow needs to know of its superflow.
type superflow struct {
	begun, ended int64 // numbers of packets
	number       int
}

func newMerger(pl *plan, shards int, out func(*row), format func(*row, []byte), back func(int, *row)) *merger {
	m := &merger{plan: pl, out: out, format: format, back: back, waiting: make([]fifo, shards), safe: make([]int64, shards)}
	m.passes = make([]struct{ flows, straddling int64 }, len(pl.timeouts))
	return m
}

// single writes a row where there is one shard, whose order is right.
func (m *merger) single(r *row) {
	m.format(r, m.text)
	m.text = r.text
	m.write(r)
	r.text = nil
	m.back(0, r)
}

// take adds rows of a shard, in its order, and how far it is.
func (m *merger) take(shard int, rows []*row, safe int64) {
	f := &m.waiting[shard]
	if f.head > 0 && f.head*2 >= len(f.rows) {
		f.rows = f.rows[:copy(f.rows, f.rows[f.head:])]
		f.head = 0
	}
	f.rows = append(f.rows, rows...)
	m.safe[shard] = safe
	for m.next() {
	}
}

// next writes the row whose turn it is, if that is known.
func (m *merger) next() bool {
	best := -1
	for i := range m.waiting {
		if f := &m.waiting[i]; f.head < len(f.rows) {
			if best < 0 || f.rows[f.head].begun < m.waiting[best].rows[m.waiting[best].head].begun {
				best = i
			}
		}
	}
	if best < 0 {
		return false
	}
	f := &m.waiting[best]
	r := f.rows[f.head]
	for i := range m.waiting {
		if o := &m.waiting[i]; o.head == len(o.rows) && m.safe[i] < r.begun {
			return false
		}
	}
	f.rows[f.head] = nil
	f.head++
	m.write(r)
	m.back(best, r)
	return true
}

// write numbers a row and passes it on.
func (m *merger) write(r *row) {
	c := &m.passes[r.pass]
	switch {
	case m.plan.original:
		r.flow.Super = -1
	case r.pass == m.plan.order[0]:
		r.flow.Super = int(c.flows)
		m.opened(superflow{r.begun, r.ended, r.flow.Super})
	default:
		r.flow.Super = m.number(r.super)
		if r.flow.Super < 0 {
			c.straddling++
		}
	}
	c.flows++
	m.out(r)
}

// opened notes a superflow and drops those at the front that have ended before it began.
func (m *merger) opened(s superflow) {
	if len(m.plan.order) == 1 {
		return
	}
	n := 0
	for n < len(m.supers) && m.supers[n].ended < s.begun {
		n++
	}
	if n*2 > len(m.supers) {
		m.supers = slices.Delete(m.supers, 0, n)
	}
	m.supers = append(m.supers, s)
}

// number is that of the superflow that a packet began, -1 where none was written.
func (m *merger) number(begun int64) int {
	i := sort.Search(len(m.supers), func(i int) bool { return m.supers[i].begun >= begun })
	if i < len(m.supers) && m.supers[i].begun == begun {
		return m.supers[i].number
	}
	return -1
}
