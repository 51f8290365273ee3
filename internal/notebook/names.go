package notebook

import (
	"go/ast"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// names returns the top-level names that a declaration makes; a method has the
// name of its type before it.
func names(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || len(d.Recv.List) == 0 {
			return []string{d.Name.Name}
		}
		return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
	case *ast.GenDecl:
		var all []string
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				all = append(all, spec.Name.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					all = append(all, id.Name)
				}
			}
		}
		return all
	}
	return nil
}

func receiver(e ast.Expr) string {
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

var version = regexp.MustCompile(`^v\d+$`)

// importName is the name that an import has in the program: its alias, else the
// last part of its path that is no version. A blank import has its path.
func importName(im *ast.ImportSpec) string {
	p, err := strconv.Unquote(im.Path.Value)
	if err != nil {
		panic("notebook: import path that is no Go string: " + im.Path.Value)
	}
	if blank(im) {
		return p
	}
	if im.Name != nil {
		return im.Name.Name
	}
	if base := path.Base(p); !version.MatchString(base) {
		return base
	}
	return path.Base(path.Dir(p))
}

// isStandard reports whether an import is of the standard library.
func isStandard(im *ast.ImportSpec) bool {
	first, _, _ := strings.Cut(strings.Trim(im.Path.Value, "`\""), "/")
	return !strings.Contains(first, ".") && first != "flowbook"
}

// blank reports whether an import is used for its effects, or by all its names.
func blank(im *ast.ImportSpec) bool {
	return im.Name != nil && (im.Name.Name == "_" || im.Name.Name == ".")
}
