package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/internal/manifest"
	"flowbook/modellib/paper"
)

// sets are the data of the arms.
type sets struct {
	source paper.Source
	of     map[string]*dataset.Set // by preset
	change map[string][]string     // how an arm differs from its preset
	left   []string                // what the data do not allow
}

// open finds out what data is: nothing (the course set), a data set, or
// captures; and makes the set of each preset below out.
func open(data, out string, note func(string)) (*sets, error) {
	s := &sets{of: map[string]*dataset.Set{}, change: map[string][]string{}}
	if data == "" {
		captures := filepath.Join(out, "data", "captures")
		if err := course.Unpack(captures, false); err != nil {
			return nil, err
		}
		s.source = paper.Source{Kind: "course", Name: "the course set", Hash: course.Hash()}
		return s, s.build(captures, out, note)
	}
	name := filepath.Base(filepath.Clean(data))
	format, err := manifest.FormatOf(data)
	if err == nil && strings.HasPrefix(format, "flowbook-dataset/") {
		s.source = paper.Source{Kind: "dataset", Name: name}
		return s, s.share(data)
	}
	s.source = paper.Source{Kind: "captures", Name: name}
	return s, s.build(data, out, note)
}

// build measures captures under each preset.
func (s *sets) build(captures, out string, note func(string)) error {
	for _, p := range []struct {
		preset string
		recipe dataset.Recipe
	}{{paper.Recommended, dataset.Recommended()}, {paper.Published, dataset.Published()}, {paper.Figures, dataset.Figures()}} {
		set, err := dataset.Ensure(filepath.Join(out, "data", p.preset), p.recipe, captures)
		var bad *dataset.InputErrors
		if errors.As(err, &bad) && set != nil {
			note(fmt.Sprintf("%s: %v", p.preset, bad))
			err = nil
		}
		if p.preset == paper.Figures {
			set, err = s.figures(set, err, captures, out)
		}
		if err != nil {
			return err
		}
		s.of[p.preset] = byContent(set)
	}
	if s.source.Hash == "" {
		s.source.Hash = content(s.of[paper.Recommended])
	}
	return nil
}

// figures gives the set of the paper's text. Counted from the last packet, a
// timeout of 3 s cuts only flows that pause: where that leaves too little to
// train on, the timeouts of the program stand in, and the report says so.
func (s *sets) figures(set *dataset.Set, err error, captures, out string) (*dataset.Set, error) {
	fair := s.of[paper.Recommended]
	why := "no window remains"
	if err == nil {
		if 2*len(set.Types) > len(fair.Types) && 2*len(set.Apps) > len(fair.Apps) && len(set.Windows) > len(fair.Windows)/4 {
			return set, nil
		}
		why = fmt.Sprintf("%d windows of %d superflows and %d of %d traffic types remain", len(set.Windows), set.Manifest.Superflows, len(set.Types), len(fair.Types))
	}
	r := dataset.Figures()
	r.Idle = false
	s.change[paper.Figures] = append(s.change[paper.Figures],
		fmt.Sprintf("timeouts are counted from a flow's first packet. Counted from the last, as section 3.2 has it, %s: dense flows never pause for 3 s, so they are one miniflow and give no window; the paper's windows cannot have been made so.", why))
	return dataset.Ensure(filepath.Join(out, "data", "figures-active"), r, captures)
}

// share takes one data set for all presets, with the VPN flag among the inputs
// where the paper had it.
func (s *sets) share(dir string) error {
	set, err := dataset.Open(dir)
	if err != nil {
		return err
	}
	s.source.Hash = content(set)
	set = byContent(set)
	fair, flagged := withoutVPN(set), withVPN(set)
	s.of[paper.Recommended], s.of[paper.Published], s.of[paper.Figures] = fair, flagged, flagged
	r := set.Manifest.Recipe
	s.left = append(s.left,
		fmt.Sprintf("One set of flows (dialect %s) serves all presets: they were measured before, so dialect, timeouts, links and infinities (%s) cannot follow the preset.", r.Dialect, r.Infinities))
	if r.Sequence == "flows" {
		windows := fmt.Sprintf("%d flows of one 5-tuple", set.Steps)
		if set.Steps == 1 {
			windows = "single flows"
		}
		s.left = append(s.left, fmt.Sprintf("Windows are %s at a timeout of %v, not 20 miniflows of a superflow: there is no second timeout.", windows, r.Superflow))
	}
	if len(fair.Features) < 23 {
		s.left = append(s.left, fmt.Sprintf("Only %d of the 23 measured features can be used. %s.", len(fair.Features), strings.Join(set.Manifest.Notes, ". ")))
	}
	return nil
}

// vpn is the name of the flag among the inputs.
const vpn = "VPN"

// withVPN is the set with the VPN flag as its last input.
func withVPN(set *dataset.Set) *dataset.Set {
	if slices.Contains(set.Features, vpn) {
		return set
	}
	return columns(set, append(slices.Clone(set.Features), vpn))
}

// withoutVPN is the set without it.
func withoutVPN(set *dataset.Set) *dataset.Set {
	if !slices.Contains(set.Features, vpn) {
		return set
	}
	return columns(set, set.Features[:len(set.Features)-1])
}

// columns is a set with the features of the old one that are named, and the
// VPN flag where it is named and was not there.
func columns(set *dataset.Set, features []string) *dataset.Set {
	out := *set
	old, width := len(set.Features), len(features)
	out.Features, out.Rows = features, make([]float64, len(set.Rows)/old*width)
	for i := range len(set.Rows) / old {
		copy(out.Rows[i*width:(i+1)*width], set.Rows[i*old:(i+1)*old])
	}
	out.Manifest.Recipe.VPN = width > old
	out.Manifest.Features = features
	out.Hash = fmt.Sprintf("%s with %d inputs", set.Hash, width)
	if width > old {
		for _, w := range set.Windows {
			for _, r := range w.Rows {
				if w.VPN && r >= 0 {
					out.Rows[int(r)*width+width-1] = 1
				}
			}
		}
	}
	return &out
}

// byContent names a set by what its numbers are, so that trainings outlive a
// version of the code that measures the same.
func byContent(set *dataset.Set) *dataset.Set {
	out := *set
	out.Hash = content(set)
	return &out
}

// content is the hash of what a set's numbers are: its recipe, its inputs'
// names and its data files. Unlike Set.Hash it does not change with the version
// of the code that built it.
func content(set *dataset.Set) string {
	files := []string{}
	for _, f := range set.Manifest.Files {
		files = append(files, f.SHA256)
	}
	text, err := json.Marshal(struct {
		Recipe   dataset.Recipe
		Features []string
		Files    []string
	}{set.Manifest.Recipe, set.Features, files})
	if err != nil {
		panic("experiment: " + err.Error()) // plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
