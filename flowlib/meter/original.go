package meter

import "sort"

// endOriginal writes the flows that are open at the end of the capture in the
// order in which the tool's hash map holds them (specification, section 4.8),
// one timeout after the other; those before came as they finished.
func (s *shard) endOriginal() {
	for _, i := range s.plan.order {
		var held []heldFlow
		size := javaTable(s.passes[i].most)
		for c := range s.store.entries {
			for k := range s.store.entries[c] {
				if e := &s.store.entries[c][k]; has(e.live, i) {
					id := s.plan.d.AppendID(nil, e.flowKey(has(e.reversed, i)))
					held = append(held, heldFlow{e, javaHash(id) & (size - 1), s.store.state(e.block, i).slot})
				}
			}
		}
		sort.Slice(held, func(a, b int) bool {
			if held[a].bucket != held[b].bucket {
				return held[a].bucket < held[b].bucket
			}
			return held[a].begun < held[b].begun
		})
		for _, h := range held {
			s.finish(h.e, i, s.atEnd(h.e)(i))
		}
	}
}

// heldFlow is an open flow and where the tool's map holds it.
type heldFlow struct {
	e      *entry
	bucket uint32
	begun  uint64 // number of its first packet
}

// javaTable is the size of a java.util.HashMap that has held so many keys: 16,
// doubled when more than three quarters are used; it never shrinks.
func javaTable(most int) uint32 {
	size := uint32(16)
	for most > int(size/4*3) {
		size *= 2
	}
	return size
}

// javaHash is the hash that the map makes of a string's.
func javaHash(id []byte) uint32 {
	h := uint32(0)
	for _, c := range id {
		h = 31*h + uint32(c)
	}
	return h ^ h>>16
}
