// Package notebook reads the notebooks of the course without Jupyter: it turns
// one into a Go script and says what is wrong with its form. Cells follow the
// rules of GoNB, the Go kernel: declarations are remembered from cell to cell,
// what stands below a line %% is the body of main, lines that begin with % or !
// speak to the kernel or the shell (also behind //gonb:).
package notebook

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Notebook is what this package needs of an .ipynb file (nbformat 4).
type Notebook struct {
	Path   string `json:"-"`
	Format int    `json:"nbformat"`
	Minor  int    `json:"nbformat_minor"`
	Cells  []Cell `json:"cells"`

	Metadata struct {
		Kernel struct {
			Name string `json:"name"`
		} `json:"kernelspec"`
		Language struct {
			Version string `json:"version"`
		} `json:"language_info"`
	} `json:"metadata"`
}

// Cell is one cell; Outputs and Count are empty for Markdown.
type Cell struct {
	ID       string   `json:"id"`
	Type     string   `json:"cell_type"` // "markdown", "code" or "raw"
	Source   text     `json:"source"`
	Count    *int     `json:"execution_count"`
	Outputs  []Output `json:"outputs"`
	Metadata struct {
		Tags      []string        `json:"tags"`
		Execution json.RawMessage `json:"execution"` // times that JupyterLab stores
	} `json:"metadata"`
}

// Output is one output of a code cell.
type Output struct {
	Type     string                     `json:"output_type"` // "stream", "display_data", "execute_result" or "error"
	Text     text                       `json:"text"`
	Data     map[string]json.RawMessage `json:"data"`
	Metadata map[string]struct {
		Alt string `json:"alt"`
	} `json:"metadata"`
}

// text is stored as a string or as a list of lines.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = text(one)
		return nil
	}
	var lines []string
	if err := json.Unmarshal(b, &lines); err != nil {
		return err
	}
	*t = text(strings.Join(lines, ""))
	return nil
}

// Read parses a notebook file. An error names the file and what was expected.
func Read(path string) (*Notebook, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	nb := &Notebook{Path: path}
	if err := json.Unmarshal(b, nb); err != nil {
		return nil, fmt.Errorf("%s: not a notebook: %w", path, err)
	}
	if nb.Format != 4 {
		return nil, fmt.Errorf("%s: nbformat %d, expected 4", path, nb.Format)
	}
	return nb, nil
}

func (c *Cell) tagged(tag string) bool { return slices.Contains(c.Metadata.Tags, tag) }

// plain returns an output of the given media type as text, "" if there is none.
func (o *Output) plain(media string) string {
	var t text
	if raw, ok := o.Data[media]; ok && json.Unmarshal(raw, &t) == nil {
		return string(t)
	}
	return ""
}
