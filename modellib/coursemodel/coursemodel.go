// Package coursemodel holds a small network that was trained on the course set,
// so that a capture can be looked at without training first. It comes with a
// model card (README.md), which says what it was made of, how well it does and
// what it is not for. make course-model trains it again.
package coursemodel

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

//go:embed model.zip
var model []byte

//go:embed README.md
var card string

// Card is the model card as Markdown.
func Card() string { return card }

// OriginName is the file in the archive that says what the model was made of.
const OriginName = "origin.json"

// Origin is what the model was made of.
type Origin struct {
	Course string `json:"course"` // course.Hash of the captures
	Name   string `json:"name"`   // of the run, as it is printed
}

// Unpack writes the run into dir and says what it was made of.
func Unpack(dir string) (Origin, error) {
	var o Origin
	z, err := zip.NewReader(bytes.NewReader(model), int64(len(model)))
	if err != nil {
		return o, fmt.Errorf("course model: %w", err)
	}
	for _, f := range z.File {
		text, err := content(f)
		if err != nil {
			return o, fmt.Errorf("course model: %s: %w", f.Name, err)
		}
		if f.Name == OriginName {
			if err := json.Unmarshal(text, &o); err != nil {
				return o, fmt.Errorf("course model: %s: %w", f.Name, err)
			}
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Name)), text, 0o666); err != nil {
			return o, err
		}
	}
	return o, nil
}

func content(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
