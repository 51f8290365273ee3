package dataset

import (
	"cmp"
	"fmt"
	"slices"

	"flowbook/flowlib/dataset/sklearn"
)

// fewest is how many groups a class needs so that train, validation and test
// can each have one.
const fewest = 3

// foldsFor is how many folds a group split has where the spec does not say: 5,
// or 4 where a fold would get fewer than 3 groups.
func foldsFor(groups int) int {
	if groups >= 15 {
		return 5
	}
	return max(min(4, groups), fewest)
}

// grouped divides the windows so that no group stands on two sides. The groups
// are dealt into folds so that every class is spread over them; one fold is the
// test part, the next one the validation part, the rest train.
//
// A class with fewer than 3 groups is not estimable: its groups stay in train,
// whole, so that the unit is the same for all classes.
func (s *Set) grouped(spec SplitSpec) (*Split, error) {
	if spec.Unit == "" {
		spec.Unit = s.Manifest.Unit
	}
	group, err := s.knownGroups(spec.Unit)
	if err != nil {
		return nil, err
	}
	d := s.newDeal(group, spec)
	if err := d.settle(&spec); err != nil {
		return nil, err
	}
	fold := d.deal(spec.Of)
	split := &Split{
		Spec: spec, Name: fmt.Sprintf("by %s, fold %d of %d", spec.Unit, spec.Fold, spec.Of),
		Unit: spec.Unit, Group: group, NotEstimable: d.notEstimable(),
	}
	for w, g := range group {
		switch f, dealt := fold[g]; {
		case dealt && f == spec.Fold-1:
			split.Test = append(split.Test, w)
		case dealt && f == spec.Fold%spec.Of:
			split.Validation = append(split.Validation, w)
		default:
			split.Train = append(split.Train, w)
		}
	}
	if len(split.Test) == 0 || len(split.Train) == 0 || len(split.Validation) == 0 {
		return nil, fmt.Errorf("split by %s: fold %d of %d leaves a part empty (train %d, validation %d, test %d windows), expected fewer folds or more groups", spec.Unit, spec.Fold, spec.Of, len(split.Train), len(split.Validation), len(split.Test))
	}
	return split, nil
}

// knownGroups are the groups of all windows for a unit, each with a name.
func (s *Set) knownGroups(unit string) ([]string, error) {
	if !slices.Contains(Units, unit) {
		return nil, unknownUnit(unit)
	}
	group := s.groups(unit)
	if i := slices.Index(group, ""); i >= 0 {
		return nil, fmt.Errorf("split by %s: the %[1]s of capture %s is not known", unit, s.Windows[i].Group("capture"))
	}
	return group, nil
}

// settle fills in the fold and the number of folds, and says when there are
// too few groups for a split.
func (d *deal) settle(spec *SplitSpec) error {
	free := len(d.names) - len(d.pinned)
	if free < 2 || len(d.names) < fewest {
		return fmt.Errorf("split by %s: %d groups, of which %d hold a class with fewer than %d groups and stay in train, expected at least 2 others for validation and test", spec.Unit, len(d.names), len(d.pinned), fewest)
	}
	if spec.Of == 0 {
		spec.Of = foldsFor(free)
	}
	if spec.Fold == 0 {
		spec.Fold = 1
	}
	if spec.Of < 3 || spec.Fold < 1 || spec.Fold > spec.Of {
		return fmt.Errorf("split by %s: fold is %d of %d, expected 1 to at least 3", spec.Unit, spec.Fold, spec.Of)
	}
	return nil
}

// groups are the groups of all windows for a unit.
func (s *Set) groups(unit string) []string {
	g := make([]string, len(s.Windows))
	for i := range s.Windows {
		g[i] = s.Windows[i].Group(unit)
	}
	return g
}

// deal gives groups to folds.
type deal struct {
	names   []string         // of the groups, sorted
	classes []string         // "type voip", "app skype", "vpn"
	tasks   int              // classes before this one are of a task
	windows map[string][]int // windows of each class in a group
	total   []int            // windows of each class
	groups  []int            // groups of each class
	pinned  map[string]bool  // groups that stay in train
	order   []string         // names in the order of the seed
}

