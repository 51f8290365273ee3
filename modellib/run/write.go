package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// ManifestName is the one file of a run directory whose name is fixed.
const ManifestName = "manifest.json"

// Write stores a run in dir, which is made if it is missing. Every file is
// written beside and renamed, the manifest last; then the data files of a run
// that was there before are removed. Files that are not of a run stay.
//
// It sets r.Dir and the manifest's Format and Files. A run that was opened in
// dir keeps the weights that lie there. A run that does not fit together (a head without classes, rows of different length, a probability
// outside 0 … 1) is an error and nothing is written.
func Write(dir string, r *Run) error {
	if err := refuseForeign(dir); err != nil {
		return err
	}
	files, err := encode(r)
	if err != nil {
		return fmt.Errorf("run for %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	m := r.Manifest
	m.Format, m.Files = Format, nil
	for _, f := range files {
		if err := renameio.WriteFile(filepath.Join(dir, f.Name), f.data, 0o644); err != nil {
			return fmt.Errorf("write run: %w", err)
		}
		m.Files = append(m.Files, f.File)
	}
	if r.Weights == nil && r.Dir == dir { // a run that was opened here keeps its weights
		m.Files = append(m.Files, weightsIn(r.Manifest.Files)...)
	}
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest of the run for %s: %w", dir, err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, ManifestName), append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("write run: %w", err)
	}
	r.Dir, r.Manifest = dir, m
	return removeOld(dir, m.Files)
}

// dataFile is a file with its content.
type dataFile struct {
	File
	data []byte
}

// encode checks the run and makes its data files.
func encode(r *Run) ([]dataFile, error) {
	var tasks []string
	for _, t := range r.Manifest.Tasks {
		if t.Name == "" || len(t.Classes) == 0 || slices.Contains(tasks, t.Name) {
			return nil, fmt.Errorf("head %q with %d classes, expected a name of its own and at least one class", t.Name, len(t.Classes))
		}
		tasks = append(tasks, t.Name)
	}
	if len(tasks) == 0 {
		return nil, errors.New("the manifest names no task")
	}
	data, err := encodeHistory(r.History, tasks)
	if err != nil {
		return nil, err
	}
	files := []dataFile{newFile(File{Kind: "history", Rows: len(r.History)}, data)}
	for _, set := range []struct {
		kind string
		all  []Predictions
	}{{"predictions", r.Predictions}, {"validation", r.Validation}, {"baselines", r.Baselines}} {
		for i := range set.all {
			f, err := encodeOne(set.kind, &set.all[i], &r.Manifest)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	if r.Weights != nil {
		files = append(files, newFile(File{Kind: "weights"}, r.Weights))
	}
	return files, distinct(files)
}

// encodeOne checks predictions and makes their file.
func encodeOne(kind string, p *Predictions, m *Manifest) (dataFile, error) {
	task, ok := m.Task(p.Task)
	if !ok {
		return dataFile{}, fmt.Errorf("%s of %s for task %q, which the manifest does not name", kind, p.Model, p.Task)
	}
	if err := p.check(len(task.Classes)); err != nil {
		return dataFile{}, err
	}
	f := File{Kind: kind, Model: p.Model, Task: p.Task, Rows: len(p.Window)}
	return newFile(f, encodePredictions(p, task.Classes)), nil
}

// newFile names a file by kind, model, task and the start of its hash.
func newFile(f File, data []byte) dataFile {
	sum := sha256.Sum256(data)
	f.Bytes, f.SHA256 = len(data), hex.EncodeToString(sum[:])
	parts := []string{f.Kind}
	for _, s := range []string{f.Model, f.Task} {
		if s != "" {
			parts = append(parts, strings.Map(plainLetter, s))
		}
	}
	f.Name = strings.Join(append(parts, f.SHA256[:12]), "-") + extensions[f.Kind]
	return dataFile{f, data}
}

// extensions of the kinds of data files.
var extensions = map[string]string{"history": ".jsonl", "predictions": ".csv", "validation": ".csv", "baselines": ".csv", "weights": ".npz"}

// plainLetter keeps what is safe in a file name everywhere.
func plainLetter(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
		return r
	}
	return '-'
}

// distinct refuses two predictions of one model for one task.
func distinct(files []dataFile) error {
	seen := map[[3]string]bool{}
	for _, f := range files {
		key := [3]string{f.Kind, f.Model, f.Task}
		if seen[key] {
			return fmt.Errorf("two %s of %s for task %s", f.Kind, f.Model, f.Task)
		}
		seen[key] = true
	}
	return nil
}

// weightsIn are the weights that a manifest lists.
func weightsIn(files []File) []File {
	return slices.DeleteFunc(slices.Clone(files), func(f File) bool { return f.Kind != "weights" })
}

// refuseForeign keeps Write from replacing the manifest of something that is
// not a run, such as a data set.
func refuseForeign(dir string) error {
	path := filepath.Join(dir, ManifestName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	var head struct {
		Format string `json:"format"`
	}
	if json.Unmarshal(raw, &head) != nil || !strings.HasPrefix(head.Format, formatFamily) {
		return fmt.Errorf("%s: found format %q, expected a run (%q); write the run to another directory", path, head.Format, Format)
	}
	return nil
}

// formatFamily starts the format of runs of every version.
const formatFamily = "flowbook-run/"

// removeOld removes data files of earlier runs and the unfinished history.
func removeOld(dir string, keep []File) error {
	old := []string{filepath.Join(dir, HistoryName)}
	for kind, extension := range extensions {
		found, err := filepath.Glob(filepath.Join(globEscape(dir), kind+"-*"+extension))
		if err != nil {
			return fmt.Errorf("run directory %s: %w", dir, err)
		}
		old = append(old, found...)
	}
	for _, path := range old {
		if slices.ContainsFunc(keep, func(f File) bool { return f.Name == filepath.Base(path) }) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the file of an earlier run: %w", err)
		}
	}
	return nil
}

// globEscape protects the characters of a path that Glob would read as a pattern.
func globEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
