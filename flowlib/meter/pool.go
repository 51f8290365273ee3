package meter

// poolChunk is how many entries are made at once.
const poolChunk = 64

// pool recycles table entries, so that a packet allocates nothing.
type pool struct {
	states int // of an entry
	free   []*entry
}

func (p *pool) get(k key) *entry {
	if len(p.free) == 0 {
		entries := make([]entry, poolChunk)
		states := make([]state, poolChunk*p.states)
		for i := range entries {
			entries[i].states = states[i*p.states : (i+1)*p.states]
			p.free = append(p.free, &entries[i])
		}
	}
	e := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	e.key = k
	e.link = connection{}
	return e
}

func (p *pool) put(e *entry) { p.free = append(p.free, e) }
