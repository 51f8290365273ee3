package capture

// order puts packets in the order of their times, as far as a window reaches.
// Without a window it lets no packet pass that is earlier than one before it.
type order struct {
	window int64    // µs
	held   []Header // a heap: the earliest first, and of equal times the first in the file
	latest int64    // time of the latest packet, µs
	passed int64    // time of the last packet that was let pass, µs
	any    bool     // a packet came
	begun  bool     // a packet was let pass
}

// add takes a packet, and lets those pass into b whose turn it is.
func (o *order) add(h *Header, b *Batch) Reason {
	if o.begun && h.Time < o.passed {
		return OutOfOrder
	}
	if !o.any || h.Time > o.latest {
		o.any, o.latest = true, h.Time
	}
	o.push(h)
	for len(o.held) > 0 && o.latest-o.held[0].Time >= o.window {
		o.pass(b)
	}
	return Kept
}

// rest lets all pass that are held.
func (o *order) rest(b *Batch) {
	for len(o.held) > 0 {
		o.pass(b)
	}
}

func (o *order) pass(b *Batch) {
	b.Headers = append(b.Headers, o.held[0])
	o.begun, o.passed = true, o.held[0].Time
	last := len(o.held) - 1
	o.held[0] = o.held[last]
	o.held = o.held[:last]
	o.down()
}

// before orders the heap. Offsets grow in a file, so equal times keep its order.
func (o *order) before(i, j int) bool {
	a, b := &o.held[i], &o.held[j]
	return a.Time < b.Time || a.Time == b.Time && a.Offset < b.Offset
}

func (o *order) push(h *Header) {
	o.held = append(o.held, *h)
	for i := len(o.held) - 1; i > 0; {
		parent := (i - 1) / 2
		if !o.before(i, parent) {
			return
		}
		o.held[i], o.held[parent] = o.held[parent], o.held[i]
		i = parent
	}
}

// down moves the first of the heap to its place.
func (o *order) down() {
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(o.held); child++ {
			if o.before(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		o.held[i], o.held[least] = o.held[least], o.held[i]
		i = least
	}
}
