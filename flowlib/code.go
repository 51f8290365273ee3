package flowlib

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// What decides how a capture becomes a data set, from the meter's arithmetic
// to the label rules.
//
//go:embed *.go capture/*.go meter/*.go flowio/*.go label/*.go label/*.csv sequence/*.go dataset/*.go dataset/sklearn/*.go
var sources embed.FS

// Code returns the version of the code between captures and data sets: the
// first 16 hexadecimal digits of the SHA-256 of its sources, tests left out.
// Data sets record it, so that one that other code made is not taken for new.
var Code = sync.OnceValue(func() string { return hashSources(sources) })

func hashSources(files fs.FS) string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
		return err
	})
	if err != nil {
		panic("flowlib: embedded sources: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
