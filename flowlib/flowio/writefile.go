package flowio

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// WriteFile writes a file beside path and renames it into place, so that path
// is the old file or the whole new one. A link stays and its file is replaced.
// What is no file (a pipe, /dev/null, /dev/stdout) is written to as it is: a
// rename would put a file in its place. A directory is an error.
func WriteFile(path string, fill func(io.Writer) error) error {
	if path == "" {
		return errors.New("the name of the file to write is empty")
	}
	asDir := os.IsPathSeparator(path[len(path)-1])
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	switch {
	case asDir || err == nil && info.IsDir():
		return fmt.Errorf("%s: found a directory, expected the name of a file to write", path)
	case err == nil && !info.Mode().IsRegular():
		return writeStraight(path, fill)
	}
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if err := fill(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.CloseAtomicallyReplace()
}

func writeStraight(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}
