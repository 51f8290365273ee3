package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// SearchFormat names the version of a search directory that this code reads.
const SearchFormat = "flowbook-search/1"

// Search is manifest.json of a search over hyperparameters: what was searched,
// every trial, and what it cost. All scores are of the validation part; the
// test part was not looked at.
type Search struct {
	Format   string      `json:"format"` // SearchFormat
	Dir      string      `json:"-"`
	Recipe   any         `json:"recipe"` // modellib.Recipe that the trials change; opaque here
	Tasks    []string    `json:"tasks"`  // the heads, in the order of Trial.MacroF1
	Data     Data        `json:"data"`
	Split    Split       `json:"split"`
	Backend  Backend     `json:"backend"`
	Space    []Dimension `json:"space"`
	Seed     int64       `json:"seed"`  // of the settings
	Watch    string      `json:"watch"` // the score: fit.WatchLoss (lower is better) or fit.WatchF1
	Rungs    []int       `json:"rungs"` // epochs after which the worse trials are pruned; the last is all
	Keep     int         `json:"keep"`  // one in so many goes on
	Finished bool        `json:"finished"`
	Trials   []Trial     `json:"trials"`
	Seconds  float64     `json:"seconds"` // of all trials
	CPU      float64     `json:"cpu"`     // of all trials
}

// Dimension is one hyperparameter and where it is looked for.
type Dimension struct {
	Name    string   `json:"name"`              // "learning-rate", or the model's JSON name, "filters[1]" for one of several
	Kind    string   `json:"kind"`              // "log", "linear", "whole", "whole-log" or "choice"
	Min     float64  `json:"min,omitempty"`     // of all but choice
	Max     float64  `json:"max,omitempty"`     // inclusive
	Choices []string `json:"choices,omitempty"` // of choice
}

// Trial is one setting that was tried.
type Trial struct {
	Number   int            `json:"number"`   // from 1; the first is the recipe as it is
	Settings map[string]any `json:"settings"` // a number or a word for each dimension
	Rung     int            `json:"rung"`     // how many rungs it has finished
	Epochs   int            `json:"epochs"`   // trained
	Best     int            `json:"best"`     // epoch with the best score, from 1
	Loss     float64        `json:"loss"`     // validation loss of that epoch, nats, sum over the heads
	MacroF1  []float64      `json:"macro_f1"` // validation macro F1 of that epoch, one a head
	Params   int            `json:"params"`   // trainable parameters
	Stopped  string         `json:"stopped"`  // why its training ended: "paused" at a rung, "early stop" or "epochs"
	State    string         `json:"state"`    // "", "pruned", "finished" or "failed"
	Why      string         `json:"why,omitempty"`
	Seconds  float64        `json:"seconds"`
	CPU      float64        `json:"cpu"`
}

// Score is the number that trials are compared by; lower is better. A trial
// that failed or has not begun has none.
func (s *Search) Score(t Trial) (score float64, ok bool) {
	if t.Rung == 0 || t.State == "failed" {
		return 0, false
	}
	if s.Watch != "val_macro_f1" {
		return t.Loss, true
	}
	sum := 0.0
	for _, f1 := range t.MacroF1 {
		sum += f1 / float64(len(t.MacroF1))
	}
	return -sum, true
}

// Best is the best of the trials that went furthest; nil before any has a score.
func (s *Search) Best() *Trial {
	ranked := s.Ranked()
	if len(ranked) == 0 {
		return nil
	}
	return &s.Trials[ranked[0].Number-1]
}

// Ranked are the trials with a score, those that went furthest first, and
// among them the better first; ties go to the lower number.
func (s *Search) Ranked() []Trial {
	var ranked []Trial
	for _, t := range s.Trials {
		if _, ok := s.Score(t); ok {
			ranked = append(ranked, t)
		}
	}
	slices.SortStableFunc(ranked, func(a, b Trial) int {
		x, _ := s.Score(a)
		y, _ := s.Score(b)
		switch {
		case a.Rung != b.Rung:
			return b.Rung - a.Rung
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return ranked
}

// WriteSearch replaces the manifest of a search; a directory that holds
// something else is refused.
func WriteSearch(dir string, s *Search) error {
	if _, err := readSearch(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.Format, s.Dir = SearchFormat, dir
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("search for %s: %w", dir, err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, ManifestName), append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("write search: %w", err)
	}
	return nil
}

// OpenSearch reads the search in dir, finished or not. An error for which
// errors.Is says fs.ErrNotExist means that there is none.
func OpenSearch(dir string) (*Search, error) {
	s, err := readSearch(dir)
	if err != nil {
		return nil, err
	}
	for i, t := range s.Trials {
		if t.Number != i+1 {
			return nil, fmt.Errorf("%s: trial %d has number %d, expected %d", filepath.Join(dir, ManifestName), i+1, t.Number, i+1)
		}
	}
	return s, nil
}

func readSearch(dir string) (*Search, error) {
	path := filepath.Join(dir, ManifestName)
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	s := &Search{Dir: dir}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(s); err != nil {
		return nil, fmt.Errorf("%s: found no valid manifest (%w), expected JSON of format %q", path, err, SearchFormat)
	}
	if s.Format != SearchFormat {
		return nil, fmt.Errorf("%s: found format %q, expected %q", path, s.Format, SearchFormat)
	}
	return s, nil
}

// IsSearch says whether a directory holds a search, finished or not.
func IsSearch(dir string) bool {
	_, err := readSearch(dir)
	return err == nil
}
