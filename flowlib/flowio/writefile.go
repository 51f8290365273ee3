package flowio

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File is a file in the making. What is written stays beside path until
// Commit renames it into place, so that path is the old file or the whole new
// one.
type File struct {
	path    string
	pending *renameio.PendingFile // nil for what is written to as it is
	file    *os.File
}

// Create begins a file. A link stays and its file is replaced. What is no file
// (a pipe, /dev/null, /dev/stdout) is written to as it is: a rename would put a
// file in its place. A directory is an error. Either Commit or Abort must
// follow; Abort after Commit does nothing.
func Create(path string) (*File, error) {
	if path == "" {
		return nil, errors.New("the name of the file to write is empty")
	}
	asDir := os.IsPathSeparator(path[len(path)-1])
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	switch {
	case asDir || err == nil && info.IsDir():
		return nil, fmt.Errorf("%s: found a directory, expected the name of a file to write", path)
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &File{path: path, file: f}, err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return nil, err
	}
	return &File{path: path, pending: f, file: f.File}, nil
}

// Write writes to the file; errors name it.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	if err != nil {
		err = fmt.Errorf("%s: %w", f.path, err)
	}
	return n, err
}

// Commit ends the file and puts it into place.
func (f *File) Commit() error {
	if f.pending == nil {
		return f.file.Close()
	}
	return f.pending.CloseAtomicallyReplace()
}

// Abort leaves everything as it was.
func (f *File) Abort() {
	if f.pending == nil {
		f.file.Close()
		return
	}
	_ = f.pending.Cleanup() // what cannot be removed is a hidden file, not a torn one
}

// WriteFile writes a file as Create and Commit do.
func WriteFile(path string, fill func(io.Writer) error) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := fill(f.file); err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	return f.Commit()
}
