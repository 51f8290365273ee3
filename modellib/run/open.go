package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Open reads the run in dir. The recipe comes back as plain JSON values;
// Manifest.DecodeRecipe gives it its type.
//
// A missing directory, one without a run or with an unfinished one, another
// format, a broken row, and a file that is not the one that the manifest
// names are errors that name the file, the row, what was found and what was
// expected.
func Open(dir string) (*Run, error) {
	m, err := openManifest(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, Manifest: *m}
	for _, f := range m.Files {
		if f.Kind == "weights" {
			continue // results are readable without them; see WeightsFile
		}
		if err := r.load(f); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// load reads one data file into the run. Rows are looked at before the hash,
// so that an edited file is told by the row that is wrong.
func (r *Run) load(f File) error {
	path := filepath.Join(r.Dir, f.Name)
	data, err := readListed(path, f)
	if err != nil {
		return err
	}
	rows := 0
	switch f.Kind {
	case "history":
		var tasks []string
		for _, t := range r.Manifest.Tasks {
			tasks = append(tasks, t.Name)
		}
		r.History, err = decodeHistory(path, data, tasks)
		rows = len(r.History)
	case "predictions":
		rows, err = appendPredictions(&r.Predictions, path, data, f, &r.Manifest)
	case "validation":
		rows, err = appendPredictions(&r.Validation, path, data, f, &r.Manifest)
	case "baselines":
		rows, err = appendPredictions(&r.Baselines, path, data, f, &r.Manifest)
	default:
		err = fmt.Errorf("%s: found kind %q in the manifest, expected history, predictions, validation, baselines or weights", path, f.Kind)
	}
	if err != nil {
		return err
	}
	if rows != f.Rows {
		return fmt.Errorf("%s: found %d rows, expected %d", path, rows, f.Rows)
	}
	return checkHash(path, data, f)
}

// openManifest reads manifest.json and checks what Open relies on.
func openManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestName)
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, explainMissing(dir, err)
	}
	m := &Manifest{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // a seed keeps all its digits
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("%s: found no valid manifest (%w), expected JSON of format %q", path, err, Format)
	}
	if m.Format != Format {
		return nil, fmt.Errorf("%s: found format %q, expected %q: another version wrote it, train it again", path, m.Format, Format)
	}
	if len(m.Tasks) == 0 {
		return nil, fmt.Errorf("%s: found no tasks, expected at least one", path)
	}
	for _, f := range m.Files {
		if f.Name == "" || filepath.Base(f.Name) != f.Name {
			return nil, fmt.Errorf("%s: found file name %q, expected one in the run directory", path, f.Name)
		}
	}
	return m, nil
}

// explainMissing says why there is no manifest to read.
func explainMissing(dir string, err error) error {
	info, statErr := os.Stat(dir)
	switch {
	case errors.Is(statErr, fs.ErrNotExist):
		return fmt.Errorf("run %s: no such directory, expected one that a training wrote", dir)
	case statErr == nil && !info.IsDir():
		return fmt.Errorf("run %s: found a file, expected the directory of a run", dir)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("run %s: %w", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, HistoryName)); err == nil {
		return fmt.Errorf("run %s: found %s and no %s: the training has not finished; flowbook resume goes on with it", dir, HistoryName, ManifestName)
	}
	return fmt.Errorf("run %s: found no %s, expected the directory of a run", dir, ManifestName)
}

// readListed reads a file that the manifest lists.
func readListed(path string, f File) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: the file is missing, but the manifest lists it (%d bytes): the run is torn, train it again", path, f.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	return data, nil
}

// checkHash compares a file with what the manifest says of it.
func checkHash(path string, data []byte, f File) error {
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != f.SHA256 {
		return fmt.Errorf("%s: found SHA-256 %s, expected %s: the file is not the one that the run wrote", path, got, f.SHA256)
	}
	return nil
}

// appendPredictions reads the predictions of f and appends them to all.
func appendPredictions(all *[]Predictions, path string, data []byte, f File, m *Manifest) (int, error) {
	task, ok := m.Task(f.Task)
	if !ok {
		return 0, fmt.Errorf("%s: found task %q, expected one that the manifest names", path, f.Task)
	}
	p, err := decodePredictions(path, data, task.Classes)
	if err != nil {
		return 0, err
	}
	p.Model, p.Task = f.Model, f.Task
	*all = append(*all, p)
	return len(p.Window), nil
}

// WeightsFile returns the path of the run's weights (.npz) after comparing
// them with the manifest. A run without weights, or with others, is an error.
func (r *Run) WeightsFile() (string, error) {
	for _, f := range r.Manifest.Files {
		if f.Kind != "weights" {
			continue
		}
		path := filepath.Join(r.Dir, f.Name)
		data, err := readListed(path, f)
		if err != nil {
			return "", err
		}
		return path, checkHash(path, data, f)
	}
	return "", fmt.Errorf("run %s: found no weights in the manifest, expected those of a model", r.Dir)
}
