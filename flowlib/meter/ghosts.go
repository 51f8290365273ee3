package meter

import "math/bits"

// ghosts remembers the endpoints of swept flows in the cic dialects, whose
// next flow takes them over however long the silence (specification, sections
// 4.2 and 4.9): 16 bytes a 5-tuple and eight timeouts, in a table that is at
// least half full. These dialects know IPv4 only.
type ghosts struct {
	slots []ghost
	used  int
}

// ghost is empty where nothing is known.
type ghost struct {
	a, b            uint32
	aPort, bPort    uint16
	proto           uint8
	known, reversed uint8 // by timeout
}

func ghostOf(k *key, known, reversed uint8) ghost {
	return ghost{uint32(k.a.Lo), uint32(k.b.Lo), k.aPort, k.bPort, k.proto, known, reversed}
}

func (g *ghost) is(o *ghost) bool {
	return g.a == o.a && g.b == o.b && g.aPort == o.aPort && g.bPort == o.bPort && g.proto == o.proto
}

// home is where the search for a key begins; the table has any size.
func (t *ghosts) home(g *ghost) int {
	hi, lo := bits.Mul64(uint64(g.a)<<32|uint64(g.b)^0x9e3779b97f4a7c15, 0xa0761d6478bd642f^uint64(g.aPort)<<24^uint64(g.bPort)<<8^uint64(g.proto))
	at, _ := bits.Mul64((hi^lo)*0xd6e8feb86659fd93, uint64(len(t.slots)))
	return int(at)
}

func (t *ghosts) next(i int) int {
	if i++; i == len(t.slots) {
		return 0
	}
	return i
}

// find is the slot that holds a key, or the empty one where it would stand.
func (t *ghosts) find(g *ghost) *ghost {
	i := t.home(g)
	for t.slots[i].known != 0 && !t.slots[i].is(g) {
		i = t.next(i)
	}
	return &t.slots[i]
}

// put remembers a key that is not in the table.
func (t *ghosts) put(g ghost) {
	if t.used++; t.used*10 > len(t.slots)*9 {
		old := t.slots
		t.slots = make([]ghost, max(1<<10, len(old)*3/2))
		for i := range old {
			if old[i].known != 0 {
				*t.find(&old[i]) = old[i]
			}
		}
	}
	*t.find(&g) = g
}

// take finds a key and forgets it.
func (t *ghosts) take(k *key) (known, reversed uint8) {
	if t.used == 0 {
		return 0, 0
	}
	g := ghostOf(k, 0, 0)
	found := t.find(&g)
	if found.known == 0 {
		return 0, 0
	}
	known, reversed = found.known, found.reversed
	t.remove(found, &g)
	return known, reversed
}

// remove empties a slot and moves up what had to make way for it.
func (t *ghosts) remove(found, g *ghost) {
	i := t.home(g)
	for &t.slots[i] != found {
		i = t.next(i)
	}
	n := len(t.slots)
	for j := t.next(i); t.slots[j].known != 0; j = t.next(j) {
		home := t.home(&t.slots[j])
		if (j-home+n)%n >= (j-i+n)%n {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = ghost{}
	t.used--
}
