package dataset

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Neighbours are test windows with their nearest windows of train, on inputs
// that a scaler fitted to train has scaled.
type Neighbours struct {
	Split    *Split
	Query    []int     // window numbers
	Nearest  []int     // window numbers
	Distance []float64 // root of the mean squared difference over all steps and features
}

// Near counts test windows that are almost the same as one of train.
type Near struct {
	Radius      float64 `json:"radius"`      // root mean squared difference of scaled inputs up to which two windows are near
	Windows     int     `json:"windows"`     // test windows that were looked at
	Duplicates  int     `json:"duplicates"`  // of them, with a window of train within the radius
	Conflicting int     `json:"conflicting"` // of the duplicates, those whose nearest has another label
	Median      float64 `json:"median_distance"`
}

// Near counts near duplicates within a radius.
func (s *Set) Near(n Neighbours, radius float64) *Near {
	r := &Near{Radius: radius, Windows: len(n.Query)}
	for i, d := range n.Distance {
		if d <= radius {
			r.Duplicates++
			if s.pair(n.Query[i]) != s.pair(n.Nearest[i]) {
				r.Conflicting++
			}
		}
	}
	if len(n.Distance) > 0 {
		r.Median = slices.Sorted(slices.Values(n.Distance))[len(n.Distance)/2]
	}
	return r
}

// Probe is the answer to: if labels meant nothing and were drawn for each group
// of a level, how often would the nearest neighbour still be right? Chance
// where the split keeps the level's groups apart; near 1 where it does not.
type Probe struct {
	Draws   int        `json:"draws"`   // of labels; every cell is the mean over them
	Classes int        `json:"classes"` // equally likely
	Windows int        `json:"windows"` // test windows looked at, at most
	Rows    []ProbeRow `json:"rows"`
}

// ProbeRow is one split: how often the neighbour is right for labels drawn at
// each level.
type ProbeRow struct {
	Split string      `json:"split"`
	Unit  string      `json:"unit"`
	Cells []ProbeCell `json:"cells"`
}

// ProbeCell is one level of labels under one split.
type ProbeCell struct {
	Level  string  `json:"level"`
	Groups int     `json:"groups"` // of the test windows
	Right  float64 `json:"right"`
	Low    float64 `json:"low"` // range of the same mean when the labels of train and test have nothing to do with each other
	High   float64 `json:"high"`
	Inside bool    `json:"inside"`
}

// The draws of a probe, and of the range to which it is compared.
const (
	probeDraws = 20
	rangeMeans = 300
)

// NewProbe draws labels for the groups of every level that the set knows, for
// the neighbours of each split. The seed decides the draws.
func NewProbe(set *Set, splits []Neighbours, seed uint64) *Probe {
	p := &Probe{Draws: probeDraws, Classes: max(len(set.Types), 2)}
	for _, n := range splits {
		row := ProbeRow{Split: n.Split.Name, Unit: n.Split.Unit}
		p.Windows = max(p.Windows, len(n.Query))
		for i, level := range Units {
			if set.distinct(level, set.all()) < 2 {
				continue
			}
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			row.Cells = append(row.Cells, set.probe(n, level, p.Classes, r))
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// Matrix is the probe as rows and columns: splits down, levels across.
func (p *Probe) Matrix() (splits, levels []string, right [][]float64, inside [][]bool) {
	for i, r := range p.Rows {
		splits = append(splits, r.Split)
		right, inside = append(right, nil), append(inside, nil)
		for _, c := range r.Cells {
			if i == 0 {
				levels = append(levels, c.Level)
			}
			right[i], inside[i] = append(right[i], c.Right), append(inside[i], c.Inside)
		}
	}
	return splits, levels, right, inside
}

// met is how many test windows of one group have their neighbour in another.
type met struct{ query, nearest, windows int }

func (s *Set) probe(n Neighbours, level string, classes int, r *rand.Rand) ProbeCell {
	pairs, groups, queries := s.met(n, level)
	c := ProbeCell{Level: level, Groups: queries}
	right := func(query, nearest []int) float64 {
		hits := 0
		for _, p := range pairs {
			if query[p.query] == nearest[p.nearest] {
				hits += p.windows
			}
		}
		return float64(hits) / float64(len(n.Query))
	}
	label, other := make([]int, groups), make([]int, groups)
	draw := func(into []int) []int {
		for i := range into {
			into[i] = r.IntN(classes)
		}
		return into
	}
	for range probeDraws {
		draw(label)
		c.Right += right(label, label)
	}
	c.Right /= probeDraws
	c.Low, c.High = math.Inf(1), math.Inf(-1)
	for range rangeMeans {
		mean := 0.0
		for range probeDraws {
			mean += right(draw(label), draw(other))
		}
		mean /= probeDraws
		c.Low, c.High = min(c.Low, mean), max(c.High, mean)
	}
	c.Inside = c.Right >= c.Low && c.Right <= c.High
	return c
}

// met counts the pairs of groups, and numbers the groups.
func (s *Set) met(n Neighbours, level string) (pairs []met, groups, queries int) {
	number := map[string]int{}
	of := func(w int) int {
		g := s.Windows[w].Group(level)
		i, ok := number[g]
		if !ok {
			i = len(number)
			number[g] = i
		}
		return i
	}
	at := map[[2]int]int{}
	for i, w := range n.Query {
		k := [2]int{of(w), of(n.Nearest[i])}
		j, ok := at[k]
		if !ok {
			j = len(pairs)
			at[k] = j
			pairs = append(pairs, met{query: k[0], nearest: k[1]})
		}
		pairs[j].windows++
	}
	distinct := map[int]bool{}
	for _, p := range pairs {
		distinct[p.query] = true
	}
	return pairs, len(number), len(distinct)
}

// Sample draws up to n of the windows without putting back, in ascending order.
func Sample(windows []int, n int, seed uint64) []int {
	if len(windows) <= n {
		return slices.Sorted(slices.Values(windows))
	}
	r := rand.New(rand.NewPCG(seed, 0))
	p := r.Perm(len(windows))[:n]
	for i, k := range p {
		p[i] = windows[k]
	}
	slices.Sort(p)
	return p
}
