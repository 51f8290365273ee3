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
		if err := s.replaceInfinities(); err != nil {
			return nil, err
		}
	}
	s.setPadding()
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
	columns := []string{"fwd_packets", "bwd_packets"}
	for _, name := range s.measured() {
		columns = append(columns, columnOf(name))
	}
	c, path, err := s.readTable(kindFlows, columns...)
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
	for j, name := range columns[2:] {
		if err := s.fillColumn(c, name, j); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// fillColumn writes a column of the flow table as input j.
func (s *Set) fillColumn(c *flowio.Columns, name string, j int) error {
	at := slices.IndexFunc(c.Columns, func(c flowio.Column) bool { return c.Name == name })
	if at < 0 {
		return fmt.Errorf("column %s is missing", name)
	}
	width := len(s.Features)
	switch data := c.Columns[at].Data.(type) {
	case []float64:
		for i, v := range data {
			s.Rows[i*width+j] = v
		}
	case []int32:
		for i, v := range data {
			s.Rows[i*width+j] = float64(v)
		}
	case flowio.Times:
		for i, v := range data {
			s.Rows[i*width+j] = float64(v)
		}
	default:
		return fmt.Errorf("column %s holds %T, expected numbers", name, data)
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

// measured are the inputs that the flow table holds: all but the VPN flag.
func (s *Set) measured() []string {
	if s.hasVPN() {
		return s.Features[:len(s.Features)-1]
	}
	return s.Features
}

// hasVPN reports whether the VPN flag is the last input.
func (s *Set) hasVPN() bool {
	return len(s.Features) > 0 && s.Features[len(s.Features)-1] == vpnColumn
}

func (s *Set) readWindows() error {
	t, n, path, err := s.readWindowTable(kindWindows)
	if err != nil {
		return err
	}
	s.Windows = make([]Window, n)
	types, apps, order, spec := numbers(s.Types), numbers(s.Apps), s.order(), s.Manifest.Recipe.windows()
	for i := range s.Windows {
		first, end := int(t.first[i]), int(t.first[i])+int(t.length[i])
		typ, ok1 := types[t.typ[i]]
		app, ok2 := apps[t.app[i]]
		short := end-first < s.Steps
		if first < 0 || end <= first || end-first > s.Steps || short && spec.Padding == "none" || end > len(order) || !ok1 || !ok2 {
			return fmt.Errorf("%s: window %d: rows %d to %d, labels %q and %q do not fit the manifest", path, i, first, end, t.typ[i], t.app[i])
		}
		rows := order[first:end:end]
		if short {
			rows = spec.Pad(rows)
		}
		s.Windows[i] = Window{Rows: rows, Type: typ, App: app, VPN: t.vpn[i], Start: t.start[i], End: t.end[i], Groups: t.groups[i]}
	}
	if s.hasVPN() {
		s.fillVPN()
	}
	return nil
}

// readWindowTable reads a table of windows or of sequences.
func (s *Set) readWindowTable(kind string) (t windowTable, rows int, path string, err error) {
	c, path, err := s.readTable(kind)
	if err != nil {
		return t, 0, path, err
	}
	if err := t.read(c); err != nil {
		return t, 0, path, fmt.Errorf("%s: %w", path, err)
	}
	return t, c.Rows, path, nil
}

// order are all row numbers; windows are cut from it.
func (s *Set) order() []int32 {
	order := make([]int32, len(s.Rows)/len(s.Features))
	for i := range order {
		order[i] = int32(i)
	}
	return order
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
				if r < 0 {
					continue
				}
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
