package dataset

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"flowbook/flowlib"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
	"flowbook/internal/manifest"
)

// Builder builds data sets; its zero value is ready.
type Builder struct {
	Workers  int                                   // inputs read at once; 0 is 2
	Progress func(done, total int, capture string) // called after each input, from one goroutine at a time
}

// Build makes a data set of the inputs and writes it to dir: captures,
// CICFlowMeter tables, or directories of either. Rows and windows stand in the
// order of the inputs, whatever worker is done first.
//
// Inputs that are bad come back as *InputErrors beside the set, which holds
// what was good. With any other error there is no set, and dir is as it was.
func Build(dir string, r Recipe, inputs ...string) (*Set, error) {
	return Builder{}.Build(dir, r, inputs...)
}

// Build is the function Build with the builder's settings.
func (b Builder) Build(dir string, r Recipe, inputs ...string) (*Set, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	src, err := findSources(r, inputs)
	if err != nil {
		return nil, err
	}
	return b.build(dir, r, src)
}

func (b Builder) build(dir string, r Recipe, src *sources) (*Set, error) {
	if err := vacant(dir); err != nil {
		return nil, err
	}
	a := newAssembly(r)
	if err := a.labelFiles(src); err != nil {
		return nil, err
	}
	b.measureAll(r, src.all, a.add)
	if err := a.finish(); err != nil {
		return nil, err
	}
	if err := a.write(dir); err != nil {
		return nil, err
	}
	if err := writeSeen(dir, src, &a.m); err != nil {
		return nil, err
	}
	set, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if a.errs != nil {
		return set, &InputErrors{a.errs}
	}
	return set, nil
}

// vacant makes sure that dir can take a data set: it is new, empty of
// manifests, or holds an older data set.
func vacant(dir string) error {
	format, err := manifest.FormatOf(dir)
	if err == nil && !strings.HasPrefix(format, "flowbook-dataset/") {
		return fmt.Errorf("%s: holds a %s, expected a new directory or a data set to replace", dir, format)
	}
	return os.MkdirAll(dir, 0o777)
}

// measureAll measures the sources with several workers and hands over the
// pieces in their order.
func (b Builder) measureAll(r Recipe, all []*source, take func(*piece)) {
	workers := b.Workers
	if workers < 1 {
		workers = 2
	}
	// Each slot holds one piece; at most workers pieces are under way or waiting.
	slots := make(chan chan *piece, workers-1)
	go func() {
		defer close(slots)
		for _, f := range all {
			slot := make(chan *piece, 1)
			slots <- slot
			go func() { slot <- measure(r, f) }()
		}
	}()
	done := 0
	for slot := range slots {
		p := <-slot
		take(p)
		done++
		if b.Progress != nil {
			b.Progress(done, len(all), p.input.Capture)
		}
	}
}

// assembly gathers the pieces.
type assembly struct {
	m         Manifest
	flows     []meter.Flow
	captures  []string // of each row
	w         windowTable
	sequences windowTable  // whole, whatever their length
	labels    label.Counts // of captures
	windows   label.Counts
	hosts     bool // every labelled capture names its host
	epoch     bool
	errs      []error
}

func newAssembly(r Recipe) *assembly {
	return &assembly{
		m:      Manifest{Format: Format, Code: flowlib.Code(), Recipe: r, Steps: r.Window, LeftOut: map[string]int{}, Notes: []string{}, Unmatched: []string{}, Vanished: []string{}},
		labels: label.Counts{}, windows: label.Counts{}, hosts: true,
	}
}

func (a *assembly) labelFiles(src *sources) error {
	for _, f := range src.labels {
		var err error
		if f.abs, f.info, err = statOf(f.path); err != nil {
			return err
		}
		hash, size, err := manifest.Hash(f.path)
		if err != nil {
			return err
		}
		a.m.Labels = append(a.m.Labels, Input{Path: f.name, Kind: f.kind, Bytes: size, SHA256: hash})
	}
	return nil
}

// add takes the next piece.
func (a *assembly) add(p *piece) {
	if p.err != nil {
		a.errs = append(a.errs, p.err)
	}
	if l := p.input.Label; l != nil {
		a.labels[label.Pair{Type: l.Type, App: l.App}]++
		a.hosts = a.hosts && l.Host != ""
		a.rows(p)
	} else if p.err == nil {
		a.m.Unmatched = append(a.m.Unmatched, p.input.Capture)
	}
	for why, n := range p.input.LeftOut {
		a.m.LeftOut[why] += n
	}
	a.m.Inputs = append(a.m.Inputs, p.input)
}

