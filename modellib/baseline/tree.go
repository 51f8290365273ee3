package baseline

import (
	"fmt"
	"math/rand/v2"
)

// Criterion says which split of a node is best.
type Criterion string

// The criteria.
const (
	Gini      Criterion = "gini"       // largest drop of Gini impurity (CART)
	Entropy   Criterion = "entropy"    // largest information gain
	GainRatio Criterion = "gain ratio" // largest gain over split information (C4.5)
)

// TreeOptions say how a decision tree grows. The zero value is CART with Gini
// impurity until every leaf is pure, as scikit-learn's DecisionTreeClassifier.
type TreeOptions struct {
	Criterion   Criterion // "" is Gini
	MaxDepth    int       // 0 for no limit; the root has depth 0
	MinSplit    int       // windows a node must have to be split; at least 2
	MinLeaf     int       // windows each side of a split must have; at least 1
	MaxFeatures int       // columns looked at in a node, drawn anew each time; 0 for all
	Seed        uint64    // of that draw
	Prune       float64   // confidence of C4.5's pruning, 0 for none; Quinlan's default is 0.25
}

// C45 are the options of Quinlan's C4.5: gain ratio, at least two windows on
// each side, pruning with confidence 0.25.
func C45() TreeOptions { return TreeOptions{Criterion: GainRatio, MinLeaf: 2, Prune: 0.25} }

// Tree is a decision tree: a window goes left where its column is at most the
// threshold.
type Tree struct {
	nodes   []node
	classes int
	columns int
}

// node is a split, or a leaf when feature is -1.
type node struct {
	feature     int32
	left, right int32
	threshold   float64
	n           int       // training windows that came here
	impurity    float64   // of the criterion; entropy in bits
	probs       []float64 // shares of the classes
}

// NewTree grows a tree on x [n][d] with labels y. Of equally good splits the
// one with the smaller column, then the smaller threshold, is taken.
// (scikit-learn takes the first in a random order of columns, so its trees
// differ from these, and from each other, only where splits tie.)
//
// It panics when the sizes do not fit, a label is outside [0, classes) or a
// number is not finite.
func NewTree(x [][]float32, y []int32, classes int, o TreeOptions) *Tree {
	t := newTable(x, y, classes)
	rows := make([]int32, t.n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return t.grow(rows, o)
}

// Predict gives the shares of the classes in the leaf of each row: [n][classes].
func (t *Tree) Predict(x [][]float32) [][]float64 {
	probs := matrix(len(x), t.classes)
	for i, row := range x {
		if len(row) != t.columns {
			panic(fmt.Sprintf("baseline: row %d has %d columns, the tree has %d", i, len(row), t.columns))
		}
		copy(probs[i], t.leaf(row).probs)
	}
	return probs
}

func (t *Tree) leaf(row []float32) *node {
	n := &t.nodes[0]
	for n.feature >= 0 {
		if float64(row[n.feature]) <= n.threshold {
			n = &t.nodes[n.left]
		} else {
			n = &t.nodes[n.right]
		}
	}
	return n
}

// Leaves is the number of leaves.
func (t *Tree) Leaves() int {
	leaves := 0
	t.walk(func(n *node, _ int) {
		if n.feature < 0 {
			leaves++
		}
	})
	return leaves
}

// Depth is the largest number of splits on the way to a leaf.
func (t *Tree) Depth() int {
	deepest := 0
	t.walk(func(_ *node, depth int) { deepest = max(deepest, depth) })
	return deepest
}

// walk visits the nodes that pruning has left.
func (t *Tree) walk(visit func(n *node, depth int)) {
	type at struct {
		node  int32
		depth int
	}
	for stack := []at{{0, 0}}; len(stack) > 0; {
		here := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := &t.nodes[here.node]
		visit(n, here.depth)
		if n.feature >= 0 {
			stack = append(stack, at{n.right, here.depth + 1}, at{n.left, here.depth + 1})
		}
	}
}

// Importance is how much each column lowers the impurity, as shares that sum
// to 1 (all 0 for a tree of one leaf): the mean decrease in impurity. It is
// computed on the training windows and favours columns with many values.
func (t *Tree) Importance() []float64 {
	out := make([]float64, t.columns)
	sum := 0.0
	t.walk(func(n *node, _ int) {
		if n.feature < 0 {
			return
		}
		l, r := t.nodes[n.left], t.nodes[n.right]
		drop := float64(n.n)*n.impurity - float64(l.n)*l.impurity - float64(r.n)*r.impurity
		out[n.feature] += drop
		sum += drop
	})
	if sum > 0 {
		for i := range out {
			out[i] /= sum
		}
	}
	return out
}

// grower is one tree in the making.
type grower struct {
	*table
	o    TreeOptions
	rng  *rand.Rand
	tree *Tree
	key  []uint64 // values of one column in one node, packed with their rows
	left []float64
	all  []float64
	feat []int32
}

// grow builds a tree on some rows, which may repeat.
func (t *table) grow(rows []int32, o TreeOptions) *Tree {
	o.MinSplit, o.MinLeaf = max(o.MinSplit, 2), max(o.MinLeaf, 1)
	if o.Criterion == "" {
		o.Criterion = Gini
	}
	if o.Criterion != Gini && o.Criterion != Entropy && o.Criterion != GainRatio {
		panic(fmt.Sprintf("baseline: criterion %q, known are %q, %q and %q", o.Criterion, Gini, Entropy, GainRatio))
	}
	g := &grower{table: t, o: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), tree: &Tree{classes: t.classes, columns: len(t.column)},
		key: make([]uint64, len(rows)), left: make([]float64, t.classes), all: make([]float64, t.classes)}
	g.feat = make([]int32, len(t.column))
	for i := range g.feat {
		g.feat[i] = int32(i)
	}
	g.split(rows, 0)
	if o.Prune > 0 {
		g.tree.prune(0, o.Prune)
	}
	return g.tree
}

// split makes the node of some rows, and those below it, and returns its number.
func (g *grower) split(rows []int32, depth int) int32 {
	id := int32(len(g.tree.nodes))
	n := node{feature: -1, n: len(rows), probs: make([]float64, g.classes)}
	for _, r := range rows {
		n.probs[g.label[r]]++
	}
	n.impurity = impurity(g.o.Criterion, n.probs, float64(len(rows)))
	counts := append([]float64(nil), n.probs...)
	for k := range n.probs {
		n.probs[k] /= float64(len(rows))
	}
	g.tree.nodes = append(g.tree.nodes, n)
	if n.impurity <= 1e-12 || len(rows) < g.o.MinSplit || len(rows) < 2*g.o.MinLeaf || g.o.MaxDepth > 0 && depth >= g.o.MaxDepth {
		return id
	}
	best, ok := g.best(rows, counts, n.impurity)
	if !ok {
		return id
	}
	at := g.partition(rows, best)
	left := g.split(rows[:at], depth+1)
	right := g.split(rows[at:], depth+1)
	here := &g.tree.nodes[id]
	here.feature, here.threshold, here.left, here.right = best.feature, best.threshold, left, right
	return id
}

// partition moves the rows that go left to the front and returns their number.
func (g *grower) partition(rows []int32, s candidate) int {
	column := g.column[s.feature]
	at := 0
	for i, r := range rows {
		if float64(column[r]) <= s.threshold {
			rows[i], rows[at] = rows[at], r
			at++
		}
	}
	return at
}
