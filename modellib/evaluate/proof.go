package evaluate

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"

	"flowbook/modellib/run"
)

// Simulation describes control data sets whose true score is known, to try
// intervals and tests on: groups hold superflows, and a superflow holds
// windows that overlap and so are nearly equal. Two models are equally good
// by construction and err on different superflows.
type Simulation struct {
	Sets       int     // control data sets
	Groups     int     // independent groups a set
	Superflows int     // a group
	Windows    int     // nearly equal ones a superflow
	Classes    int     // which take turns
	Seed       uint64  //
	GroupSD    float64 // spread of difficulty between groups, half of it shared by both models
	FlowSD     float64 // between superflows of a group
	WindowSD   float64 // between windows of a superflow
}

// DefaultSimulation is 500 sets of 30 groups of 5 superflows with 20 windows.
func DefaultSimulation() Simulation {
	return Simulation{Sets: 500, Groups: 30, Superflows: 5, Windows: 20, Classes: 5, Seed: 1, GroupSD: 0.6, FlowSD: 1, WindowSD: 0.15}
}

// Proof says how often intervals held the true score and tests rejected a
// hypothesis that is true.
type Proof struct {
	Simulation       Simulation `json:"simulation"`
	TrueMacroF1      float64    `json:"true_macro_f1"`
	TrueAccuracy     float64    `json:"true_accuracy"`
	CoverMacro       float64    `json:"cover_macro_f1"`       // bootstrap over groups
	CoverAccuracy    float64    `json:"cover_accuracy"`       // bootstrap over groups
	CoverWilson      float64    `json:"cover_wilson_windows"` // Wilson, windows taken for independent
	RejectSignFlip   float64    `json:"reject_sign_flip"`     // over groups
	RejectWindows    float64    `json:"reject_mcnemar_windows"`
	RejectSuperflows float64    `json:"reject_mcnemar_superflows"`
}

// population is the number of superflows from which the true score is taken.
const population = 400_000

// Prove runs the simulation. It uses all processors and gives the same numbers
// for any of them.
func (s Simulation) Prove() *Proof {
	p := &Proof{Simulation: s}
	truth, said, _ := s.draw(rand.New(rand.NewPCG(s.Seed, 0)), population/s.Superflows, 1)
	all := newSums(s.Classes)
	for i := range truth {
		all.count(truth[i], said[0][i])
		all.count(truth[i], said[1][i])
	}
	p.TrueMacroF1, p.TrueAccuracy = all.macroF1(s.everyClass()), all.accuracy()
	outcomes := make([]outcome, s.Sets)
	var wg sync.WaitGroup
	for worker := range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := worker; i < s.Sets; i += runtime.GOMAXPROCS(0) {
				outcomes[i] = s.try(uint64(i)+1, p)
			}
		})
	}
	wg.Wait()
	share := func(of func(outcome) bool) float64 {
		n := 0
		for _, o := range outcomes {
			if of(o) {
				n++
			}
		}
		return ratio(n, len(outcomes))
	}
	p.CoverMacro = share(func(o outcome) bool { return o.macro })
	p.CoverAccuracy = share(func(o outcome) bool { return o.accuracy })
	p.CoverWilson = share(func(o outcome) bool { return o.wilson })
	p.RejectSignFlip = share(func(o outcome) bool { return o.signFlip })
	p.RejectWindows = share(func(o outcome) bool { return o.windows })
	p.RejectSuperflows = share(func(o outcome) bool { return o.superflows })
	return p
}

func (s Simulation) everyClass() []int {
	all := make([]int, s.Classes)
	for i := range all {
		all[i] = i
	}
	return all
}

// outcome is what intervals held and tests rejected on one set.
type outcome struct{ macro, accuracy, wilson, signFlip, windows, superflows bool }

