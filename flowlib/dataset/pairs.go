package dataset

import "fmt"

// BuildPairs makes a data set of CICFlowMeter tables that come in pairs, as the
// paper's program reads them: superDir holds a table of superflows for every
// capture, miniDir one of the same name with its miniflows. Tables hold no
// lineage, so the link is always the published one. A table without its partner
// is a bad input. Otherwise it is Build.
func BuildPairs(dir string, r Recipe, superDir, miniDir string) (*Set, error) {
	return Builder{}.BuildPairs(dir, r, superDir, miniDir)
}

// BuildPairs is the function BuildPairs with the builder's settings.
func (b Builder) BuildPairs(dir string, r Recipe, superDir, miniDir string) (*Set, error) {
	r, src, err := findPairs(r, superDir, miniDir)
	if err != nil {
		return nil, err
	}
	return b.build(dir, r, src)
}

// EnsurePairs is Ensure for the inputs of BuildPairs.
func (b Builder) EnsurePairs(dir string, r Recipe, superDir, miniDir string) (*Set, error) {
	r, src, err := findPairs(r, superDir, miniDir)
	if err != nil {
		return nil, err
	}
	return b.ensure(dir, r, src)
}

// findPairs matches the tables of both directories by the names of their captures.
func findPairs(r Recipe, superDir, miniDir string) (Recipe, *sources, error) {
	r.Link = "published"
	if err := r.Check(); err != nil {
		return r, nil, err
	}
	if r.Sequence != "miniflows" {
		return r, nil, fmt.Errorf("dataset: sequence is %q, pairs of tables give windows of miniflows", r.Sequence)
	}
	super, mini := &sources{}, &sources{}
	if err := super.find(superDir); err != nil {
		return r, nil, err
	}
	if err := mini.find(miniDir); err != nil {
		return r, nil, err
	}
	super.pair(mini, superDir, miniDir)
	return r, super, super.settle(r)
}

// pair joins tables of superflows with those of miniflows of the same capture.
// What has no partner stays in the list with its error.
func (s *sources) pair(mini *sources, superDir, miniDir string) {
	partner := map[string]*source{}
	for _, f := range mini.all {
		if partner[f.capture()] == nil {
			partner[f.capture()] = f
		}
	}
	for _, f := range s.all {
		switch f.mini = partner[f.capture()]; {
		case f.kind != "table":
			f.err = fmt.Errorf("%s: found a capture, expected a table of superflows", f.path)
		case f.mini == nil:
			f.err = fmt.Errorf("%s: there is no table of the miniflows of %q in %s", f.path, f.capture(), miniDir)
		case f.mini.kind != "table":
			f.err = fmt.Errorf("%s: found a capture, expected a table of miniflows", f.mini.path)
		default:
			f.kind = "pair"
		}
		delete(partner, f.capture())
	}
	for _, f := range mini.all {
		if partner[f.capture()] == f {
			f.err = fmt.Errorf("%s: there is no table of the superflows of %q in %s", f.path, f.capture(), superDir)
			s.all = append(s.all, f)
		}
	}
}
