package notebook

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// parts is a code cell taken apart.
type parts struct {
	declarations string   // Go above the line %%
	body         string   // Go below it
	main         bool     // whether there is such a line
	lines        []string // lines for the kernel (%…) and the shell (!…), without //gonb:
}

// split takes the source of a code cell apart by GoNB's rules.
func split(source string) (parts, error) {
	var p parts
	var above, below []string
	more := false // the last special line ended with a backslash
	for line := range strings.Lines(source) {
		line = strings.TrimSuffix(line, "\n")
		special, ok := kernelLine(line)
		switch {
		case more || ok && special != "%%" && special != "%main":
			p.lines = append(p.lines, special)
			more = strings.HasSuffix(special, `\`)
		case ok && p.main:
			return p, fmt.Errorf("a second line %s", special)
		case ok:
			p.main = true
		case p.main:
			below = append(below, line)
		default:
			above = append(above, line)
		}
	}
	p.declarations, p.body = strings.Join(above, "\n"), strings.Join(below, "\n")
	return p, p.unsupported()
}

// kernelLine returns a line for the kernel or the shell without its prefix.
func kernelLine(line string) (special string, ok bool) {
	rest := strings.TrimPrefix(line, "//gonb:")
	return strings.TrimSpace(rest), strings.HasPrefix(rest, "%") || strings.HasPrefix(rest, "!")
}

// unsupported says which special line changes what the cell means in a way that
// a script cannot follow. (%rm is followed by forgetting nothing: a name declared
// again is an error of its own.)
func (p *parts) unsupported() error {
	for _, l := range p.lines {
		word, _, _ := strings.Cut(l, " ")
		switch word {
		case "%%", "%main":
			return fmt.Errorf("%q: arguments of a cell cannot be kept, use a variable", l)
		case "%test", "%wasm", "%%writefile", "%%script", "%%bash", "%%sh", "%reset":
			return fmt.Errorf("%q has no counterpart in a script", l)
		}
	}
	return nil
}

// goFile is the parsed Go of a cell: declarations as they stand, the body as a
// function of its own.
type goFile struct {
	fset   *token.FileSet
	source string
	ast    *ast.File
}

const (
	header  = "package p\n"
	opening = "\nfunc cellBody() {\n"
)

// parse reads the Go of a cell; errors name the line within the cell's own text
// as far as it is known.
func (p *parts) parse() (*goFile, error) {
	f := &goFile{fset: token.NewFileSet(), source: header + p.declarations + "\n"}
	if p.main {
		f.source += opening + p.body + "\n}\n"
	}
	var err error
	f.ast, err = parser.ParseFile(f.fset, "cell", f.source, parser.ParseComments)
	return f, err
}

// slice returns the source between two positions.
func (f *goFile) slice(from, to token.Pos) string {
	return f.source[f.fset.Position(from).Offset:f.fset.Position(to).Offset]
}

// packages returns the names before a dot that no declaration of the cell
// explains: packages, and variables of other cells.
func (f *goFile) packages() map[string]bool {
	open := map[*ast.Ident]bool{}
	for _, id := range f.ast.Unresolved {
		open[id] = true
	}
	used := map[string]bool{}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && open[id] {
				used[id.Name] = true
			}
		}
		return true
	})
	return used
}
