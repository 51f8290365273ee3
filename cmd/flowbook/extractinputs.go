package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
)

// captures lists the capture files of the arguments, directories expanded;
// many says that results go to a directory.
func captures(args []string) (paths []string, many bool, err error) {
	many = len(args) > 1
	for _, arg := range args {
		if arg == "-" { // standard input
			paths = append(paths, arg)
			continue
		}
		info, err := os.Stat(arg)
		if err != nil && len(args) == 1 {
			return nil, false, err
		}
		if err != nil || !info.IsDir() { // what is missing is bad input beside the good
			paths = append(paths, arg)
			continue
		}
		many = true
		found := 0
		err = filepath.WalkDir(arg, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type()&^fs.ModeSymlink == 0 && capture.IsName(p) { // files and links, no pipes
				paths = append(paths, p)
				found++
			}
			return err
		})
		if err != nil {
			return nil, false, err
		}
		if found == 0 {
			return nil, false, fmt.Errorf("%s: no capture file (.pcap, .pcapng, .cap, also .gz and .zst) in this directory", arg)
		}
	}
	return paths, many, nil
}

// writeFile makes the directory of a file and writes the file whole or not at all.
func writeFile(path string, fill func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return flowio.WriteFile(path, fill)
}

func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}
