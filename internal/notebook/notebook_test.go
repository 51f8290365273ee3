package notebook

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// m is a piece of JSON.
type m = map[string]any

const setupCell = "//gonb:!bash setup.sh\n//gonb:%noautoget\nimport (\n\t\"fmt\"\n\t\"math\"\n\n\t\"flowbook/plots\"\n)"

// sound is a notebook that no rule complains about.
func sound() []m {
	return []m{
		md("# Title\n\n**What you will learn**\n\n- one thing"),
		code(setupCell, "setup"),
		code("%%\nplots.Show(nil, \"words\")\nfmt.Println(math.Pi)"),
		md("## Exercise\n\nWhat?\n\n<details><summary>Solution</summary>\n\nThat.\n\n</details>"),
		md("## Summary\n\nOne thing."),
	}
}

func md(source string) m {
	return m{"cell_type": "markdown", "metadata": m{}, "source": source}
}

func code(source string, tags ...string) m {
	return m{"cell_type": "code", "metadata": m{"tags": tags}, "source": strings.SplitAfter(source, "\n"),
		"execution_count": nil, "outputs": []any{}}
}

// write stores cells as a notebook; cells without id get one.
func write(t *testing.T, cells []m, edit func(nb m)) string {
	t.Helper()
	for i, c := range cells {
		if _, ok := c["id"]; !ok {
			c["id"] = string(rune('a' + i))
		}
	}
	nb := m{"nbformat": 4, "nbformat_minor": 5, "cells": cells,
		"metadata": m{"kernelspec": m{"name": "gonb"}, "language_info": m{"name": "go"}}}
	if edit != nil {
		edit(nb)
	}
	b, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "00_test.ipynb")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"empty.ipynb": {"", "not a notebook"},
		"text.ipynb":  {"hello", "not a notebook"},
		"old.ipynb":   {`{"nbformat": 3, "worksheets": []}`, "nbformat 3, expected 4"},
		"line.ipynb":  {`{"nbformat": 4, "cells": [{"source": 7}]}`, "not a notebook"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names the file and says %q", name, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(dir, "none.ipynb")); !os.IsNotExist(err) {
		t.Errorf("missing file: %v", err)
	}
}

// TestCourse lints every notebook of the course and writes it as a script; `make
// scripts` builds those.
func TestCourse(t *testing.T) {
	paths, err := filepath.Glob("../../notebooks/[0-9]*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, path := range paths {
		for _, p := range Lint(path) {
			t.Error(p)
		}
	}
}

func TestSoundNotebook(t *testing.T) {
	if problems := Lint(write(t, sound(), nil)); len(problems) > 0 {
		t.Errorf("problems in a sound notebook: %v", problems)
	}
}

// rules lists the names of the rules that complained, sorted, each once.
func rules(problems []Problem) []string {
	var names []string
	for _, p := range problems {
		names = append(names, p.Rule)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
