// Package manifest keeps self-describing directories: data files named by the
// hash of their content, and a manifest.json that lists them and is renamed
// into place last. Such a directory is what its manifest lists: killed at any
// moment, it is the old one or the new one.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// Name is the file that says what a directory is.
const Name = "manifest.json"

// File is one data file of a directory.
type File struct {
	Kind   string `json:"kind"` // such as "flows"; the name begins with it
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// hashDigits is how much of its hash is in the name of a data file.
const hashDigits = 16

// WriteData writes a data file into dir and names it kind-HASH.ext. It is not
// part of the directory until Commit lists it.
func WriteData(dir, kind, ext string, fill func(io.Writer) error) (File, error) {
	t, err := renameio.NewPendingFile(filepath.Join(dir, kind+ext), renameio.WithTempDir(dir), renameio.WithPermissions(0o644))
	if err != nil {
		return File{}, err
	}
	defer t.Cleanup()
	hash := sha256.New()
	count := &counter{w: io.MultiWriter(t, hash)}
	if err := fill(count); err != nil {
		return File{}, fmt.Errorf("writing %s of %s: %w", kind, dir, err)
	}
	f := File{Kind: kind, Bytes: count.n, SHA256: hex.EncodeToString(hash.Sum(nil))}
	f.Name = kind + "-" + f.SHA256[:hashDigits] + ext
	if err := t.Sync(); err != nil {
		return File{}, err
	}
	if err := t.Close(); err != nil {
		return File{}, err
	}
	return f, os.Rename(t.Name(), filepath.Join(dir, f.Name))
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// Commit puts the manifest m into place, which makes files the content of the
// directory, and then removes data files of the same kinds that it no longer lists.
func Commit(dir string, m any, files []File) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(dir, Name), append(text, '\n'), 0o644); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if stale(e.Name(), files) {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// stale reports whether a name is that of a data file that is no longer listed.
func stale(name string, files []File) bool {
	ours := false
	for _, f := range files {
		if name == f.Name {
			return false
		}
		rest, ok := strings.CutPrefix(name, f.Kind+"-")
		hash, hashed := strings.CutSuffix(rest, filepath.Ext(f.Name))
		if ok && hashed && len(hash) == hashDigits && strings.Trim(hash, "0123456789abcdef") == "" {
			ours = true
		}
	}
	return ours
}

// head is what every manifest begins with.
type head struct {
	Format string `json:"format"`
}

// FormatOf is the format that the manifest of a directory names. Without a
// manifest the error wraps fs.ErrNotExist.
func FormatOf(dir string) (string, error) {
	path := filepath.Join(dir, Name)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return "", fmt.Errorf("%s: not a manifest: %w", path, err)
	}
	return h.Format, nil
}

// Read reads the manifest of a directory into m after it has checked the
// format, and returns the hash of the file. what names the kind of directory
// in messages, such as "data set".
func Read(dir, what, format string, m any) (hash string, err error) {
	path := filepath.Join(dir, Name)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); err != nil {
			return "", fmt.Errorf("%s: there is no such directory, expected a %s: %w", dir, what, fs.ErrNotExist)
		}
		return "", fmt.Errorf("%s: there is no %s, expected a %s (or its making was cut off): %w", dir, Name, what, fs.ErrNotExist)
	}
	if err != nil {
		return "", err
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return "", fmt.Errorf("%s: not a manifest: %w", path, err)
	}
	if h.Format != format {
		return "", fmt.Errorf("%s: format is %q, expected %q: not a %s, or one of another version of flowbook", path, h.Format, format, what)
	}
	if err := json.Unmarshal(text, m); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Check says whether the file is in the directory as it was listed.
func (f File) Check(dir string) error {
	path := filepath.Join(dir, f.Name)
	if f.Name != filepath.Base(f.Name) {
		return fmt.Errorf("%s: lists the file %q, expected a name in the same directory", filepath.Join(dir, Name), f.Name)
	}
	hash, size, err := Hash(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s: listed in %s: %w", path, Name, err)
	case size != f.Bytes:
		return fmt.Errorf("%s: torn: found %d bytes, %s says %d", path, size, Name, f.Bytes)
	case hash != f.SHA256:
		return fmt.Errorf("%s: changed: SHA-256 is %s, %s says %s", path, hash, Name, f.SHA256)
	}
	return nil
}

// Hash is the SHA-256 of a file in hexadecimal, and its size in bytes.
func Hash(path string) (hash string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
