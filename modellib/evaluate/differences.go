package evaluate

import (
	"cmp"
	"fmt"
	"slices"
)

// Differences compares several models with each other, every pair by a paired
// permutation over groups, corrected by Holm over all pairs.
type Differences struct {
	Models []string    `json:"models"` // best mean rank first
	Rank   []float64   `json:"rank"`   // mean over groups of the rank by accuracy; 1 is best, ties share
	Score  []float64   `json:"score"`  // macro F1
	P      [][]float64 `json:"p"`      // after Holm; [i][j] of models i and j, 1 on the diagonal
	Groups int         `json:"groups"`
	Seeds  int         `json:"seeds"`
}

// CriticalDifferences ranks models within each group, as Demšar does within
// data sets (Statistical Comparisons of Classifiers over Multiple Data Sets,
// 2006), and tests every pair. The list of models must have been fixed before
// training, or the correction is for too few.
func CriticalDifferences(models ...*Repeated) (*Differences, error) {
	if len(models) < 2 {
		return nil, fmt.Errorf("differences: %s, expected at least 2", count(len(models), "model"))
	}
	for _, m := range models[1:] {
		if err := comparisonError(models[0], m); err != nil {
			return nil, err
		}
	}
	rank := meanRanks(models)
	order := make([]int, len(models))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	d := &Differences{Groups: len(models[0].Groups), Seeds: len(models[0].seeds), P: make([][]float64, len(models))}
	for i, m := range order {
		score, _ := models[m].MacroF1()
		d.Models, d.Rank, d.Score = append(d.Models, models[m].Name), append(d.Rank, rank[m]), append(d.Score, score)
		d.P[i] = make([]float64, len(models))
		d.P[i][i] = 1
	}
	var p []float64
	for i := range order {
		for j := i + 1; j < len(order); j++ {
			t, err := SignFlip(models[order[i]], models[order[j]])
			if err != nil {
				return nil, err
			}
			p = append(p, t.P)
		}
	}
	adjusted := Holm(p)
	for i := range order {
		for j := i + 1; j < len(order); j++ {
			d.P[i][j], d.P[j][i] = adjusted[0], adjusted[0]
			adjusted = adjusted[1:]
		}
	}
	return d, nil
}

// meanRanks is the mean over groups of each model's rank by accuracy.
func meanRanks(models []*Repeated) []float64 {
	out := make([]float64, len(models))
	groups := len(models[0].Groups)
	for g := range groups {
		accuracy := make([]float64, len(models))
		for m, r := range models {
			for s := range r.seeds {
				accuracy[m] += r.seeds[s][g].accuracy()
			}
		}
		for m, a := range accuracy {
			rank := 0.5
			for _, b := range accuracy {
				switch {
				case b > a:
					rank++
				case b == a: // itself among them
					rank += 0.5
				}
			}
			out[m] += rank / float64(groups)
		}
	}
	return out
}

// Cliques are the longest stretches of models, by rank, in which no pair
// differs significantly: first and last model of each.
func (d *Differences) Cliques(alpha float64) [][2]int {
	var out [][2]int
	for i := range d.Models {
		last := i
		for j := i + 1; j < len(d.Models) && d.alike(i, j, alpha); j++ {
			last = j
		}
		if last > i && (len(out) == 0 || out[len(out)-1][1] < last) {
			out = append(out, [2]int{i, last})
		}
	}
	return out
}

// alike says whether no pair from i to j differs.
func (d *Differences) alike(i, j int, alpha float64) bool {
	for a := i; a <= j; a++ {
		for b := a + 1; b <= j; b++ {
			if d.P[a][b] < alpha {
				return false
			}
		}
	}
	return true
}

// ClassInterval is the F1 of one class over all repetitions.
type ClassInterval struct {
	Class    string    `json:"class"`
	F1       float64   `json:"f1"` // mean over repetitions
	Interval *Interval `json:"interval,omitempty"`
	Windows  int       `json:"windows"`
	Groups   int       `json:"groups"` // that hold the class
	Scored   bool      `json:"scored"` // counts in the macro mean
}

// PerClass scores each class that has windows, with an interval over the
// groups where at least MinGroups of them hold the class.
func (r *Repeated) PerClass() []ClassInterval {
	k := len(r.Classes)
	var out []ClassInterval
	for c, name := range r.Classes {
		v := ClassInterval{Class: name, Scored: slices.Contains(r.Scored, c)}
		for _, g := range r.seeds[0] {
			if n := g[2*k+c]; n > 0 {
				v.Windows += int(n)
				v.Groups++
			}
		}
		if v.Windows == 0 {
			continue
		}
		all := newSums(k)
		f1 := func(draw []int) float64 {
			total := 0.0
			for _, groups := range r.seeds {
				clear(all)
				for _, g := range draw {
					all.add(groups[g])
				}
				total += all.macroF1([]int{c})
			}
			return total / float64(len(r.seeds))
		}
		every := make([]int, len(r.Groups))
		for g := range every {
			every[g] = g
		}
		v.F1 = f1(every)
		if v.Groups >= MinGroups {
			i := bootstrapOf(len(r.Groups), f1)
			v.Interval = &i
		}
		out = append(out, v)
	}
	return out
}
