package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Smell is something about a data set that makes a score say less than it seems to.
type Smell struct {
	Name  string `json:"name"`
	Found string `json:"found"`
	Do    string `json:"do"`
}

// fewGroups is how many groups a test part needs for an interval.
const fewGroups = 10

// smells lists what is suspicious about the tables, the columns and the design.
func (s *Set) smells(split *Split, r *Report) []Smell {
	found := s.tableSmells(r)
	if pairs := s.shared("session", "capture"); len(pairs) > 0 {
		found = append(found, Smell{"captures of one session", fmt.Sprintf("%d sessions hold several captures: %s", len(pairs), strings.Join(shorten(pairs), ", ")),
			"split by session, not by capture: the two ends of a call are one conversation"})
	}
	if len(r.Constant) > 0 {
		found = append(found, Smell{"constant columns", fmt.Sprintf("%d of %d inputs say nothing in any window: %s", len(r.Constant), len(r.Features), strings.Join(r.Constant, ", ")),
			"leave them out (--features), or shorten the activity timeout"})
	}
	if len(r.Duplicate) > 0 {
		found = append(found, Smell{"equal columns", strings.Join(r.Duplicate, "; "), "one of each is enough"})
	}
	for _, name := range s.Features {
		if name == vpnColumn {
			found = append(found, Smell{"an answer among the inputs", "the VPN flag is ground truth, not measured", "leave it out: nobody tells it at work"})
		}
		if slices.Contains(contaminatingNames, name) {
			found = append(found, Smell{"a contaminating input", name + " tells captures apart, not traffic", "leave it out (--contaminating=false)"})
		}
	}
	if s.Manifest.Recipe.Infinities == "column-max" {
		found = append(found, Smell{"infinities replaced over all data", "the test part takes part in what is put in their place", "--infinities leave-out"})
	}
	if split.Unit == "window" && s.Manifest.Recipe.Window > 1 {
		found = append(found, Smell{"windows that overlap on both sides", fmt.Sprintf("%d of %d test windows share rows with train", r.Test.SharingRows, r.Test.Windows), "split by groups"})
	}
	found = append(found, s.designSmells(r)...)
	return found
}

// tableSmells are what the rows say about the meter that made them.
func (s *Set) tableSmells(r *Report) []Smell {
	var found []Smell
	t := r.Traits
	if t.EpochIdle > 0 {
		found = append(found, Smell{"Idle holds moments", fmt.Sprintf("%d of %d rows have µs since 1970 in Idle Mean, Max or Min: they tell when a capture was made", t.EpochIdle, t.Rows), "leave the Idle columns out (--features auto does)"})
	}
	if t.Rows > 0 && t.Active == 0 {
		found = append(found, Smell{"Active is 0 everywhere", fmt.Sprintf("in all %d rows", t.Rows), "the columns say nothing"})
	}
	if t.EpochIdle > 0 && t.Active == 0 {
		found = append(found, Smell{"neither dialect", "Idle of moments and Active of 0 are the mark of CICFlowMeter builds from 2019-10 to 2020-06: this is neither cic2018 nor cic2021", "measure the captures anew where they are to be had"})
	}
	if t.Protocol0 > 0 {
		found = append(found, Smell{"rows of protocol 0", fmt.Sprintf("%d rows pool packets that are neither TCP nor UDP (%d of labelled captures left out)", t.Protocol0, s.Manifest.LeftOut[leftProtocol0]), "they are no flows"})
	}
	return append(found, s.inputSmells()...)
}

// inputSmells are inputs that do not fit together.
func (s *Set) inputSmells() []Smell {
	var found []Smell
	bad, moments, lengths := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, in := range s.Manifest.Inputs {
		switch {
		case in.Error != "":
			bad[in.Path] = true
		case in.Traits != nil && in.Traits.EpochIdle > 0:
			moments[in.Path] = true
		case in.Traits != nil && in.Traits.Active > 0:
			lengths[in.Path] = true
		}
	}
	if len(bad) > 0 {
		found = append(found, Smell{"bad inputs", fmt.Sprintf("%d inputs were bad: %s", len(bad), strings.Join(shorten(sortedKeys(bad)), ", ")), "see the manifest for what was wrong with each"})
	}
	if len(moments) > 0 && len(lengths) > 0 {
		found = append(found, Smell{"tables of several meters", fmt.Sprintf("Idle holds moments in %s, but Active is measured in %s", strings.Join(shorten(sortedKeys(moments)), ", "), strings.Join(shorten(sortedKeys(lengths)), ", ")), "build one data set from each"})
	}
	return found
}

