package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
)

// Leak is the certificate between a part and train: what they share. All is 0
// where a split keeps its promise, at its unit and every finer one.
type Leak struct {
	Windows     int            `json:"windows"`      // of the part
	Rows        int            `json:"rows"`         // miniflows that stand in both
	Packets     int64          `json:"packets"`      // of those miniflows; 0 where the rows do not say
	SharingRows int            `json:"sharing_rows"` // of them, that share at least one row with a window of train
	Twins       int            `json:"twins"`        // of them, that share all rows but one, or all
	Duplicates  int            `json:"duplicates"`   // of them, whose inputs equal those of a window of train
	Conflicting int            `json:"conflicting"`  // of the duplicates, those with another label there
	Groups      map[string]int `json:"groups"`       // by unit: groups that stand in both
}

// fingerprint tells inputs of windows apart.
type fingerprint [sha256.Size]byte

// prints are fingerprints of the inputs of every window, as the model gets them.
func (s *Set) prints() []fingerprint {
	width := len(s.Features)
	prints := make([]fingerprint, len(s.Windows))
	var buffer []byte
	for w := range s.Windows {
		buffer = buffer[:0]
		for _, r := range s.Windows[w].Rows {
			if r < 0 {
				buffer = append(buffer, 0)
				continue
			}
			for _, v := range s.Rows[int(r)*width : int(r+1)*width] {
				// Adding 0 makes −0 a 0: they are the same input.
				buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v+0))
			}
		}
		prints[w] = sha256.Sum256(buffer)
	}
	return prints
}

// leak compares a part with train.
func (s *Set) leak(train, part []int, prints []fingerprint) Leak {
	l := Leak{Windows: len(part), Groups: map[string]int{}}
	holding := make([][]int32, len(s.Rows)/len(s.Features)) // windows of train that hold a row
	byPrint := map[fingerprint][]int{}
	for _, w := range train {
		for _, r := range s.Windows[w].Rows {
			if r >= 0 {
				holding[r] = append(holding[r], int32(w))
			}
		}
		byPrint[prints[w]] = append(byPrint[prints[w]], w)
	}
	counter := make([]int32, len(s.Windows))
	for _, w := range part {
		switch shared := s.mostShared(w, holding, counter); {
		case shared > 0 && shared >= s.Steps-1:
			l.Twins++
			fallthrough
		case shared > 0:
			l.SharingRows++
		}
		if same := byPrint[prints[w]]; len(same) > 0 {
			l.Duplicates++
			if slices.ContainsFunc(same, func(t int) bool { return s.pair(t) != s.pair(w) }) {
				l.Conflicting++
			}
		}
	}
	l.Rows, l.Packets = s.sharedRows(part, holding)
	for _, unit := range Units {
		l.Groups[unit] = shared(s.groups(unit), train, part)
	}
	return l
}

// sharedRows counts the rows that are held and stand in the part, and their packets.
func (s *Set) sharedRows(part []int, holding [][]int32) (rows int, packets int64) {
	seen := make([]bool, len(holding))
	for _, w := range part {
		for _, r := range s.Windows[w].Rows {
			if r < 0 || seen[r] || len(holding[r]) == 0 {
				continue
			}
			seen[r] = true
			rows++
			if s.Packets != nil {
				packets += int64(s.Packets[r])
			}
		}
	}
	return rows, packets
}

// mostShared is the largest number of rows that a window shares with one other.
// counter holds zeros, before and after.
func (s *Set) mostShared(w int, holding [][]int32, counter []int32) int {
	most := int32(0)
	for _, step := range []int32{1, 0} { // count, then clear
		for _, r := range s.Windows[w].Rows {
			if r < 0 {
				continue
			}
			for _, t := range holding[r] {
				counter[t] = (counter[t] + 1) * step
				most = max(most, counter[t])
			}
		}
	}
	return int(most)
}

// shared counts the groups that stand in both parts; "" does not count.
func shared(group []string, a, b []int) int {
	in := map[string]bool{}
	for _, w := range a {
		in[group[w]] = true
	}
	both := map[string]bool{}
	for _, w := range b {
		if group[w] != "" && in[group[w]] {
			both[group[w]] = true
		}
	}
	return len(both)
}
