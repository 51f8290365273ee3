package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
)

// CertificateFormat names the version of a certificate.
const CertificateFormat = "flowbook-certificate/1"

// Certificate proves what a split keeps apart. It is computed from the windows
// and their rows alone, whatever splitter made the parts, so that it can be
// computed again from the files.
type Certificate struct {
	Format   string    `json:"format"`
	Windows  string    `json:"windows_sha256"` // of the set's table of windows, "" for a set in memory
	Split    string    `json:"split"`
	Spec     SplitSpec `json:"spec"`
	Parts    string    `json:"parts_sha256"` // of the window numbers of train, validation and test
	Promised []string  `json:"promised"`     // units whose groups must stand in one part only
	Broken   []string  `json:"broken"`       // of them, those that do not

	Test           Leak               `json:"test_train"`
	Validation     Leak               `json:"validation_train"`
	TestValidation Leak               `json:"test_validation"`
	Bound          map[string]float64 `json:"accuracy_bound"` // by task: no classifier is right more often on the test part, where equal inputs have different labels

	Near  *Near  `json:"near_duplicates,omitempty"` // of test windows and train
	Probe *Probe `json:"probe,omitempty"`
}

// Certify computes the certificate of a split; Near and Probe, which take a
// search for neighbours, are left to the caller. It panics for window numbers
// that are not the set's.
func Certify(set *Set, split *Split) *Certificate {
	prints := set.prints()
	c := &Certificate{
		Format: CertificateFormat, Windows: set.fileHash(kindWindows), Split: split.Name, Spec: split.Spec, Parts: split.hash(),
		Promised: set.promised(split), Broken: []string{},
		Test:       set.leak(split.Train, split.Test, prints),
		Validation: set.leak(split.Train, split.Validation, prints), TestValidation: set.leak(split.Validation, split.Test, prints),
		Bound: map[string]float64{},
	}
	for _, task := range []string{"type", "app"} {
		c.Bound[task] = set.bound(task, split.Test, prints)
	}
	for _, unit := range c.Promised {
		if c.Test.Groups[unit]+c.Validation.Groups[unit]+c.TestValidation.Groups[unit] > 0 {
			c.Broken = append(c.Broken, unit)
		}
	}
	if len(c.Promised) > 0 && c.Test.Rows+c.Validation.Rows+c.TestValidation.Rows > 0 {
		c.Broken = append(c.Broken, "miniflow")
	}
	return c
}

// promised are the units that a split keeps apart: its own, and those whose
// groups each lie in one group of its own.
func (s *Set) promised(split *Split) []string {
	units := []string{}
	if split.Unit == "window" {
		return units
	}
	for _, unit := range Units {
		if unit == split.Unit || s.nests(unit, split.Group) {
			units = append(units, unit)
		}
	}
	return units
}

// nests reports whether every known group of a unit lies in one of the groups.
func (s *Set) nests(unit string, group []string) bool {
	in := map[string]string{}
	for w := range s.Windows {
		g := s.Windows[w].Group(unit)
		if g == "" {
			continue
		}
		if outer, ok := in[g]; ok && outer != group[w] {
			return false
		}
		in[g] = group[w]
	}
	return len(in) > 0
}

// hash is the SHA-256 of the parts: for each part its size and its window
// numbers, as little-endian 32-bit numbers.
func (s *Split) hash() string {
	sum := sha256.New()
	var b []byte
	for _, part := range [][]int{s.Train, s.Validation, s.Test} {
		b = binary.LittleEndian.AppendUint32(b[:0], uint32(len(part)))
		for _, w := range part {
			b = binary.LittleEndian.AppendUint32(b, uint32(w))
		}
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// fileHash is the hash of the data file of a kind, "" when there is none.
func (s *Set) fileHash(kind string) string {
	for _, f := range s.Manifest.Files {
		if f.Kind == kind {
			return f.SHA256
		}
	}
	return ""
}

// bound is the share of windows that the best answer gets right when windows
// of equal inputs must get equal answers.
func (s *Set) bound(task string, windows []int, prints []fingerprint) float64 {
	classes, y := s.Labels(task)
	count := map[fingerprint][]int{}
	for _, w := range windows {
		if count[prints[w]] == nil {
			count[prints[w]] = make([]int, len(classes))
		}
		count[prints[w]][y[w]]++
	}
	right := 0
	for _, n := range count {
		right += slices.Max(n)
	}
	return float64(right) / float64(max(len(windows), 1))
}

// Err says what a certificate disproves; nil when the split keeps its promise.
func (c *Certificate) Err() error {
	if len(c.Broken) == 0 {
		return nil
	}
	return fmt.Errorf("split %s promises to keep %v apart, but %v stand in two parts", c.Split, c.Promised, c.Broken)
}