// try draws one control set and runs the same code that scores a real one.
func (s Simulation) try(seed uint64, p *Proof) outcome {
	truth, said, flow := s.draw(rand.New(rand.NewPCG(s.Seed, seed)), s.Groups, s.Windows)
	var sides [2]*run.Predictions
	for m := range sides {
		sides[m] = &run.Predictions{Model: fmt.Sprint("model ", m+1), Task: "control", Truth: truth}
		for i, k := range said[m] {
			row := make([]float64, s.Classes)
			row[k] = 1
			sides[m].Window, sides[m].Probs = append(sides[m].Window, i), append(sides[m].Probs, row)
			sides[m].Group = append(sides[m].Group, fmt.Sprintf("group %03d", i/(s.Superflows*s.Windows)))
		}
	}
	classes := make([]string, s.Classes)
	a, errA := NewRepeated("model 1", classes, nil, sides[0])
	b, errB := NewRepeated("model 2", classes, nil, sides[1])
	if errA != nil || errB != nil {
		panic(fmt.Sprint("evaluate: the simulation makes no data set: ", errA, errB))
	}
	test, err := SignFlip(a, b)
	if err != nil {
		panic("evaluate: " + err.Error())
	}
	accuracy, macro := bootstrap(a.Scored, a.seeds[0])
	right := 0
	for i, k := range said[0] {
		if k == truth[i] {
			right++
		}
	}
	return outcome{
		macro: macro.holds(p.TrueMacroF1), accuracy: accuracy.holds(p.TrueAccuracy),
		wilson:     Wilson(right, len(truth), Level).holds(p.TrueAccuracy),
		signFlip:   test.P < Alpha,
		windows:    discordant(sides[0], sides[1]) < Alpha,
		superflows: discordant(pooled(sides[0], flow), pooled(sides[1], flow)) < Alpha,
	}
}

func (i Interval) holds(v float64) bool { return i.Low <= v && v <= i.High }

// discordant is McNemar's p of two models on the same rows.
func discordant(a, b *run.Predictions) float64 {
	t := contingency(a, b)
	return McNemar(t[0][1], t[1][0])
}

// pooled takes the votes of the windows of each superflow.
func pooled(p *run.Predictions, flow []string) *run.Predictions {
	out, err := PoolUnits(p, flow, Votes)
	if err != nil {
		panic("evaluate: " + err.Error())
	}
	return out
}

// draw makes the windows of some groups, and what two models say of them.
func (s Simulation) draw(rng *rand.Rand, groups, windows int) (truth []int, said [2][]int, flow []string) {
	const level = 1.2 // of skill: about four of five right
	for g := range groups {
		shared := rng.NormFloat64()
		var hard [2]float64
		for m := range hard {
			hard[m] = s.GroupSD * (shared + rng.NormFloat64()) / 1.4142135623730951
		}
		for f := range s.Superflows {
			class := (g*s.Superflows + f) % s.Classes
			var skill [2]float64
			var other [2]int
			for m := range skill {
				skill[m] = level + hard[m] + s.FlowSD*rng.NormFloat64()
				other[m] = (class + 1 + rng.IntN(s.Classes-1)) % s.Classes
			}
			for range windows {
				truth, flow = append(truth, class), append(flow, fmt.Sprint(g, "/", f))
				for m := range said {
					k := class
					if skill[m]+s.WindowSD*rng.NormFloat64() < 0 {
						k = other[m]
					}
					said[m] = append(said[m], k)
				}
			}
		}
	}
	return truth, said, flow
}

// String is the proof as a table.
func (p *Proof) String() string {
	s := p.Simulation
	t := &Table{
		Caption: fmt.Sprintf("%s with a known truth (macro F1 %.3f, accuracy %.3f), each of %s × %s × %s",
			count(s.Sets, "control set"), p.TrueMacroF1, p.TrueAccuracy, count(s.Groups, "group"), count(s.Superflows, "superflow"), count(s.Windows, "near-equal window")),
		Header: []string{"Interval of 95 %, or test at 0.05", "Should be", "Is"},
		Rows: [][]string{
			{"bootstrap over groups holds the true macro F1", "95 %", percent(p.CoverMacro)},
			{"bootstrap over groups holds the true accuracy", "95 %", percent(p.CoverAccuracy)},
			{"Wilson over windows holds the true accuracy", "95 %", percent(p.CoverWilson)},
			{"sign flips over groups reject equal models", "5 %", percent(p.RejectSignFlip)},
			{"McNemar over windows rejects equal models", "5 %", percent(p.RejectWindows)},
			{"McNemar over superflows rejects equal models", "5 %", percent(p.RejectSuperflows)},
		},
	}
	return t.String()
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
