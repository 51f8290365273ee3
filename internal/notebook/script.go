package notebook

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Script returns a notebook as one Go program for `go run FILE.go` inside the
// checkout: Markdown as comments, declarations where they stand, the body of
// each cell as a function that main calls in order. Lines for the kernel and
// the shell become comments, and so do cells that fail on purpose. An error names the cell that has no counterpart in
// one program: a name declared twice, a package that no cell imports, cell
// arguments.
func Script(path string) ([]byte, error) {
	nb, err := Read(path)
	if err != nil {
		return nil, err
	}
	s := &script{declared: map[string]int{}, imports: map[string]*ast.ImportSpec{}, used: map[string]int{}}
	for i := range nb.Cells {
		if err := s.add(i, &nb.Cells[i]); err != nil {
			return nil, fmt.Errorf("%s: cell %d: %w", path, i, err)
		}
	}
	if err := s.missing(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out, err := format.Source(s.compose(filepath.Base(path)))
	if err != nil {
		return nil, fmt.Errorf("%s: as a script: %w", path, err)
	}
	return out, nil
}

// script collects the program while cells are added.
type script struct {
	text     bytes.Buffer
	calls    []string                   // functions that main calls
	imports  map[string]*ast.ImportSpec // by name in the program
	declared map[string]int             // top-level name → cell
	used     map[string]int             // name before a dot → first cell
}

func (s *script) add(i int, c *Cell) error {
	switch c.Type {
	case "markdown":
		s.comment(string(c.Source))
		return nil
	case "code":
		if c.tagged("raises-exception") {
			s.comment("left out, it fails on purpose:\n" + string(c.Source))
			return nil
		}
		return s.code(i, string(c.Source))
	}
	return nil
}

// comment writes text as a comment that belongs to no declaration.
func (s *script) comment(text string) {
	for line := range strings.Lines(text) {
		s.text.WriteString(strings.TrimRight("// "+line, " \n") + "\n")
	}
	s.text.WriteString("\n")
}

func (s *script) code(i int, source string) error {
	p, err := split(source)
	if err != nil {
		return err
	}
	for _, l := range p.lines {
		if !strings.HasPrefix(l, "%noautoget") && !strings.Contains(l, "setup.sh") {
			s.comment("left out, a line for the notebook: " + l)
		}
	}
	f, err := p.parse()
	if err != nil {
		return err
	}
	for name := range f.packages() {
		if _, ok := s.used[name]; !ok {
			s.used[name] = i
		}
	}
	at := f.ast.Name.End()
	for _, d := range f.ast.Decls {
		if err := s.declaration(i, f, d, at); err != nil {
			return err
		}
		at = d.End()
	}
	if tail := strings.TrimSpace(f.slice(at, f.ast.FileEnd)); tail != "" {
		s.text.WriteString(tail + "\n\n")
	}
	return nil
}

// declaration writes one top-level declaration with the comments since at.
func (s *script) declaration(i int, f *goFile, d ast.Decl, at token.Pos) error {
	if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
		return s.importing(g)
	}
	if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && (fn.Name.Name == "main" || fn.Name.Name == "cellBody") {
		return s.body(i, fn, f, at)
	}
	for _, name := range names(d) {
		if first, twice := s.declared[name]; twice && name != "_" {
			return fmt.Errorf("%s is declared in cell %d already: one program cannot hold both", name, first)
		}
		s.declared[name] = i
	}
	s.text.WriteString(strings.TrimSpace(f.slice(at, d.End())) + "\n\n")
	return nil
}

// body writes the main of a cell as a function of its own.
func (s *script) body(i int, fn *ast.FuncDecl, f *goFile, at token.Pos) error {
	name := fmt.Sprintf("cell%02d", i)
	if slices.Contains(s.calls, name) {
		return fmt.Errorf("both a line %%%% and a function main")
	}
	if fn.Body == nil {
		return fmt.Errorf("function main has no body")
	}
	s.calls, s.declared[name] = append(s.calls, name), i
	before, block := strings.TrimSpace(f.slice(at, fn.Pos())), f.slice(fn.Body.Pos(), fn.Body.End())
	fmt.Fprintf(&s.text, "%s\nfunc %s() %s\n\n", before, name, block)
	return nil
}

// importing collects imports by the name they have in the program.
func (s *script) importing(g *ast.GenDecl) error {
	for _, spec := range g.Specs {
		im := spec.(*ast.ImportSpec)
		name := importName(im)
		if old, ok := s.imports[name]; ok && old.Path.Value != im.Path.Value {
			return fmt.Errorf("%s is imported as %s and as %s", name, old.Path.Value, im.Path.Value)
		}
		s.imports[name] = im
	}
	return nil
}

// missing finds a package that is used and not imported. GoNB would let
// goimports guess it.
func (s *script) missing() error {
	for _, name := range slices.Sorted(maps.Keys(s.used)) {
		_, imported := s.imports[name]
		_, declared := s.declared[name]
		if !imported && !declared {
			return fmt.Errorf("cell %d: no cell imports %s", s.used[name], name)
		}
	}
	return nil
}

// compose writes the whole program; imports that no cell uses are left out.
func (s *script) compose(file string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "//go:build ignore\n\n// Code generated from notebooks/%s. DO NOT EDIT.\n\npackage main\n\nimport (\n", file)
	b.WriteString(s.importLines(true) + "\n" + s.importLines(false))
	b.WriteString(")\n\n")
	b.Write(s.text.Bytes())
	b.WriteString("func main() {\n")
	for _, c := range s.calls {
		fmt.Fprintf(&b, "\t%s()\n", c)
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// importLines lists the used imports of the standard library, or the others.
func (s *script) importLines(standard bool) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.imports)) {
		im := s.imports[name]
		_, used := s.used[name]
		if isStandard(im) != standard || !used && !blank(im) {
			continue
		}
		alias := ""
		if im.Name != nil {
			alias = im.Name.Name + " "
		}
		fmt.Fprintf(&b, "\t%s%s\n", alias, im.Path.Value)
	}
	return b.String()
}