// designSmells are what the choice of captures lets a model learn instead of traffic.
func (s *Set) designSmells(r *Report) []Smell {
	var found []Smell
	for _, k := range r.Knows {
		if slices.Contains([]string{"session", "host", "day", "access", "implementation"}, k.Unit) && k.Share > 0.95 && k.Groups > 1 {
			found = append(found, Smell{"a group gives the type away", fmt.Sprintf("the %s says %.0f %% of what there is to say about the traffic type (%.2f of %.2f bits)", k.Unit, 100*k.Share, k.Bits, k.Entropy),
				fmt.Sprintf("split by %s, and record several types for each", k.Unit)})
		}
	}
	if mi, h := r.Dependence.Bits, r.Dependence.Entropy; h > 0 && mi/h > 0.5 {
		found = append(found, Smell{"the tasks depend on each other", fmt.Sprintf("the traffic type says %.0f %% of the application (%.2f of %.2f bits, Cramér's V %.2f)", 100*mi/h, mi, h, r.Dependence.CramersV), "a multi-task gain may be this and no more"})
	}
	return found
}

// Missing lists what an honest test would need beside what there is.
func (s *Set) missing(split *Split) []string {
	list := []string{}
	for _, c := range split.NotEstimable {
		list = append(list, fmt.Sprintf("%s: %d of at least %d %s", c, split.GroupsOf[c], fewest, plural(s.Manifest.Unit)))
	}
	if split.Unit != "window" && split.TestGroups < fewGroups {
		list = append(list, fmt.Sprintf("the test part has %d of at least %d %s for an interval: pool the folds", split.TestGroups, fewGroups, plural(split.Unit)))
	}
	for _, unit := range []string{"host", "day", "access"} {
		if n := s.distinct(unit, s.all()); n < fewest {
			list = append(list, fmt.Sprintf("%s: %d known, so that no split can hold one back", plural(unit), n))
		}
	}
	if split.Unit == "window" {
		list = append(list, "a split by groups: this one keeps nothing apart")
	}
	return list
}

// shared lists the outer groups that hold several inner ones.
func (s *Set) shared(outer, inner string) []string {
	of := map[string]map[string]bool{}
	for i := range s.Windows {
		o, in := s.Windows[i].Group(outer), s.Windows[i].Group(inner)
		if o == "" || in == "" {
			continue
		}
		if of[o] == nil {
			of[o] = map[string]bool{}
		}
		of[o][in] = true
	}
	var names []string
	for o, in := range of {
		if len(in) > 1 {
			names = append(names, fmt.Sprintf("%s (%s)", o, strings.Join(sortedKeys(in), ", ")))
		}
	}
	slices.Sort(names)
	return names
}

func sortedKeys(m map[string]bool) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Knowledge is what a group says about the traffic type of a window.
type Knowledge struct {
	Unit    string  `json:"unit"`
	Groups  int     `json:"groups"`
	Bits    float64 `json:"bits"`    // mutual information
	Entropy float64 `json:"entropy"` // of the traffic type
	Share   float64 `json:"share"`   // bits / entropy
}

// knows is the mutual information between the traffic type and each known unit.
func (s *Set) knows() []Knowledge {
	var all []Knowledge
	for _, unit := range Units {
		joint, group, class := map[[2]string]float64{}, map[string]float64{}, map[string]float64{}
		for i := range s.Windows {
			g, t := s.Windows[i].Group(unit), s.Types[s.Windows[i].Type]
			joint[[2]string{g, t}]++
			group[g]++
			class[t]++
		}
		if len(group) < 2 {
			continue
		}
		k, n := Knowledge{Unit: unit, Groups: len(group)}, float64(len(s.Windows))
		for key, v := range joint {
			k.Bits += v / n * math.Log2(v*n/(group[key[0]]*class[key[1]]))
		}
		for _, v := range class {
			k.Entropy -= v / n * math.Log2(v/n)
		}
		if k.Entropy > 0 {
			k.Share = k.Bits / k.Entropy
		}
		all = append(all, k)
	}
	return all
}

// Dependence is how much the tasks depend on each other.
type Dependence struct {
	Bits     float64 `json:"bits"`    // mutual information of type and application
	Entropy  float64 `json:"entropy"` // of the application
	CramersV float64 `json:"cramers_v"`
	Largest  float64 `json:"largest"` // difference of an application's share within a type and among all
	At       string  `json:"at"`
}

func (s *Set) dependence() Dependence {
	c := s.Counts()
	largest, at := c.Dependence()
	return Dependence{c.MutualInformation(), c.Entropy(), c.CramersV(), largest, at.App + " within " + at.Type}
}

// duplicateColumns are pairs of inputs that are equal in all windows, constant
// ones aside.
func (s *Set) duplicateColumns(constant []string) []string {
	width, used := len(s.Features), s.uses(s.all())
	names := []string{}
	for a := range width {
		for b := a + 1; b < width; b++ {
			if slices.Contains(constant, s.Features[a]) || !s.sameColumn(a, b, used) {
				continue
			}
			names = append(names, s.Features[a]+" = "+s.Features[b])
		}
	}
	return names
}

func (s *Set) sameColumn(a, b int, used []int32) bool {
	width := len(s.Features)
	for i, n := range used {
		if n > 0 && s.Rows[i*width+a] != s.Rows[i*width+b] {
			return false
		}
	}
	return true
}

// Score is a simple model's, under the split of the report.
type Score struct {
	Model    string  `json:"model"`
	Task     string  `json:"task"`
	MacroF1  float64 `json:"macro_f1"`
	Accuracy float64 `json:"accuracy"`
}