func (s *Set) newDeal(group []string, spec SplitSpec) *deal {
	d := &deal{windows: map[string][]int{}, pinned: map[string]bool{}}
	for _, t := range s.Types {
		d.classes = append(d.classes, "type "+t)
	}
	for _, a := range s.Apps {
		d.classes = append(d.classes, "app "+a)
	}
	d.tasks = len(d.classes)
	d.classes = append(d.classes, "vpn", "non-vpn")
	d.total, d.groups = make([]int, len(d.classes)), make([]int, len(d.classes))
	for w, g := range group {
		if d.windows[g] == nil {
			d.windows[g] = make([]int, len(d.classes))
			d.names = append(d.names, g)
		}
		vpn := d.tasks
		if !s.Windows[w].VPN {
			vpn++
		}
		for _, c := range []int{int(s.Windows[w].Type), len(s.Types) + int(s.Windows[w].App), vpn} {
			if d.windows[g][c] == 0 {
				d.groups[c]++
			}
			d.windows[g][c]++
			d.total[c]++
		}
	}
	slices.Sort(d.names)
	for _, i := range sklearn.NewRandom(spec.Seed).Permutation(len(d.names)) {
		d.order = append(d.order, d.names[i])
	}
	d.pin()
	return d
}

// pin keeps the groups of classes with too few groups in train.
func (d *deal) pin() {
	for _, g := range d.names {
		for c, n := range d.windows[g][:d.tasks] {
			if n > 0 && d.groups[c] < fewest {
				d.pinned[g] = true
			}
		}
	}
}

// notEstimable are the classes that no test part can hold: those with too few
// groups, and those whose groups all stay in train for the sake of such a class.
func (d *deal) notEstimable() []string {
	var names []string
	for c, name := range d.classes[:d.tasks] {
		free := 0
		for _, g := range d.names {
			if d.windows[g][c] > 0 && !d.pinned[g] {
				free++
			}
		}
		if d.groups[c] > 0 && (d.groups[c] < fewest || free == 0) {
			names = append(names, name)
		}
	}
	return names
}

// deal gives each group that is not pinned a fold, from 0: groups of the
// rarest classes first, then the largest, each to the fold that so far holds
// least of its classes, counted in shares of their windows and of their groups.
func (d *deal) deal(of int) map[string]int {
	var order []string
	for _, g := range d.order {
		if !d.pinned[g] {
			order = append(order, g)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int {
		if r := cmp.Compare(d.rarest(a), d.rarest(b)); r != 0 {
			return r
		}
		return cmp.Compare(d.size(b), d.size(a))
	})
	held := make([][]float64, of) // by fold: shares of windows, then of groups
	for f := range held {
		held[f] = make([]float64, 2*len(d.classes))
	}
	fold := map[string]int{}
	for _, g := range order {
		shares := d.shares(g)
		best, least := 0, 0.0
		for f := range held {
			cost := 0.0
			for i, v := range shares {
				cost += float64(v * held[f][i])
			}
			if f == 0 || cost < least {
				best, least = f, cost
			}
		}
		for i, v := range shares {
			held[best][i] += v
		}
		fold[g] = best
	}
	return fold
}

// shares are a group's shares of the windows and of the groups of each class.
func (d *deal) shares(g string) []float64 {
	v := make([]float64, 2*len(d.classes))
	for c, n := range d.windows[g] {
		if n > 0 {
			v[c] = float64(n) / float64(d.total[c])
			v[len(d.classes)+c] = 1 / float64(d.groups[c])
		}
	}
	return v
}

// rarest is the number of groups of a group's rarest class.
func (d *deal) rarest(g string) int {
	least := len(d.names)
	for c, n := range d.windows[g] {
		if n > 0 {
			least = min(least, d.groups[c])
		}
	}
	return least
}

// size is the number of windows of a group.
func (d *deal) size(g string) int {
	n := 0
	for _, v := range d.windows[g][d.tasks:] {
		n += v
	}
	return n
}
