package submission

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"flowbook/modellib/run"
)

// columns says where the columns of a file are; -1 for those it lacks.
type columns struct {
	window, truth, predicted, seed int
	probs                          []int // a class each, nil when classes are named by predicted
}

// probability starts the name of a column of probabilities.
const probability = "p."

// find looks the columns up and says what is missing or unknown.
func (t *table) find(classes []string) (columns, error) {
	at := func(name string) int { return slices.Index(t.header, name) }
	c := columns{window: at("window"), truth: at("truth"), predicted: at("predicted"), seed: at("seed")}
	for _, name := range t.header {
		class, ok := strings.CutPrefix(name, probability)
		if ok && !slices.Contains(classes, class) {
			return c, fmt.Errorf("column %s is of a class that the data set does not have, expected %s", name, strings.Join(classes, ", "))
		}
		if ok {
			c.probs = make([]int, len(classes))
		}
	}
	switch {
	case c.window < 0:
		return c, fmt.Errorf("column window is missing, found %s", strings.Join(t.header, ", "))
	case c.truth < 0:
		return c, fmt.Errorf("column truth is missing: without it predictions of another data set would go unnoticed")
	case c.probs == nil && c.predicted < 0:
		return c, fmt.Errorf("found neither a column predicted nor columns %sCLASS", probability)
	}
	for k := range c.probs {
		if c.probs[k] = at(probability + classes[k]); c.probs[k] < 0 {
			return c, fmt.Errorf("column %s%s is missing: a class that the model never names has probability 0", probability, classes[k])
		}
	}
	return c, nil
}

// prediction is one row of a file.
type prediction struct {
	window, truth int
	seed          string
	probs         []float64
}

// row reads row i of the file, which is line i+2 of a CSV.
func (t *table) row(i int, c columns, classes []string) (p prediction, err error) {
	fields := t.rows[i]
	if p.window, err = whole(fields[c.window]); err != nil {
		return p, fmt.Errorf("row %d: window is %q, expected a number", i+2, fields[c.window])
	}
	if p.truth = slices.Index(classes, fields[c.truth]); p.truth < 0 {
		return p, fmt.Errorf("row %d: truth is %q, expected one of %s", i+2, fields[c.truth], strings.Join(classes, ", "))
	}
	if c.seed >= 0 {
		p.seed = fields[c.seed]
	}
	p.probs = make([]float64, len(classes))
	if c.probs == nil {
		k := slices.Index(classes, fields[c.predicted])
		if k < 0 {
			return p, fmt.Errorf("row %d: predicted is %q, a class that the data set does not have, expected one of %s", i+2, fields[c.predicted], strings.Join(classes, ", "))
		}
		p.probs[k] = 1
		return p, nil
	}
	sum := 0.0
	for k, at := range c.probs {
		v, err := strconv.ParseFloat(fields[at], 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return p, fmt.Errorf("row %d: %s is %q, expected a probability", i+2, t.header[at], fields[at])
		}
		p.probs[k] = v
		sum += v
	}
	if math.Abs(sum-1) > 1e-3 {
		return p, fmt.Errorf("row %d: the probabilities of window %d sum to %g, expected 1", i+2, p.window, sum)
	}
	return p, nil
}

// whole reads a window number, also as the 17.0 that pandas may write.
func whole(text string) (int, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != math.Trunc(v) || v < 0 || v > math.MaxInt32 {
		return 0, fmt.Errorf("%q is no window number", text)
	}
	return int(v), nil
}

// read gives the predictions of each repetition, in order of their seeds'
// first appearance; groups are still empty.
func (t *table) read(classes []string, label string) ([]*run.Predictions, error) {
	c, err := t.find(classes)
	if err != nil {
		return nil, fmt.Errorf("predictions %s: %w", t.path, err)
	}
	seeds := map[string]*run.Predictions{}
	var out []*run.Predictions
	for i := range t.rows {
		p, err := t.row(i, c, classes)
		if err != nil {
			return nil, fmt.Errorf("predictions %s, %w", t.path, err)
		}
		of := seeds[p.seed]
		if of == nil {
			of = &run.Predictions{Task: label}
			seeds[p.seed] = of
			out = append(out, of)
		}
		of.Window, of.Truth, of.Probs = append(of.Window, p.window), append(of.Truth, p.truth), append(of.Probs, p.probs)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("predictions %s: found no rows", t.path)
	}
	return out, nil
}
