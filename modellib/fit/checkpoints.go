package fit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// Checkpoints are the states of one training in a directory:
//
//	checkpoint-EPOCH-BATCH-HASH.npz
//
// HASH is the start of the file's SHA-256, by which a damaged one is told.
// Each is written beside and renamed; the newest and the one before it are
// kept. A directory may hold those of an earlier training too: Key, which is
// stored in every state, tells them apart.
type Checkpoints struct {
	Dir, Key string
}

const keptCheckpoints = 2

// checkpointName has epoch, batch and hash; epochs and batches have leading
// zeros, so that names sort by them.
var checkpointName = regexp.MustCompile(`^checkpoint-\d{7}-\d{9}-([0-9a-f]{16})\.npz$`)

// Save stores a state and then removes all but the newest ones. When it fails,
// for want of space or otherwise, those that were there stay.
func (c Checkpoints) Save(s *State) error {
	s.Key = c.Key
	data, err := s.Encode()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("checkpoint-%07d-%09d-%s.npz", s.Epoch, s.Batch, shortHash(data))
	if err := renameio.WriteFile(filepath.Join(c.Dir, name), data, 0o644); err != nil {
		return fmt.Errorf("write checkpoint: %w; the one before it stays, flowbook resume goes on from there", err)
	}
	names, err := c.names()
	if err != nil {
		return err
	}
	return c.remove(names[min(keptCheckpoints, len(names)):])
}

// Load reads the newest state of the training that is whole; nil if there is
// none. notes say which ones were passed over, and why.
func (c Checkpoints) Load() (s *State, notes []string, err error) {
	names, err := c.names()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		s, err := c.read(name)
		switch {
		case err != nil:
			notes = append(notes, fmt.Sprintf("%s is damaged (%v): going on from the one before", filepath.Join(c.Dir, name), err))
		case s.Key == c.Key:
			return s, notes, nil
		}
	}
	return nil, notes, nil
}

func (c Checkpoints) read(name string) (*State, error) {
	data, err := os.ReadFile(filepath.Join(c.Dir, name))
	if err != nil {
		return nil, err
	}
	want := checkpointName.FindStringSubmatch(name)[1]
	if got := shortHash(data); got != want {
		return nil, fmt.Errorf("found SHA-256 %s…, expected %s…", got, want)
	}
	return DecodeState(data)
}

// Clear removes all checkpoints, also those of other trainings and what
// killed ones left half written.
func (c Checkpoints) Clear() error {
	names, err := c.names()
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".checkpoint-") {
			names = append(names, e.Name())
		}
	}
	return c.remove(names)
}

// names are the checkpoints of the directory, the newest first.
func (c Checkpoints) names() ([]string, error) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	var names []string
	for _, e := range entries {
		if checkpointName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

func (c Checkpoints) remove(names []string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(c.Dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an old checkpoint: %w", err)
		}
	}
	return nil
}

// shortHash is the start of a SHA-256, in hexadecimal.
func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
