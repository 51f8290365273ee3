package dataset

import (
	"fmt"

	"flowbook/flowlib/sequence"
)

// setPadding works out what fills padded steps.
func (s *Set) setPadding() {
	width := len(s.Features)
	s.pad = nil
	if v, ok := s.Manifest.Recipe.windows().Constant(); ok {
		s.pad = make([]float64, width)
		for j := range s.pad {
			s.pad[j] = v
		}
	}
	if s.Manifest.Recipe.Padding == "mean-between" {
		s.pad = make([]float64, width)
		used := s.uses(s.all())
		for j := range s.pad {
			s.pad[j], _ = fitColumn(s.Rows, used, j, width)
		}
	}
}

// padded is the value of a padded step of a window in column j, scaled.
func (s *Set) padded(w, j int, scale *Scaler) float64 {
	if s.pad != nil {
		return scale.At(j, s.pad[j])
	}
	if s.Manifest.Recipe.Padding != "mean-within" {
		return 0
	}
	sum, n, width := 0.0, 0, len(s.Features)
	for _, r := range s.Windows[w].Rows {
		if r >= 0 {
			sum += s.Rows[int(r)*width+j]
			n++
		}
	}
	return scale.At(j, sum/float64(n))
}

// Mask writes to dst, for every step of the given windows, whether it is
// measured; false is a padded step. It panics when dst has not one value for
// each of len(windows) × Steps.
func (s *Set) Mask(dst []bool, windows []int) {
	if len(dst) != len(windows)*s.Steps {
		panic(fmt.Sprintf("dataset: Mask of %d windows needs %d values, found %d", len(windows), len(windows)*s.Steps, len(dst)))
	}
	for i, w := range windows {
		own := s.Windows[w].length()
		for t := range s.Steps {
			dst[i*s.Steps+t] = t < own
		}
	}
}

// length is the number of measured steps: rows come first, then -1 or rows again.
func (w *Window) length() int {
	for t, r := range w.Rows {
		if r < 0 || t > 0 && r <= w.Rows[t-1] {
			return t
		}
	}
	return len(w.Rows)
}

// Recut cuts windows of another length, stride or padding from the same rows,
// which both sets share; only window numbers are new. Classes keep their
// numbers, also those that now have no window. The windows begin and end, as far
// as a split by time is concerned, with their superflow.
func (s *Set) Recut(spec sequence.Spec) (*Set, error) {
	if err := spec.Check(); err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	t, n, path, err := s.readWindowTable(kindSequences)
	if err != nil {
		return nil, err
	}
	cut := *s
	r := &cut.Manifest.Recipe
	r.Window, r.Stride, r.MinLength, r.Padding = spec.Length, spec.Stride, spec.MinLength, spec.Padding
	cut.Steps, cut.Manifest.Steps, cut.Windows = spec.Length, spec.Length, nil
	cut.Hash = fmt.Sprintf("%s cut to %d/%d/%d/%s", s.Hash, spec.Length, spec.Stride, spec.MinLength, spec.Padding)
	types, apps, order := numbers(s.Types), numbers(s.Apps), s.order()
	for i := range n {
		first, end := int(t.first[i]), int(t.first[i])+int(t.length[i])
		if first < 0 || end < first || end > len(order) {
			return nil, fmt.Errorf("%s: sequence %d: rows %d to %d of %d", path, i, first, end, len(order))
		}
		typ, known1 := types[t.typ[i]]
		app, known2 := apps[t.app[i]]
		if !known1 || !known2 {
			continue // a class without a window in the set has no number
		}
		for _, rows := range spec.Windows(order[first:end:end]) {
			cut.Windows = append(cut.Windows, Window{Rows: rows, Type: typ, App: app, VPN: t.vpn[i], Start: t.start[i], End: t.end[i], Groups: t.groups[i]})
		}
	}
	if len(cut.Windows) == 0 {
		return nil, fmt.Errorf("%s: no sequence gives a window of %d rows", path, spec.Length)
	}
	cut.Manifest.Windows = len(cut.Windows)
	cut.setPadding()
	return &cut, nil
}
