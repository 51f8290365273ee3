package paper

import (
	"io"
	"path/filepath"
	"slices"

	"flowbook/flowlib/flowio"
	"flowbook/internal/manifest"
)

// The fixed names of a report.
const (
	MarkdownName = "report.md"
	HTMLName     = "report.html"
)

// WriteReport writes the report of the results into their directory: report.md
// with its figures beside it, and report.html, which is one page that makes no
// request; then the manifest, which lists them. draw gives a figure's PNG.
func (r *Results) WriteReport(draw func(*Figure) ([]byte, error)) error {
	d, err := r.Report()
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(slices.Clone(r.Files), func(f manifest.File) bool { return f.Kind[:min(11, len(f.Kind))] != "predictions" })
	names, pictures := map[string]string{}, map[string][]byte{}
	for _, b := range d.Blocks {
		if b.Figure == nil {
			continue
		}
		png, err := draw(b.Figure)
		if err != nil {
			return err
		}
		f, err := manifest.WriteData(r.Dir, b.Figure.Name, ".png", func(w io.Writer) error {
			_, err := w.Write(png)
			return err
		})
		if err != nil {
			return err
		}
		files, names[b.Figure.Name], pictures[b.Figure.Name] = append(files, f), f.Name, png
	}
	page, err := d.HTML(func(f *Figure) ([]byte, error) { return pictures[f.Name], nil })
	if err != nil {
		return err
	}
	for _, text := range []struct{ name, content string }{
		{MarkdownName, d.Markdown(func(f *Figure) string { return names[f.Name] })}, {HTMLName, page},
	} {
		path := filepath.Join(r.Dir, text.name)
		if err := flowio.WriteFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text.content)
			return err
		}); err != nil {
			return err
		}
		hash, size, err := manifest.Hash(path)
		if err != nil {
			return err
		}
		files = append(files, manifest.File{Kind: "report", Name: text.name, Bytes: size, SHA256: hash})
	}
	r.Files = files
	return manifest.Commit(r.Dir, r.Manifest, files)
}
