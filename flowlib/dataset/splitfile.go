package dataset

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"flowbook/flowlib/flowio"
	"flowbook/internal/manifest"
)

// SplitFormat names the version of a split directory.
const SplitFormat = "flowbook-split/1"

// splitManifest is manifest.json of a split.
type splitManifest struct {
	Format       string          `json:"format"`
	Dataset      string          `json:"dataset_sha256"` // of the data set's manifest
	Unit         string          `json:"unit"`
	NotEstimable []string        `json:"not_estimable"`
	GroupsOf     map[string]int  `json:"groups_of_not_estimable"`
	Dropped      int             `json:"dropped"`
	Certificate  *Certificate    `json:"certificate"`
	Files        []manifest.File `json:"files"`
}

// kindSplit is the kind of the data file of a split.
const kindSplit = "split"

// partNames are the parts, in the order of the file.
var partNames = []string{"train", "validation", "test"}

// WriteSplit writes a split and its certificate below the directory of the
// data set, as splits/NAME, and returns that directory: a table with the window
// number, part and group of every window, parts one after the other in their
// order, and manifest.json with the certificate. The data set's own manifest
// does not change.
func WriteSplit(set *Set, split *Split, c *Certificate) (string, error) {
	dir := filepath.Join(set.Dir, "splits", split.Spec.slug())
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	var number []int32
	var part, group []string
	for i, windows := range [][]int{split.Train, split.Validation, split.Test} {
		for _, w := range windows {
			number = append(number, int32(w))
			part = append(part, partNames[i])
			group = append(group, split.Group[w])
		}
	}
	file, err := manifest.WriteData(dir, kindSplit, ".parquet", func(w io.Writer) error {
		return flowio.WriteColumns(w, []flowio.Column{{Name: "window", Data: number}, {Name: "part", Data: part}, {Name: "group", Data: group}})
	})
	if err != nil {
		return "", err
	}
	m := splitManifest{
		Format: SplitFormat, Dataset: set.Hash, Unit: split.Unit, NotEstimable: split.NotEstimable,
		GroupsOf: split.GroupsOf, Dropped: split.Dropped, Certificate: c, Files: []manifest.File{file},
	}
	return dir, manifest.Commit(dir, m, m.Files)
}

// ReadSplit reads a split that WriteSplit wrote for this very set, with its
// certificate, and checks that the certificate speaks of these parts.
func ReadSplit(set *Set, dir string) (*Split, *Certificate, error) {
	var m splitManifest
	if _, err := manifest.Read(dir, "split", SplitFormat, &m); err != nil {
		return nil, nil, err
	}
	if m.Certificate == nil || len(m.Files) != 1 {
		return nil, nil, fmt.Errorf("%s: lists %d files and a certificate: %v, expected one file and a certificate", filepath.Join(dir, manifest.Name), len(m.Files), m.Certificate != nil)
	}
	if m.Dataset != set.Hash {
		return nil, nil, fmt.Errorf("%s: is a split of the data set %.12s, expected %.12s (%s)", dir, m.Dataset, set.Hash, set.Dir)
	}
	if err := m.Files[0].Check(dir); err != nil {
		return nil, nil, err
	}
	split := &Split{
		Spec: m.Certificate.Spec, Name: m.Certificate.Split, Unit: m.Unit, NotEstimable: m.NotEstimable, GroupsOf: m.GroupsOf, Dropped: m.Dropped,
		Group: make([]string, len(set.Windows)),
	}
	path := filepath.Join(dir, m.Files[0].Name)
	if err := split.read(path, m.Files[0].Bytes); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if split.hash() != m.Certificate.Parts {
		return nil, nil, fmt.Errorf("%s: the parts are not those of the certificate", dir)
	}
	return split, m.Certificate, nil
}

func (s *Split) read(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := flowio.ReadColumns(f, size)
	if err != nil {
		return err
	}
	var number []int32
	var part, group []string
	if err := flowio.Get(c, "window", &number); err != nil {
		return err
	}
	if err := flowio.Get(c, "part", &part); err != nil {
		return err
	}
	if err := flowio.Get(c, "group", &group); err != nil {
		return err
	}
	lists := map[string]*[]int{"train": &s.Train, "validation": &s.Validation, "test": &s.Test}
	tested := map[string]bool{}
	for i, w := range number {
		list := lists[part[i]]
		if list == nil || w < 0 || int(w) >= len(s.Group) {
			return fmt.Errorf("row %d: window %d in part %q, expected a window of the set in one of %q", i, w, part[i], partNames)
		}
		*list = append(*list, int(w))
		s.Group[w] = group[i]
		if part[i] == "test" {
			tested[group[i]] = true
		}
	}
	s.TestGroups = len(tested)
	return nil
}

// slug is the spec as the name of a directory: "group-host-1of4-seed42".
func (s SplitSpec) slug() string {
	name := s.Kind
	if s.Leave != "" {
		name += "-" + s.Leave
	}
	if s.Unit != "" {
		name += "-" + s.Unit
	}
	if s.Of > 0 && s.Kind != "leave-one-out" {
		name += fmt.Sprintf("-%dof%d", s.Fold, s.Of)
	}
	if s.Repeat > 1 {
		name += fmt.Sprintf("-repeat%d", s.Repeat)
	}
	if s.InnerOf > 0 {
		name += fmt.Sprintf("-inner%dof%d", s.Inner, s.InnerOf)
	}
	safe := func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", r) {
			return r
		}
		return '_'
	}
	return strings.Map(safe, name) + fmt.Sprintf("-seed%d", s.Seed)
}
