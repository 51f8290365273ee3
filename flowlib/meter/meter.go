package meter

import (
	"sort"

	"flowbook/flowlib/capture"
)

// Meter turns packets into flows, under several timeouts in one pass.
type Meter struct {
	d        Dialect
	recipe   Recipe
	timeouts []int64 // µs
	order    []int   // the timeouts as they are run: the longest first
	activity int64   // µs

	table map[key]*entry
	pool  pool

	counts   capture.Counts
	lastTime int64
	passes   []pass
	header   capture.Header
}

// pass is what one timeout has made.
type pass struct {
	rows                        []Flow
	supers                      []int64 // by row: first packet of its superflow, -1 for none
	inFlows, onePacket, dropped int64
}

// New makes a meter. An invalid recipe panics; ask Recipe.Check first.
func New(r Recipe) *Meter {
	if err := r.Check(); err != nil {
		panic(err.Error())
	}
	d, _ := Named(r.Dialect)
	return NewWith(d, r)
}

// NewWith makes a meter with a dialect of the caller's own, such as clean with
// one switch turned; the recipe gives all but the dialect.
func NewWith(d Dialect, r Recipe) *Meter {
	m := &Meter{
		d: d, recipe: r, activity: r.Activity.Microseconds(),
		table: map[key]*entry{}, passes: make([]pass, len(r.Timeouts)),
	}
	for i, t := range r.Timeouts {
		m.timeouts = append(m.timeouts, t.Microseconds())
		m.order = append(m.order, i)
	}
	sort.SliceStable(m.order, func(a, b int) bool { return m.timeouts[m.order[a]] > m.timeouts[m.order[b]] })
	m.pool.states = len(m.timeouts)
	return m
}

// Add takes the next packet of the capture and says how it was decoded. It
// keeps nothing of p.
func (m *Meter) Add(p *capture.Packet) capture.Reason {
	if m.counts.Packets++; m.counts.Packets > 1 && p.Time < m.lastTime {
		m.counts.Backwards++
	}
	m.lastTime = p.Time
	h := &m.header
	why := m.d.Decode(p, h)
	m.counts.Reasons[why]++
	if why == capture.Kept {
		m.take(h, p.Offset)
	}
	return why
}

// Decoder is how the meter's dialect understands packets.
func (m *Meter) Decoder() capture.Decoder { return m.d.Decode }

// AddBatch takes the next packets of the capture, which its Decoder has
// decoded. It keeps nothing of b.
func (m *Meter) AddBatch(b *capture.Batch) {
	m.counts.Add(&b.Counts)
	for i := range b.Headers {
		m.take(&b.Headers[i], b.Headers[i].Offset)
	}
}

// take runs a packet that was understood through the flow table.
func (m *Meter) take(h *capture.Header, off int64) {
	k, reversed := m.d.keyOf(h)
	e := m.table[k]
	if e == nil {
		e = m.pool.get(k)
		m.table[k] = e
	}
	if m.d.Linked {
		m.linked(e, h, off, reversed)
	} else {
		m.separate(e, h, off, reversed)
	}
}

// forward tells the direction of a packet in a flow.
func (m *Meter) forward(e *entry, s *state, reversed bool) bool {
	return reversed == s.reversed || !m.d.PortsTell && e.a == e.b
}

// finish ends a flow and writes it, if the dialect writes it.
func (m *Meter) finish(e *entry, i int, why EndReason) {
	s := &e.states[i]
	s.live = false
	p := &m.passes[i]
	if s.fwd+s.bwd == 1 && !m.d.Singles {
		p.onePacket++
		return
	}
	if m.d.LastActive {
		s.busy.close()
	}
	p.inFlows += int64(s.fwd + s.bwd)
	p.rows = append(p.rows, s.flow(m, &e.key, m.recipe.Timeouts[i], why))
	super := s.super
	if s.straddle {
		super = -1
	}
	p.supers = append(p.supers, super)
}

// Finish ends the capture: flows a timeout, in the order of the recipe, each
// in the order of the flows' first packets, and the account of the packets.
// The meter is of no use afterwards.
func (m *Meter) Finish() ([][]Flow, []Accounting) {
	for _, e := range m.table {
		for i := range e.states {
			if e.states[i].live {
				m.finish(e, i, e.why())
			}
		}
	}
	m.table = nil
	flows := make([][]Flow, len(m.passes))
	acc := make([]Accounting, len(m.passes))
	supers := map[int64]int{} // index of a superflow by its first packet
	for n, i := range m.order {
		p := &m.passes[i]
		sort.Sort(byFirst{p})
		if n == 0 {
			for j := range p.rows {
				supers[p.rows[j].First] = j
				p.supers[j] = p.rows[j].First
			}
		}
		straddling := p.link(supers)
		flows[i] = p.rows
		acc[i] = m.account(i, straddling)
	}
	return flows, acc
}

// link sets the superflow of each row and counts the rows that have none.
func (p *pass) link(supers map[int64]int) (straddling int64) {
	for j := range p.rows {
		super, ok := supers[p.supers[j]]
		if !ok {
			super = -1
			straddling++
		}
		p.rows[j].Super = super
	}
	return straddling
}

func (m *Meter) account(i int, straddling int64) Accounting {
	p := &m.passes[i]
	return Accounting{
		Timeout: m.recipe.Timeouts[i], Packets: m.counts.Packets, InFlows: p.inFlows,
		NotInFlows: lost(&m.counts, p.onePacket, p.dropped), Flows: int64(len(p.rows)),
		Straddling: straddling, Backwards: m.counts.Backwards,
		SnapCut: m.counts.SnapCut, Duplicates: m.counts.Duplicates, ZeroTime: m.counts.ZeroTime,
	}
}

// byFirst sorts rows, and their superflows with them, by first packet.
type byFirst struct{ *pass }

func (b byFirst) Len() int           { return len(b.rows) }
func (b byFirst) Less(i, j int) bool { return b.rows[i].First < b.rows[j].First }
func (b byFirst) Swap(i, j int) {
	b.rows[i], b.rows[j] = b.rows[j], b.rows[i]
	b.supers[i], b.supers[j] = b.supers[j], b.supers[i]
}
