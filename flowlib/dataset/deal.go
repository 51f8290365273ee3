package dataset

import (
	"cmp"
	"slices"

	"flowbook/flowlib/dataset/sklearn"
)

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
	r := sklearn.NewRandom(spec.Seed)
	var last []int
	for range max(spec.Repeat, 1) {
		last = r.Permutation(len(d.names))
	}
	for _, i := range last {
		d.order = append(d.order, d.names[i])
	}
	d.pin("app " + spec.Leave)
	return d
}

// pin keeps the groups of classes with too few groups in train, but for the
// sake of a class that is left out of train anyway.
func (d *deal) pin(but string) {
	for _, g := range d.names {
		for c, n := range d.windows[g][:d.tasks] {
			if n > 0 && d.groups[c] < fewest && d.classes[c] != but {
				d.pinned[g] = true
			}
		}
	}
}

// free are the groups that may leave train, sorted.
func (d *deal) free() []string {
	return slices.DeleteFunc(slices.Clone(d.names), func(g string) bool { return d.pinned[g] })
}

// notEstimable are the classes that no test part can hold, each with its number
// of groups: those with too few groups, and those whose groups all stay in
// train for the sake of such a class.
func (d *deal) notEstimable() (names []string, groups map[string]int) {
	groups = map[string]int{}
	for c, name := range d.classes[:d.tasks] {
		free := 0
		for _, g := range d.names {
			if d.windows[g][c] > 0 && !d.pinned[g] {
				free++
			}
		}
		if d.groups[c] > 0 && (d.groups[c] < fewest || free == 0) {
			names = append(names, name)
			groups[name] = d.groups[c]
		}
	}
	return names, groups
}

// deal gives each group that is neither pinned nor taken a fold, from 0: groups
// of the rarest classes first, then the largest, each to the fold that so far
// holds least of its classes, counted in shares of their windows and of their groups.
func (d *deal) deal(of int, taken func(group string) bool) map[string]int {
	var order []string
	for _, g := range d.order {
		if !d.pinned[g] && !taken(g) {
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
