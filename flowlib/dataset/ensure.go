package dataset

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"flowbook/flowlib"
	"flowbook/internal/manifest"

	"github.com/google/renameio/v2"
)

// Ensure opens the data set in dir if it was built by this version of the code,
// with this recipe, from these inputs, and is whole; else it builds it. Inputs
// that were bad when the set was built come back as *InputErrors in both cases.
func Ensure(dir string, r Recipe, inputs ...string) (*Set, error) {
	return Builder{}.Ensure(dir, r, inputs...)
}

// Ensure is the function Ensure with the builder's settings.
func (b Builder) Ensure(dir string, r Recipe, inputs ...string) (*Set, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	src, err := findSources(r, inputs)
	if err != nil {
		return nil, err
	}
	return b.ensure(dir, r, src)
}

func (b Builder) ensure(dir string, r Recipe, src *sources) (*Set, error) {
	if matches(dir, r, src) {
		if set, err := Open(dir); err == nil {
			return set, set.Manifest.inputErrors()
		}
	}
	return b.build(dir, r, src)
}

// matches reports whether the manifest of dir says what a build would say of
// code, recipe and inputs.
func matches(dir string, r Recipe, src *sources) bool {
	var m Manifest
	if _, err := manifest.Read(dir, "data set", Format, &m); err != nil {
		return false
	}
	if m.Code != flowlib.Code() || m.Recipe != r || len(m.Inputs) != len(src.all) || len(m.Labels) != len(src.labels) {
		return false
	}
	seen := readSeen(dir)
	for i, f := range src.labels {
		if !seen.same(f, m.Labels[i]) {
			return false
		}
	}
	for i, f := range src.all {
		if !seen.same(f, m.Inputs[i]) {
			return false
		}
	}
	return true
}

// seenName is a file beside the manifest that remembers size and time of the
// inputs, so that Ensure need not read them again. It is only a short cut: the
// hashes in the manifest decide where it is missing or says otherwise.
const seenName = "inputs.json"

// seen is what the inputs looked like when they were hashed.
type seen map[string]stat

type stat struct {
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256"`
}

func readSeen(dir string) seen {
	text, err := os.ReadFile(filepath.Join(dir, seenName))
	if err != nil {
		return nil
	}
	var s seen
	if json.Unmarshal(text, &s) != nil {
		return nil
	}
	return s
}

// same reports whether a file is the input that the manifest lists.
func (s seen) same(f *source, in Input) bool {
	if f.name != in.Path || f.kind != in.Kind || (f.mini == nil) != (in.Mini == nil) {
		return false
	}
	if f.mini != nil && !s.same(f.mini, *in.Mini) {
		return false
	}
	path, info, err := statOf(f.path)
	if err != nil || info.Size() != in.Bytes {
		return false
	}
	if was, ok := s[path]; ok && was.Bytes == info.Size() && was.Modified.Equal(info.ModTime()) {
		return was.SHA256 == in.SHA256
	}
	hash, _, err := manifest.Hash(f.path)
	return err == nil && hash == in.SHA256
}

// statOf says what a file looks like now, and where it is.
func statOf(path string) (string, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return path, nil, err
	}
	abs, err := filepath.Abs(path)
	return abs, info, err
}

// writeSeen remembers what the inputs looked like when they were hashed.
func writeSeen(dir string, src *sources, m *Manifest) error {
	s := seen{}
	for i, f := range src.labels {
		s.add(f, m.Labels[i])
	}
	for i, f := range src.all {
		s.add(f, m.Inputs[i])
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(dir, seenName), text, 0o644)
}

func (s seen) add(f *source, in Input) {
	if f.info != nil {
		s[f.abs] = stat{f.info.Size(), f.info.ModTime(), in.SHA256}
	}
	if f.mini != nil && in.Mini != nil {
		s.add(f.mini, *in.Mini)
	}
}
