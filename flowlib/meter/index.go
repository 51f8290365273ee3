package meter

// index finds the entry of a key: open addressing over slots of 8 bytes, so
// that a miss costs one cache line. Numbers of entries begin at 1.
type index struct {
	slots []slot
	mask  uint32
	used  int
}

// slot holds half a hash and an entry; entry 0 is an empty slot.
type slot struct{ hash, entry uint32 }

func newIndex() index { return index{slots: make([]slot, 1<<10), mask: 1<<10 - 1} }

func (x *index) put(hash, entry uint32) {
	if x.used++; x.used*2 > len(x.slots) {
		x.grow()
	}
	x.place(slot{hash, entry})
}

func (x *index) place(s slot) {
	i := s.hash & x.mask
	for x.slots[i].entry != 0 {
		i = (i + 1) & x.mask
	}
	x.slots[i] = s
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, len(old)*2)
	x.mask = uint32(len(x.slots) - 1)
	for _, s := range old {
		if s.entry != 0 {
			x.place(s)
		}
	}
}

// remove takes an entry out and moves up what had to make way for it.
func (x *index) remove(hash, entry uint32) {
	i := hash & x.mask
	for x.slots[i].entry != entry {
		i = (i + 1) & x.mask
	}
	for j := (i + 1) & x.mask; x.slots[j].entry != 0; j = (j + 1) & x.mask {
		if home := x.slots[j].hash & x.mask; (j-home)&x.mask >= (j-i)&x.mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = slot{}
	x.used--
}
