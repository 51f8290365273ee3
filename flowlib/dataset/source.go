package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
)

// source is one input file.
type source struct {
	path  string  // where it is
	name  string  // as the manifest names it
	kind  string  // "capture", "table" or "pair"
	mini  *source // of a pair: the table of miniflows
	label *label.Label
	abs   string      // path from the root
	info  fs.FileInfo // as it was just before it was hashed
	err   error       // why it is not read at all
}

func (s *source) capture() string { return label.Stem(s.path) }

// sources are the input files of a data set and the files that label them.
type sources struct {
	all    []*source
	labels []*source
}

// findSources lists the files of the inputs, directories walked in the order
// of their names, and labels them. An input that is missing fails the whole;
// a second file of the same capture is an error of that file.
func findSources(r Recipe, inputs []string) (*sources, error) {
	if len(inputs) == 0 {
		return nil, errors.New("dataset: no input given, expected captures, CICFlowMeter tables or directories of them")
	}
	s := &sources{}
	for _, in := range inputs {
		if err := s.find(in); err != nil {
			return nil, err
		}
	}
	tables := !slices.ContainsFunc(s.all, func(f *source) bool { return f.kind != "table" })
	if tables && r.Sequence == "miniflows" {
		return nil, fmt.Errorf("dataset: found only tables (%s …), which hold the flows of one timeout, expected captures for windows of miniflows; windows of the tables' own flows are --sequence flows", s.all[0].path)
	}
	return s, s.settle(r)
}

// settle labels the files and finds those of a capture that was given already.
func (s *sources) settle(r Recipe) error {
	if err := s.match(r.Labels); err != nil {
		return err
	}
	first := map[string]*source{}
	for _, f := range s.all {
		if before := first[f.capture()]; before != nil {
			f.err = fmt.Errorf("%s: capture %q was given already as %s, expected each once", f.path, f.capture(), before.path)
			continue
		}
		first[f.capture()] = f
	}
	return nil
}

func (s *sources) find(in string) error {
	info, err := os.Stat(in)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		kind := "capture"
		if flowio.IsTableName(in) {
			kind = "table"
		}
		s.all = append(s.all, &source{path: in, name: filepath.Base(in), kind: kind})
		return nil
	}
	before := len(s.all)
	err = filepath.WalkDir(in, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Type()&^fs.ModeSymlink != 0 { // a pipe in a directory would be waited for
			return err
		}
		name, err := filepath.Rel(in, path)
		if err != nil {
			return err
		}
		f := &source{path: path, name: filepath.ToSlash(name)}
		switch {
		case capture.IsName(path):
			f.kind = "capture"
		case flowio.IsTableName(path):
			f.kind = "table"
		default:
			return nil
		}
		s.all = append(s.all, f)
		return nil
	})
	if err == nil && len(s.all) == before {
		err = fmt.Errorf("%s: found no capture (.pcap, .pcapng, .cap) and no table (.csv), also .gz and .zst, in this directory", in)
	}
	return err
}

// matcher is what labels captures: rules or a sidecar.
type matcher interface {
	Match(name string) (label.Label, bool)
}

// match labels the files by the flag labels.
func (s *sources) match(labels string) error {
	var rules matcher = label.ISCX()
	sidecars := labels == "auto"
	if labels != "auto" && labels != "iscx" {
		own, err := label.Load(labels)
		if err != nil {
			return err
		}
		rules = own
		s.labels = append(s.labels, &source{path: labels, name: filepath.Base(labels), kind: "rules"})
	}
	beside := map[string]matcher{}
	for _, f := range s.all {
		dir := filepath.Dir(f.path)
		m, ok := beside[dir]
		if !ok {
			m = rules
			if sidecars {
				var err error
				if m, err = s.sidecar(dir, f.name, rules); err != nil {
					return err
				}
			}
			beside[dir] = m
		}
		if l, ok := m.Match(f.path); ok {
			f.label = &l
		}
	}
	return nil
}

// sidecar is the sidecar of a directory, or the rules where there is none.
func (s *sources) sidecar(dir, name string, rules matcher) (matcher, error) {
	side, err := label.ReadSidecar(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return rules, nil
	}
	if err != nil {
		return nil, err
	}
	s.labels = append(s.labels, &source{
		path: filepath.Join(dir, label.SidecarName),
		name: filepath.ToSlash(filepath.Join(filepath.Dir(name), label.SidecarName)),
		kind: "sidecar",
	})
	return side, nil
}
