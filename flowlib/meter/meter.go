package meter

import (
	"math/rand/v2"
	"slices"

	"flowbook/flowlib/capture"
)

// Meter turns packets into flows, under several timeouts in one pass.
type Meter struct {
	plan   *plan
	decode capture.Decoder
	seed   uint64
	clock  clock
	packet packet

	counts   capture.Counts
	lastTime int64
	header   capture.Header

	shards []*shard
	merger *merger
	team   *team // nil without workers
	output Output
	err    error

	flows [][]Flow // what Finish returns
}

// Output says what becomes of the flows of a meter.
type Output struct {
	// Row takes the flows in the order of the packets that began them, then
	// the longer timeout first (Recipe.OriginalOrder: in the tool's order);
	// timeout is an index into Recipe.Timeouts. The flow, its columns and the
	// text are valid until it returns; the flow has no ID (Dialect.AppendID
	// makes it). After an error no more flows come, and Finish returns it.
	Row func(timeout int, f *Flow, text []byte) error

	// Format, if not nil, makes the text of a flow, appending to b; only Super
	// is not known yet. With workers it runs in several of them at once.
	Format func(b []byte, timeout int, f *Flow) []byte

	// Workers measure the flows of a share of the 5-tuples each; 0 and 1 mean
	// none beside the caller. Rows are the same for any number. Recipes with
	// MaxFlows or OriginalOrder, which need the whole table, use one.
	Workers int
}

// New makes a meter that keeps all flows for Finish. An invalid recipe
// panics; ask Recipe.Check first.
func New(r Recipe) *Meter { return NewWith(named(r), r) }

// NewWith makes a meter with a dialect of the caller's own, such as clean with
// one switch turned; the recipe gives all but the dialect.
func NewWith(d Dialect, r Recipe) *Meter {
	m := NewStream(d, r, Output{})
	m.flows = make([][]Flow, len(r.Timeouts))
	m.output.Row = m.keep
	return m
}

func named(r Recipe) Dialect {
	if err := r.Check(); err != nil {
		panic(err.Error())
	}
	d, _ := Named(r.Dialect)
	return d
}

// NewStream makes a meter that holds the active flows only and passes the
// finished ones on. The dialect is given beside the recipe, which may name
// another or none.
func NewStream(d Dialect, r Recipe, o Output) *Meter {
	m := &Meter{plan: newPlan(d, r), decode: d.Decoder(capture.Options{}), seed: rand.Uint64(), output: o}
	n := max(o.Workers, 1)
	if m.plan.original || m.plan.maxFlows > 0 {
		n = 1
	}
	for range n {
		m.shards = append(m.shards, newShard(m.plan))
	}
	m.merger = newMerger(m.plan, n, m.row, m.format, func(i int, r *row) { m.shards[i].rows = append(m.shards[i].rows, r) })
	if n > 1 {
		m.team = newTeam(m)
		return m
	}
	m.shards[0].out = m.merger.single
	return m
}

// format makes the text of a row in b.
func (m *Meter) format(r *row, b []byte) {
	if m.output.Format != nil {
		r.text = m.output.Format(b[:0], r.pass, &r.flow)
	}
}

// row passes a finished flow to the output.
func (m *Meter) row(r *row) {
	if m.err == nil {
		m.err = m.output.Row(r.pass, &r.flow, r.text)
	}
}

// keep is the output of a meter that keeps all.
func (m *Meter) keep(timeout int, f *Flow, _ []byte) error {
	g := *f
	g.ID = string(m.plan.d.AppendID(nil, f.Key))
	if f.CIC != nil {
		c := *f.CIC
		g.CIC = &c
	}
	m.flows[timeout] = append(m.flows[timeout], g)
	return nil
}

// Add takes the next packet of the capture and says how it was decoded. It
// keeps nothing of p.
func (m *Meter) Add(p *capture.Packet) capture.Reason {
	if m.counts.Packets++; m.counts.Packets > 1 && p.Time < m.lastTime {
		m.counts.Backwards++
	}
	m.lastTime = p.Time
	why := m.decode(p, &m.header)
	m.counts.Reasons[why]++
	if why == capture.Kept {
		m.take(&m.header)
	}
	return why
}

// Decoder is how the meter's dialect understands packets.
func (m *Meter) Decoder() capture.Decoder { return m.decode }

// AddBatch takes the next packets of the capture, which its Decoder has
// decoded. It keeps nothing of b.
func (m *Meter) AddBatch(b *capture.Batch) {
	m.counts.Add(&b.Counts)
	for i := range b.Headers {
		m.take(&b.Headers[i])
	}
}

// take runs a packet that was understood through the flow table.
func (m *Meter) take(h *capture.Header) {
	q := &m.packet
	q.h = *h
	q.seq++
	if q.seq > m.plan.sweepFree {
		q.clock = m.clock.tick(h.Time)
	}
	k, reversed := m.plan.d.keyOf(h)
	q.reversed, q.hash = reversed, k.hash(m.seed)
	if m.team != nil {
		m.team.deal(q)
		return
	}
	m.shards[0].take(q)
	m.shards[0].drain()
}

// Failed reports that the output has returned an error, so that more packets
// are of no use.
func (m *Meter) Failed() bool {
	if m.team != nil {
		return m.team.failed.Load()
	}
	return m.err != nil
}

// Finish ends the capture: flows a timeout, in the order of the recipe, each
// in the order of the flows' first packets, and the account of the packets.
// Of a stream, whose flows have gone to its output, it returns the account and
// nil. The meter is of no use afterwards.
func (m *Meter) Finish() ([][]Flow, []Accounting) {
	if m.team != nil {
		m.team.finish()
	} else {
		m.shards[0].end(m.packet.clock)
		m.shards[0].drain()
	}
	acc := make([]Accounting, len(m.plan.timeouts))
	for i := range acc {
		acc[i] = m.account(i)
	}
	if m.flows != nil {
		for i := range m.flows {
			m.flows[i] = slices.Clip(m.flows[i])
		}
	}
	return m.flows, acc
}

// Err is the error of the output, after Finish.
func (m *Meter) Err() error { return m.err }

func (m *Meter) account(i int) Accounting {
	var sum pass
	for _, s := range m.shards {
		p := &s.passes[i]
		sum.inFlows += p.inFlows
		sum.onePacket += p.onePacket
		sum.dropped += p.dropped
		sum.evicted += p.evicted
	}
	return Accounting{
		Timeout: m.plan.recipe.Timeouts[i], Packets: m.counts.Packets, InFlows: sum.inFlows,
		NotInFlows: lost(&m.counts, sum.onePacket, sum.dropped), Flows: m.merger.passes[i].flows,
		Straddling: m.merger.passes[i].straddling, Backwards: m.counts.Backwards,
		SnapCut: m.counts.SnapCut, Duplicates: m.counts.Duplicates, ZeroTime: m.counts.ZeroTime,
		Late: m.clock.late, Evicted: sum.evicted,
	}
}
