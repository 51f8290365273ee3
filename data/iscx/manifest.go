package iscx

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"flowbook/flowlib/label"
	"flowbook/internal/manifest"
)

// Entry is one capture of a manifest: what it is called, how long it is and
// its hash. The data set's authors publish neither sizes nor hashes; a manifest
// is made by someone who has the files (Manifest) and says whether others have
// the same.
type Entry struct {
	Capture string // name of the data set's list, without an ending
	File    string // name of the file; "" where nobody has it
	Bytes   int64
	SHA256  string // in hexadecimal
}

// ManifestName is the name of a manifest beside the captures that it lists.
const ManifestName = "iscx-manifest.csv"

// header is the first line of a manifest.
var header = []string{"capture", "file", "bytes", "sha256"}

// Manifest lists all captures of the data set, with the files of a directory
// where it has them. Hashing reads every file.
func Manifest(dir string) ([]Entry, error) {
	found, err := Verify(dir)
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, c := range Captures() {
		e := Entry{Capture: c.Name}
		if path := found.Files[c.Name]; path != "" {
			if e.SHA256, e.Bytes, err = manifest.Hash(path); err != nil {
				return nil, err
			}
			e.File = filepath.Base(path)
		}
		all = append(all, e)
	}
	return all, nil
}

// WriteManifest writes entries as CSV.
func WriteManifest(w io.Writer, entries []Entry) error {
	out := csv.NewWriter(w)
	rows := [][]string{header}
	for _, e := range entries {
		row := []string{e.Capture, e.File, "", e.SHA256}
		if e.File != "" {
			row[2] = strconv.FormatInt(e.Bytes, 10)
		}
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}

// ReadManifest reads what WriteManifest wrote; name stands for it in errors. A
// capture that is not of the data set, a file name with a folder, a size or a
// hash that is none are errors that name the line.
func ReadManifest(name string, text []byte) ([]Entry, error) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], header) {
		return nil, fmt.Errorf("%s: found no manifest, expected a first line %q", name, strings.Join(header, ","))
	}
	known := map[string]bool{}
	for _, c := range Captures() {
		known[c.Name] = true
	}
	var all []Entry
	for i, row := range rows[1:] {
		e, err := entry(row, known)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, i+2, err)
		}
		known[e.Capture] = false // each once
		all = append(all, e)
	}
	return all, nil
}

func entry(row []string, known map[string]bool) (Entry, error) {
	e := Entry{Capture: row[0], File: row[1], SHA256: row[3]}
	if !known[e.Capture] {
		return e, fmt.Errorf("found capture %q, expected each of ISCX-VPN-NonVPN at most once", e.Capture)
	}
	if e.File == "" {
		return e, nil
	}
	if e.File != filepath.Base(e.File) || strings.ContainsAny(e.File, `/\`) || !strings.EqualFold(label.Stem(e.File), e.Capture) {
		return e, fmt.Errorf("found file %q, expected one named like %s, without a folder", e.File, e.Capture)
	}
	var err error
	if e.Bytes, err = strconv.ParseInt(row[2], 10, 64); err != nil || e.Bytes < 1 {
		return e, fmt.Errorf("found %q bytes, expected a positive number", row[2])
	}
	if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
		return e, fmt.Errorf("found SHA-256 %q, expected 64 hexadecimal digits", e.SHA256)
	}
	return e, nil
}

// Compare says which files of a directory are not those of a manifest: it
// hashes those whose size is right. Files that the manifest does not know pass.
func Compare(found *Found, entries []Entry) (differ []string, err error) {
	for _, e := range entries {
		path := found.Files[e.Capture]
		if path == "" || e.File == "" {
			continue
		}
		hash, size, err := manifest.Hash(path)
		if err != nil {
			return nil, err
		}
		if hash != e.SHA256 {
			differ = append(differ, fmt.Sprintf("%s: found %d bytes with SHA-256 %s, expected %d with %s", path, size, hash, e.Bytes, e.SHA256))
		}
	}
	return differ, nil
}
