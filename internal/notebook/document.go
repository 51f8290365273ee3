package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// document is a notebook with everything in it, for writing it back changed.
type document map[string]any

func readDocument(path string) (document, error) {
	if _, err := Read(path); err != nil {
		return nil, err // with the checks and messages of Read
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := document{}
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, fmt.Errorf("%s: not a notebook: %w", path, err)
	}
	return d, nil
}

// bytes writes the notebook as nbformat does: keys sorted, one blank a level,
// characters as they are.
func (d document) bytes() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(map[string]any(d))
	return b.Bytes(), err
}

func (d document) cells() []jsonCell {
	list, _ := d["cells"].([]any)
	cells := make([]jsonCell, 0, len(list))
	for _, c := range list {
		if m, ok := c.(map[string]any); ok {
			cells = append(cells, m)
		}
	}
	return cells
}

func (d document) setCells(cells []jsonCell) {
	list := make([]any, len(cells))
	for i, c := range cells {
		list[i] = map[string]any(c)
	}
	d["cells"] = list
}

// note writes a value under the notebook's own key of the metadata.
func (d document) note(key string, value any) {
	meta := object(d["metadata"])
	d["metadata"] = with(meta, "flowbook", with(object(meta["flowbook"]), key, value))
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// with is a copy of m in which key has a value.
func with(m map[string]any, key string, value any) map[string]any {
	out := maps.Clone(m)
	if out == nil {
		out = map[string]any{}
	}
	out[key] = value
	return out
}

type jsonCell map[string]any

func (c jsonCell) is(kind string) bool { return c["cell_type"] == kind }

func (c jsonCell) source() string {
	switch s := c["source"].(type) {
	case string:
		return s
	case []any:
		var b strings.Builder
		for _, line := range s {
			text, _ := line.(string)
			b.WriteString(text)
		}
		return b.String()
	}
	return ""
}

// withSource is the cell with another text, outputs dropped.
func (c jsonCell) withSource(text string) jsonCell {
	var lines []any
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	out := jsonCell(with(c, "source", lines))
	if out.is("code") {
		out["outputs"], out["execution_count"] = []any{}, nil
	}
	return out
}

// tagged is the cell with one more tag.
func (c jsonCell) tagged(tag string) jsonCell {
	tags, _ := object(c["metadata"])["tags"].([]any)
	return jsonCell(with(c, "metadata", with(object(c["metadata"]), "tags", append(append([]any{}, tags...), tag))))
}

// has says whether the cell has a tag.
func (c jsonCell) has(tag string) bool {
	tags, _ := object(c["metadata"])["tags"].([]any)
	return slices.Contains(tags, any(tag))
}
