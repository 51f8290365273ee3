package label

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ReadSidecar reads and checks the labels.json of a directory. Where there is
// none, the error wraps fs.ErrNotExist. A capture without a session gets its
// own name as session.
func ReadSidecar(dir string) (*Sidecar, error) {
	path := filepath.Join(dir, SidecarName)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := parseSidecar(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func parseSidecar(text []byte) (*Sidecar, error) {
	var s Sidecar
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // editors of Windows write it
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("not a label file: %w", err)
	}
	if s.Format != SidecarFormat {
		return nil, fmt.Errorf("format is %q, expected %q", s.Format, SidecarFormat)
	}
	seen := map[string]bool{}
	for i := range s.Captures {
		c := &s.Captures[i]
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("capture %d: %w", i+1, err)
		}
		if seen[c.File] {
			return nil, fmt.Errorf("capture %d: file %q stands twice, expected once", i+1, c.File)
		}
		seen[c.File] = true
		if c.Session == "" {
			c.Session = Stem(c.File)
		}
	}
	return &s, nil
}

func (c *Capture) check() error {
	switch {
	case c.File == "" || c.File != filepath.Base(c.File) || c.File == "." || c.File == "..":
		return fmt.Errorf("file is %q, expected the name of a file in the same directory", c.File)
	case c.Type == "" || c.App == "":
		return fmt.Errorf("%s: type is %q and app is %q, expected both", c.File, c.Type, c.App)
	case c.Day != "" && !isDay(c.Day):
		return fmt.Errorf("%s: day is %q, expected a date such as 2015-03-27", c.File, c.Day)
	case c.SHA256 != "" && (len(c.SHA256) != 64 || strings.Trim(c.SHA256, "0123456789abcdef") != ""):
		return fmt.Errorf("%s: sha256 is %q, expected 64 hexadecimal digits", c.File, c.SHA256)
	}
	return nil
}

// isDay reports whether a text is a date of the calendar: years first, so that
// the order of the texts is that of the days.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Match labels a file of the sidecar's directory: by its name, or, for a table
// of a capture's flows, by the capture's name without endings.
func (s *Sidecar) Match(name string) (Label, bool) {
	base := filepath.Base(name)
	for i := range s.Captures {
		if s.Captures[i].File == base {
			return s.Captures[i].Label, true
		}
	}
	for i := range s.Captures {
		if Stem(s.Captures[i].File) == Stem(base) {
			return s.Captures[i].Label, true
		}
	}
	return Label{}, false
}
