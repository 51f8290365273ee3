package meter

import "math"

// row is a finished flow on its way out.
type row struct {
	flow    Flow
	columns CICColumns
	pass    int    // its timeout
	begun   int64  // number of the packet that began it
	ended   int64  // number of the packet after which it was finished
	super   int64  // number of the packet that began its superflow, -1 for none
	text    []byte // what Output.Format made of it
}

// place is where a flow's row will stand: flows take places in the order in
// which they begin, and leave them in that order when they are done.
type place struct {
	begun int64
	row   *row // nil: not written
	entry uint32
	done  bool
}

// queue holds the places of a shard between the oldest open flow and now.
type queue struct {
	ring       []place
	head, tail uint64
}

func (q *queue) push(begun int64, entry uint32) (slot uint64) {
	if q.tail-q.head == uint64(len(q.ring)) {
		q.grow()
	}
	*q.at(q.tail) = place{begun: begun, entry: entry}
	q.tail++
	return q.tail - 1
}

func (q *queue) at(slot uint64) *place { return &q.ring[slot&uint64(len(q.ring)-1)] }

func (q *queue) grow() {
	old := *q
	q.ring = make([]place, max(64, 2*len(old.ring)))
	for i := old.head; i < old.tail; i++ {
		*q.at(i) = *old.at(i)
	}
}

// finish fills a place; r is nil where nothing is written.
func (q *queue) finish(slot uint64, r *row) {
	p := q.at(slot)
	p.row, p.done = r, true
}

// pop gives the next row whose turn it is; nil when the oldest flow is open.
func (q *queue) pop() *row {
	for q.head < q.tail && q.at(q.head).done {
		p := q.at(q.head)
		r := p.row
		p.row = nil
		q.head++
		if r != nil {
			return r
		}
	}
	return nil
}

// oldest is the packet that began the oldest open flow.
func (q *queue) oldest() int64 {
	if q.head == q.tail {
		return math.MaxInt64
	}
	return q.at(q.head).begun
}
