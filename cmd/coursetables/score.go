package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// confusion counts predictions of one group: [truth][predicted].
type confusion [][]float64

func newConfusion(classes int) confusion {
	c := make(confusion, classes)
	for i := range c {
		c[i] = make([]float64, classes)
	}
	return c
}

// macroF1 is the mean over the classes that occur.
func (c confusion) macroF1() float64 {
	sum, n := 0.0, 0.0
	for k := range c {
		truth, predicted := 0.0, 0.0
		for j := range c {
			truth += c[k][j]
			predicted += c[j][k]
		}
		if truth > 0 {
			sum += 2 * c[k][k] / (truth + predicted)
			n++
		}
	}
	return sum / max(n, 1)
}

// f1 is that of one class.
func (c confusion) f1(k int) float64 {
	truth, predicted := 0.0, 0.0
	for j := range c {
		truth += c[k][j]
		predicted += c[j][k]
	}
	if truth+predicted == 0 {
		return 0
	}
	return 2 * c[k][k] / (truth + predicted)
}

// score is a macro F1 with its interval from whole groups drawn with
// replacement.
type score struct {
	f1, low, high float64
	groups        int
	all           confusion
}

func (s score) String() string { return fmt.Sprintf("%.3f (%.3f–%.3f)", s.f1, s.low, s.high) }

// newScore pools predictions and draws groups 500 times.
func newScore(truth []int32, predicted []int, group []string, classes int) score {
	by := map[string]confusion{}
	var names []string
	for i, g := range group {
		if by[g] == nil {
			by[g] = newConfusion(classes)
			names = append(names, g)
		}
		by[g][truth[i]][predicted[i]]++
	}
	slices.Sort(names)
	pool := func(draw func(int) string) confusion {
		c := newConfusion(classes)
		for i := range names {
			for k, row := range by[draw(i)] {
				for j, n := range row {
					c[k][j] += n
				}
			}
		}
		return c
	}
	s := score{groups: len(names), all: pool(func(i int) string { return names[i] })}
	s.f1 = s.all.macroF1()
	r := rand.New(rand.NewPCG(1, 2))
	draws := make([]float64, 500)
	for k := range draws {
		draws[k] = pool(func(int) string { return names[r.IntN(len(names))] }).macroF1()
	}
	slices.Sort(draws)
	s.low, s.high = draws[len(draws)*25/1000], draws[len(draws)*975/1000]
	return s
}

func argmax(p [][]float64) []int {
	best := make([]int, len(p))
	for i, row := range p {
		for k := range row {
			if row[k] > row[best[i]] {
				best[i] = k
			}
		}
	}
	return best
}

// logs are log(1+|x|) with the sign of x, so that distances mean something.
func logs(x []float32) {
	for i, v := range x {
		x[i] = float32(math.Copysign(math.Log1p(math.Abs(float64(v))), float64(v)))
	}
}