// rows appends the rows of a piece and cuts its windows.
func (a *assembly) rows(p *piece) {
	base, spec := len(a.flows), a.m.Recipe.windows()
	a.flows = append(a.flows, p.flows...)
	for range p.flows {
		a.captures = append(a.captures, p.input.Capture)
	}
	a.epoch = a.epoch || p.epoch
	for _, r := range p.runs {
		l := p.input.Label
		g := &Groups{
			Superflow: r.superflow, Tuple: r.tuple, Capture: p.input.Capture,
			Session: l.Session, Host: l.Host, Day: l.Day, Access: l.Access, Implementation: l.Implementation,
		}
		n := spec.Count(r.n)
		if n > 0 {
			a.m.Superflows++
		}
		for i := range n {
			first := r.first + i*spec.Stride
			a.w.add(base+first, p.flows[first:first+min(spec.Length, r.n)], l, g)
		}
		a.sequences.add(base+r.first, p.flows[r.first:r.first+r.n], l, g)
		p.input.Sequences++
		if r.n >= spec.Length {
			p.input.Long++
		}
		p.input.Windows += n
		a.windows[label.Pair{Type: l.Type, App: l.App}] += n
	}
}

// finish decides what depends on all inputs.
func (a *assembly) finish() error {
	m := &a.m
	m.Rows, m.Windows = len(a.flows), len(a.w.first)
	if m.Windows == 0 {
		return a.nothing()
	}
	m.Types, m.Apps = a.windows.Types(), a.windows.Apps()
	for _, t := range a.labels.Types() {
		if !slices.Contains(m.Types, t) {
			m.Vanished = append(m.Vanished, "type "+t)
		}
	}
	for _, app := range a.labels.Apps() {
		if !slices.Contains(m.Apps, app) {
			m.Vanished = append(m.Vanished, "app "+app)
		}
	}
	m.Unit = "session"
	if a.hosts {
		m.Unit = "host"
	}
	m.Features = m.Recipe.inputs(a.epoch)
	if m.Recipe.Features == "auto" && a.epoch {
		m.Notes = append(m.Notes, "Idle columns left out: they hold moments instead of lengths, as CICFlowMeter builds from 2019-10 on write them")
	}
	return nil
}

// nothing explains why there is no window.
func (a *assembly) nothing() error {
	var b strings.Builder
	fmt.Fprintf(&b, "dataset: the inputs give no window of %d %s: %d inputs, %d without a label, %d rows",
		a.m.Steps, a.m.Recipe.Sequence, len(a.m.Inputs), len(a.m.Unmatched), a.m.Rows)
	if len(a.m.Unmatched) > 0 {
		fmt.Fprintf(&b, "; no label for %s (labels.json beside them or --labels FILE gives labels)", strings.Join(shorten(a.m.Unmatched), ", "))
	}
	if len(a.errs) > 0 {
		return fmt.Errorf("%s: %w", b.String(), &InputErrors{a.errs})
	}
	return fmt.Errorf("%s", b.String())
}

// shorten keeps a list of names to one line.
func shorten(names []string) []string {
	const most = 10
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", len(names)-most))
}

func (a *assembly) write(dir string) error {
	flows, err := manifest.WriteData(dir, kindFlows, ".parquet", func(w io.Writer) error {
		return flowio.WriteColumns(w, append([]flowio.Column{{Name: "capture", Data: a.captures}}, flowio.FlowColumns(a.flows)...))
	})
	if err != nil {
		return err
	}
	windows, err := manifest.WriteData(dir, kindWindows, ".parquet", func(w io.Writer) error {
		return flowio.WriteColumns(w, a.w.columns())
	})
	if err != nil {
		return err
	}
	sequences, err := manifest.WriteData(dir, kindSequences, ".parquet", func(w io.Writer) error {
		return flowio.WriteColumns(w, a.sequences.columns())
	})
	if err != nil {
		return err
	}
	a.m.Files = []manifest.File{flows, windows, sequences}
	return manifest.Commit(dir, a.m, a.m.Files)
}

// The kinds of data files.
const (
	kindFlows     = "flows"
	kindWindows   = "windows"
	kindSequences = "sequences"
)
