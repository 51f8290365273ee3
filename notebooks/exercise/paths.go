package exercise

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// Root returns the checkout: $FLOWBOOK_ROOT, else the nearest folder upwards
// whose go.mod says "module flowbook". It panics outside a checkout.
func Root() string {
	if root := os.Getenv("FLOWBOOK_ROOT"); root != "" {
		return root
	}
	dir, err := os.Getwd()
	if err != nil {
		panic("exercise: " + err.Error())
	}
	root, ok := findRoot(dir)
	if !ok {
		panic(fmt.Sprintf("exercise: no go.mod of module flowbook in %s or above it; set FLOWBOOK_ROOT", dir))
	}
	return root
}

func findRoot(dir string) (root string, ok bool) {
	for {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if line, _, _ := bytes.Cut(b, []byte("\n")); err == nil && string(bytes.TrimSpace(line)) == "module flowbook" {
			return dir, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

// Work returns the directory of a stage of the notebooks, so that one cell can
// pick up what another left: $FLOWBOOK_WORK/name, else .work/name in the
// checkout. The directory above it is made; the stage makes its own. It panics
// when that cannot be done or when name is not a plain relative path.
func Work(name string) string {
	if !filepath.IsLocal(name) {
		panic(fmt.Sprintf("exercise: stage name %q is not a plain relative path", name))
	}
	base := os.Getenv("FLOWBOOK_WORK")
	if base == "" {
		base = filepath.Join(Root(), ".work")
	}
	dir := filepath.Join(base, name)
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		panic("exercise: " + err.Error())
	}
	return dir
}
