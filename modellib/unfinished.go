package modellib

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
	"syscall"

	"flowbook/modellib/fit"
	"flowbook/modellib/run"

	"github.com/google/renameio/v2"
)

// TrainingName is the file that a training leaves in its run directory while
// it goes on: what was asked for, so that Resume can go on with it. A finished
// training removes it, and its checkpoints, after the manifest is in place.
const TrainingName = "training.json"

const trainingFormat = "flowbook-training/1"

// order is the content of training.json.
type order struct {
	Format  string      `json:"format"`
	Recipe  Recipe      `json:"recipe"`
	Data    run.Data    `json:"data"`
	Backend run.Backend `json:"backend"`
}

// key tells the checkpoints of one order from those of another.
func (o order) key() string {
	raw, err := json.Marshal([]any{o.Recipe, o.Data.Hash})
	if err != nil {
		panic(fmt.Sprintf("modellib: recipe as JSON: %v", err)) // it came from JSON or was checked
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// checkpoints are those of the order in a run directory.
func (o order) checkpoints(dir string) fit.Checkpoints {
	return fit.Checkpoints{Dir: dir, Key: o.key()}
}

// begin makes a run directory ready for a training: what an earlier unfinished
// one left is removed, a finished run stays until the new one is whole.
func (o order) begin(dir string) error {
	if err := forget(dir); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", TrainingName, err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, TrainingName), append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	return nil
}

// forget removes what an unfinished training left.
func forget(dir string) error {
	for _, name := range []string{TrainingName, run.HistoryName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("run directory: %w", err)
		}
	}
	return fit.Checkpoints{Dir: dir}.Clear()
}

// readOrder reads training.json; nil when there is none.
func readOrder(dir string) (*order, error) {
	path := filepath.Join(dir, TrainingName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	o := &order{}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, fmt.Errorf("%s: found no training (%w), expected JSON of format %q", path, err, trainingFormat)
	}
	if o.Format != trainingFormat {
		return nil, fmt.Errorf("%s: found format %q, expected %q: another version began it, train anew", path, o.Format, trainingFormat)
	}
	return o, nil
}

// Unfinished says whether the run directory holds a training that was begun
// and has not finished.
func Unfinished(dir string) (bool, error) {
	o, err := readOrder(dir)
	return o != nil, err
}

// lock keeps two trainings from one run directory. It is gone when the process
// ends, however it ends.
func lock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: another training is writing to this directory", dir)
		}
		return func() {}, nil // a file system without locks
	}
	return func() { f.Close() }, nil
}

// sameJSON compares what would be stored, since recipes read from a file hold
// other Go types for the same numbers.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
