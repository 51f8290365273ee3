// Package iscx knows the captures of the ISCX-VPN-NonVPN data set (Draper-Gil
// and others, 2016), which the paper uses: their names, labels and recording
// sessions. The data themselves are not part of flowbook.
package iscx

import (
	_ "embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
)

//go:embed captures.csv
var captures string

// Capture is one of the 150 captures.
type Capture struct {
	Name     string // without an ending
	Labelled bool   // the nine tor… captures have no label
	label.Label
}

// Captures lists the 150 captures of the data set, sorted by name.
func Captures() []Capture {
	var all []Capture
	for i, line := range strings.Split(strings.TrimSpace(captures), "\n") {
		f := strings.Split(line, ",")
		if i == 0 {
			continue
		}
		all = append(all, Capture{
			Name: f[0], Labelled: f[1] != "",
			Label: label.Label{Type: f[1], App: f[2], VPN: f[3] == "vpn", Session: f[4]},
		})
	}
	return all
}

// Found says which captures a directory has.
type Found struct {
	Files   map[string]string // capture name to file: a capture or a CICFlowMeter table
	Missing []string          // captures that are not there
	Unknown []string          // capture and table files that are not of the data set
	Twice   []string          // files of a capture that another file holds already
}

// Verify looks for the captures, or for tables of their flows, in a directory
// and below. It goes by names; reading the files is left to dataset.Build, which
// names what is bad in them.
func Verify(dir string) (*Found, error) {
	names := map[string]string{}
	for _, c := range Captures() {
		names[strings.ToLower(c.Name)] = c.Name
	}
	f := &Found{Files: map[string]string{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !capture.IsName(path) && !flowio.IsTableName(path) {
			return err
		}
		name, ok := names[strings.ToLower(label.Stem(path))]
		switch {
		case !ok:
			f.Unknown = append(f.Unknown, path)
		case f.Files[name] != "":
			f.Twice = append(f.Twice, path)
		default:
			f.Files[name] = path
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if f.Files[name] == "" {
			f.Missing = append(f.Missing, name)
		}
	}
	slices.Sort(f.Missing)
	return f, nil
}

// Complete reports whether all captures are there, once each.
func (f *Found) Complete() bool { return len(f.Missing) == 0 && len(f.Twice) == 0 }

// String says what was found and what is missing.
func (f *Found) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d captures", len(f.Files), len(f.Files)+len(f.Missing))
	for _, l := range []struct {
		what  string
		names []string
	}{{"missing", f.Missing}, {"not of ISCX-VPN-NonVPN", f.Unknown}, {"there twice", f.Twice}} {
		if len(l.names) > 0 {
			fmt.Fprintf(&b, "\n%s: %s", l.what, strings.Join(l.names, ", "))
		}
	}
	return b.String()
}
