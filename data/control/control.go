package control

import (
	"fmt"
	"math"
	"math/rand/v2"

	"flowbook/flowlib/dataset"
)

// Kind is what is planted.
type Kind string

// The kinds.
const (
	Signal  Kind = "signal"
	Leak    Kind = "leak"
	Nothing Kind = "nothing"
)

// Kinds are all kinds, in the order in which they are reported.
var Kinds = []Kind{Signal, Leak, Nothing}

// Spec describes a control set.
type Spec struct {
	Kind       Kind
	Strength   float64 // distance of two classes in standard deviations of a superflow is √2 times this; for Signal
	Classes    int
	Hosts      int
	Superflows int // a host; classes take turns
	Windows    int // a superflow, overlapping in all but one step; 1 for Nothing
	Steps      int // rows a window
	Columns    int // at least as many as classes
	Seed       uint64
}

// Default is a set of 30 hosts that a forest learns in a second.
func Default(kind Kind) Spec {
	s := Spec{Kind: kind, Classes: 4, Hosts: 30, Superflows: 12, Windows: 4, Steps: 5, Columns: 6, Seed: 1}
	switch kind {
	case Signal:
		s.Strength = 2.5
	case Nothing:
		s.Windows = 1
	}
	return s
}

// jitter is how much the rows of one superflow differ, in its standard deviations.
const jitter = 0.02

// check panics on a spec that makes no set: it is written in code.
func (s Spec) check() {
	switch {
	case s.Kind != Signal && s.Kind != Leak && s.Kind != Nothing:
		panic(fmt.Sprintf("control: kind %q, known are %q", s.Kind, Kinds))
	case s.Kind != Signal && s.Strength != 0:
		panic(fmt.Sprintf("control: a %s has strength 0, not %g", s.Kind, s.Strength))
	case s.Kind == Nothing && s.Windows != 1:
		panic("control: windows of one superflow are nearly equal, so Nothing has one each")
	case s.Classes < 2 || s.Hosts < 1 || s.Superflows < 1 || s.Windows < 1 || s.Steps < 1 || s.Columns < s.Classes || s.Strength < 0:
		panic(fmt.Sprintf("control: %+v makes no data set", s))
	}
}

// Make draws the set. The same spec gives the same set.
//
// Every superflow has a point of its own: the mean of its class, which lies
// Strength along the class's own axis, plus standard normal noise in every
// column. All its rows are that point but for a jitter.
func (s Spec) Make() *dataset.Set {
	s.check()
	rng := rand.New(rand.NewPCG(s.Seed, 11))
	set := &dataset.Set{Dir: "control " + string(s.Kind), Steps: s.Steps}
	for j := range s.Columns {
		set.Features = append(set.Features, fmt.Sprint("control ", j+1))
	}
	for k := range s.Classes {
		set.Types = append(set.Types, fmt.Sprintf("class %c", 'a'+k))
		set.Apps = append(set.Apps, fmt.Sprintf("program %c", 'a'+k))
	}
	set.Manifest.Unit = "host"
	for h := range s.Hosts {
		for f := range s.Superflows {
			s.superflow(set, rng, h, f)
		}
	}
	return set
}

// superflow adds the rows and windows of one superflow.
func (s Spec) superflow(set *dataset.Set, rng *rand.Rand, host, number int) {
	class := (host*s.Superflows + number) % s.Classes
	point := make([]float64, s.Columns)
	for j := range point {
		point[j] = rng.NormFloat64()
	}
	point[class] += s.Strength
	first := int32(len(set.Rows) / s.Columns)
	for range s.Steps + s.Windows - 1 {
		for _, v := range point {
			set.Rows = append(set.Rows, v+jitter*rng.NormFloat64())
		}
	}
	name := fmt.Sprintf("host%02d_%02d", host+1, number+1)
	groups := &dataset.Groups{Superflow: name + "#1", Tuple: name, Capture: name, Session: name, Host: fmt.Sprintf("host%02d", host+1)}
	for w := range s.Windows {
		rows := make([]int32, s.Steps)
		for t := range rows {
			rows[t] = first + int32(w+t)
		}
		set.Windows = append(set.Windows, dataset.Window{Rows: rows, Type: int32(class), App: int32(class), Groups: groups})
	}
}

// Expected are the scores that theory allows, macro F1. Classes are equally
// frequent and lie symmetrically, so that macro F1 and accuracy are one.
type Expected struct {
	Best   float64 // of the best possible classifier on superflows that it has not seen
	Chance float64 // of one that ignores the windows
}

// Expected is what a set of this spec allows. The best classifier takes the
// largest of the class columns: it is right when the true class's noise plus
// Strength exceeds the noise of all others, which has the probability
// E[Φ(x + Strength)^(Classes−1)] for x standard normal.
func (s Spec) Expected() Expected {
	s.check()
	const n, limit = 4000, 10.0
	best, h := 0.0, 2*limit/n
	for i := range n + 1 { // trapezoids; the ends are 0
		x := -limit + float64(i)*h
		density := math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
		best += h * density * math.Pow(0.5*math.Erfc(-(x+s.Strength)/math.Sqrt2), float64(s.Classes-1))
	}
	return Expected{Best: best, Chance: 1 / float64(s.Classes)}
}
