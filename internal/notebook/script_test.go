package notebook

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScript(t *testing.T) {
	path := write(t, []m{
		md("# Title\n\nText with *stars*/ and /* signs."),
		code("//gonb:!bash setup.sh\n//gonb:%noautoget\nimport (\n\t\"fmt\"\n\t\"os\"\n\trand \"math/rand/v2\"\n)"),
		code("// twice doubles.\nfunc twice(x int) int { return 2 * x } // why not\n\nvar seed = 3\n\n%%\n// a comment\nfmt.Println(twice(seed))\n// the last"),
		code("!ls\ntype point struct{ x int }\n\nfunc (p point) X() int { return p.x }\n\nfunc main() {\n\tp := point{rand.IntN(seed)}\n\tfmt.Println(p.X())\n}"),
		code("%%"),
	}, nil)
	got, err := Script(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `//go:build ignore

// Code generated from notebooks/00_test.ipynb. DO NOT EDIT.

package main

import (
	"fmt"
	rand "math/rand/v2"
)

// # Title
//
// Text with *stars*/ and /* signs.

// twice doubles.
func twice(x int) int { return 2 * x }

// why not

var seed = 3

func cell02() {
	// a comment
	fmt.Println(twice(seed))
	// the last
}

// left out, a line for the notebook: !ls

type point struct{ x int }

func (p point) X() int { return p.x }

func cell03() {
	p := point{rand.IntN(seed)}
	fmt.Println(p.X())
}

func cell04() {

}

func main() {
	cell02()
	cell03()
	cell04()
}
`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestScriptErrorsNameTheCell(t *testing.T) {
	imports := "import \"fmt\"\n"
	for name, c := range map[string]struct {
		cells []m
		want  string
	}{
		"twice":      {[]m{code("func f() {}"), md("x"), code("func f() {}")}, "cell 2: f is declared in cell 0"},
		"method":     {[]m{code("type T[X any] struct{}\n\nfunc (t *T[X]) M() {}"), code("func (t *T[X]) M() {}")}, "cell 1: T.M is declared in cell 0"},
		"no import":  {[]m{code("%%\nfmt.Println()")}, "cell 0: no cell imports fmt"},
		"arguments":  {[]m{code("%% -steps=7\n")}, "cell 0: \"%% -steps=7\""},
		"test":       {[]m{code("%test\n")}, "no counterpart"},
		"two bodies": {[]m{code("%%\n\n%%\n")}, "cell 0: a second line %%"},
		"two mains":  {[]m{code("func main() {}\n%%\n")}, "both a line %% and a function main"},
		"syntax":     {[]m{code(imports + "%%\nfmt.Println(")}, "cell 0: "},
		"one name":   {[]m{code("import \"math/rand\""), code("import \"crypto/rand\"")}, "rand is imported as"},
	} {
		_, err := Script(write(t, c.cells, nil))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
}

// FuzzScript feeds cells to the splitter: it gives Go that parses, or an error.
func FuzzScript(f *testing.F) {
	f.Add("import \"fmt\"\n%%\nfmt.Println(1)")
	f.Add("//gonb:%noautoget\nvar x, _ = 1, 2\n%main\n_ = x // y")
	f.Add("func main() {}\n!ls \\\n more\n")
	f.Add("%%\n}\nfunc f() {")
	f.Fuzz(func(t *testing.T, source string) {
		path := filepath.Join(t.TempDir(), "x.ipynb")
		out, err := Script(write(t, []m{code(source)}, nil))
		if err != nil {
			return
		}
		if err := os.WriteFile(path, out, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), path, out, 0); err != nil {
			t.Errorf("the script of %q does not parse: %v\n%s", source, err, out)
		}
	})
}

// A cell that fails on purpose would take the whole program with it.
func TestScriptLeavesOutWhatFailsOnPurpose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.ipynb")
	cell := `{"nbformat": 4, "cells": [{"cell_type": "code", "metadata": {"tags": ["raises-exception"]}, "source": "%%\nspeed := 17"}]}`
	if err := os.WriteFile(path, []byte(cell), 0o666); err != nil {
		t.Fatal(err)
	}
	b, err := Script(path)
	if err != nil || !strings.Contains(string(b), "// speed := 17") || strings.Contains(string(b), "\n\tspeed") {
		t.Errorf("%v\n%s", err, b)
	}
}
