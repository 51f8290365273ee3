package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"
	"flowbook/internal/manifest"
)

// Open reads a data set and checks its format and the hash of every file.
func Open(dir string) (*Set, error) {
	s := &Set{Dir: dir}
	var err error
	if s.Hash, err = manifest.Read(dir, "data set", Format, &s.Manifest); err != nil {
		return nil, err
	}
	m := &s.Manifest
	s.Features, s.Steps, s.Types, s.Apps = m.Features, m.Steps, m.Types, m.Apps
	for _, f := range m.Files {
		if err := f.Check(dir); err != nil {
			return nil, fmt.Errorf("%w: build the data set again", err)
		}
	}
	if err := s.readRows(); err != nil {
		return nil, err
	}
	if err := s.readWindows(); err != nil {
		return nil, err
	}
	if m.Recipe.Infinities == "column-max" {
		return s, s.replaceInfinities()
	}
	return s, nil
}

// readTable reads columns of the data file of a kind.
func (s *Set) readTable(kind string, names ...string) (*flowio.Columns, string, error) {
	at := slices.IndexFunc(s.Manifest.Files, func(f manifest.File) bool { return f.Kind == kind })
	if at < 0 {
		return nil, "", fmt.Errorf("%s: lists no %s, expected a file of that kind", filepath.Join(s.Dir, manifest.Name), kind)
	}
	path := filepath.Join(s.Dir, s.Manifest.Files[at].Name)
	f, err := os.Open(path)
	if err != nil {
		return nil, path, err
	}
	defer f.Close()
	c, err := flowio.ReadColumns(f, s.Manifest.Files[at].Bytes, names...)
	if err != nil {
		return nil, path, fmt.Errorf("%s: %w", path, err)
	}
	return c, path, nil
}

// readRows fills Rows from the feature columns.
func (s *Set) readRows() error {
	measured := s.measured()
	c, path, err := s.readTable(kindFlows, append([]string{"fwd_packets", "bwd_packets"}, measured...)...)
	if err != nil {
		return err
	}
	var back []int32
	if err := flowio.Get(c, "fwd_packets", &s.Packets); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := flowio.Get(c, "bwd_packets", &back); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for i, n := range back {
		s.Packets[i] += n
	}
	width := len(s.Features)
	s.Rows = make([]float64, c.Rows*width)
	for j, name := range measured {
		var column []float64
		if err := flowio.Get(c, name, &column); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for i, v := range column {
			s.Rows[i*width+j] = v
		}
	}
	return nil
}

// Flows reads the flows behind the rows: with the capture of a window they lead
// back to the packets, by the offsets of the first and the last one. A row that
// came from a table knows no offsets (-1).
func (s *Set) Flows() ([]meter.Flow, error) {
	c, path, err := s.readTable(kindFlows)
	if err != nil {
		return nil, err
	}
	flows, err := c.Flows()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return flows, nil
}

// measured are the inputs that are measured, without the VPN flag.
func (s *Set) measured() []string {
	if s.Manifest.Recipe.VPN {
		return s.Features[:len(s.Features)-1]
	}
	return s.Features
}

func (s *Set) readWindows() error {
	c, path, err := s.readTable(kindWindows)
	if err != nil {
		return err
	}
	var t windowTable
	if err := t.read(c); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	rows := len(s.Rows) / len(s.Features)
	order := make([]int32, rows)
	for i := range order {
		order[i] = int32(i)
	}
	types, apps := numbers(s.Types), numbers(s.Apps)
	s.Windows = make([]Window, c.Rows)
	for i := range s.Windows {
		first, end := int(t.first[i]), int(t.first[i])+int(t.length[i])
		typ, ok1 := types[t.typ[i]]
		app, ok2 := apps[t.app[i]]
		if first < 0 || int(t.length[i]) != s.Steps || end > rows || !ok1 || !ok2 {
			return fmt.Errorf("%s: window %d: rows %d to %d, labels %q and %q do not fit the manifest", path, i, first, end, t.typ[i], t.app[i])
		}
		s.Windows[i] = Window{
			Rows: order[first:end:end], Type: typ, App: app, VPN: t.vpn[i],
			Start: t.start[i], End: t.end[i], Groups: t.groups[i],
		}
	}
	if s.Manifest.Recipe.VPN {
		s.fillVPN()
	}
	return nil
}

// numbers are the class numbers of the names.
func numbers(names []string) map[string]int32 {
	m := make(map[string]int32, len(names))
	for i, n := range names {
		m[n] = int32(i)
	}
	return m
}

// fillVPN writes the flag of each window into its rows.
func (s *Set) fillVPN() {
	width := len(s.Features)
	for _, w := range s.Windows {
		if w.VPN {
			for _, r := range w.Rows {
				s.Rows[int(r)*width+width-1] = 1
			}
		}
	}
}

// replaceInfinities puts the largest finite value of each column, over the
// rows of all windows, in the place of +Inf, as the paper's program does before
// it splits.
func (s *Set) replaceInfinities() error {
	width := len(s.Features)
	used := s.uses(s.all())
	for j, name := range s.Features {
		largest, found := math.Inf(-1), false
		for i, n := range used {
			v := s.Rows[i*width+j]
			if n > 0 && math.IsInf(v, 1) {
				found = true
			} else if n > 0 && v > largest {
				largest = v
			}
		}
		if found && math.IsInf(largest, -1) {
			return fmt.Errorf("%s: column %s has no finite value to put in the place of infinity", s.Dir, name)
		}
		for i := j; i < len(s.Rows); i += width {
			if math.IsInf(s.Rows[i], 1) && found {
				s.Rows[i] = largest
			}
		}
	}
	return nil
}

// all are the numbers of all windows.
func (s *Set) all() []int {
	w := make([]int, len(s.Windows))
	for i := range w {
		w[i] = i
	}
	return w
}

// uses counts for each row how many of the windows hold it.
func (s *Set) uses(windows []int) []int32 {
	n := make([]int32, len(s.Rows)/len(s.Features))
	for _, w := range windows {
		for _, r := range s.Windows[w].Rows {
			if r >= 0 {
				n[r]++
			}
		}
	}
	return n
}
