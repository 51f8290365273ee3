package meter

// chunk is how many entries, or states, are made at once.
const chunk = 256

// entry is a 5-tuple that is known: one cache line. Its flows in the making
// are elsewhere, so that a key that is only remembered costs no more.
type entry struct {
	key
	hash, block uint32 // block of states, 0 for none
	seen        int64  // the meter's clock at its last packet; never for an entry that is free
	live        uint64 // timeouts whose flow is open
	known       uint64 // timeouts whose endpoints outlive their flow
	reversed    uint64 // timeouts whose source is the larger end
	link        connection
}

// connection is what is known of a TCP connection beyond its flows.
type connection struct {
	fin    [2]bool // a FIN was seen from the smaller, the larger end
	closed bool    // both FINs, or an RST
}

// store holds entries and states in chunks that never move, and uses again
// what is free: a packet allocates nothing.
type store struct {
	perBlock   int // states of an entry: the number of timeouts
	withColumn bool
	withOffset bool

	entries     []*[chunk]entry
	freeEntries []uint32
	states      [][]state // chunk·perBlock states each
	columns     [][]columns
	offsets     [][][]int64
	freeBlocks  []uint32
}

func (t *store) entry(n uint32) *entry { return &t.entries[n/chunk][n%chunk] }

// newEntry gives the number of a zero entry; 0 is never given.
func (t *store) newEntry() uint32 {
	if len(t.freeEntries) == 0 {
		first := uint32(len(t.entries)) * chunk
		t.entries = append(t.entries, new([chunk]entry))
		for i := uint32(chunk); i > 0; i-- {
			n := first + i - 1
			t.entry(n).seen = never
			if n > 0 {
				t.freeEntries = append(t.freeEntries, n)
			}
		}
	}
	n := t.freeEntries[len(t.freeEntries)-1]
	t.freeEntries = t.freeEntries[:len(t.freeEntries)-1]
	return n
}

func (t *store) dropEntry(n uint32) {
	*t.entry(n) = entry{seen: never}
	t.freeEntries = append(t.freeEntries, n)
}

// newBlock gives the number of a block of states; 0 is never given.
func (t *store) newBlock() uint32 {
	if len(t.freeBlocks) == 0 {
		first := uint32(len(t.states)) * chunk
		t.states = append(t.states, make([]state, chunk*t.perBlock))
		if t.withColumn {
			t.columns = append(t.columns, make([]columns, chunk*t.perBlock))
		}
		if t.withOffset {
			t.offsets = append(t.offsets, make([][]int64, chunk*t.perBlock))
		}
		for i := uint32(chunk); i > 0; i-- {
			if n := first + i - 1; n > 0 {
				t.freeBlocks = append(t.freeBlocks, n)
			}
		}
	}
	n := t.freeBlocks[len(t.freeBlocks)-1]
	t.freeBlocks = t.freeBlocks[:len(t.freeBlocks)-1]
	return n
}

func (t *store) dropBlock(n uint32) { t.freeBlocks = append(t.freeBlocks, n) }

// at is where the state of timeout i in a block stands in its chunk.
func (t *store) at(block uint32, i int) int { return int(block%chunk)*t.perBlock + i }

func (t *store) state(block uint32, i int) *state {
	return &t.states[block/chunk][t.at(block, i)]
}

func (t *store) column(block uint32, i int) *columns {
	return &t.columns[block/chunk][t.at(block, i)]
}

func (t *store) offset(block uint32, i int) *[]int64 {
	return &t.offsets[block/chunk][t.at(block, i)]
}
