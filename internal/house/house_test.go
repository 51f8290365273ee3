package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
	CgoFiles     []string
	Standard     bool
}

// list runs go list in the root of the module.
func list(t *testing.T, args ...string) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps,CgoFiles,Standard"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		var ee *exec.ExitError
		if errors.As(err, &ee) {
			t.Fatalf("go list %v: %v\n%s", args, err, ee.Stderr)
		}
		t.Fatalf("go list %v: %v", args, err)
	}
	all := map[string]pkg{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

// within reports whether an import path lies in a folder of the module.
func within(importPath, folder string) bool {
	folder = path.Join("flowbook", folder)
	return importPath == folder || strings.HasPrefix(importPath, folder+"/")
}

// rule says which folders the packages of one folder may import.
type rule struct {
	folder string
	may    []string
}

// allowed says, for each folder of the house, which other folders its
// packages may import (tests included). The way of the data is
// capture → meter → flowio, label → sequence → dataset → modellib → plots → notebooks, cmd.
var allowed = []rule{
	{"flowlib/capture", nil},
	{"flowlib/meter", []string{"flowlib/capture"}},
	{"flowlib/label", nil},
	{"flowlib/flowio", []string{"flowlib/meter", "flowlib/capture"}},
	{"flowlib/sequence", []string{"flowlib/meter", "flowlib/label"}},
	{"flowlib", []string{"flowlib"}},
	{"data/course", []string{"flowlib"}},
	{"data/control", []string{"flowlib"}},
	{"data/iscx", []string{"flowlib"}},
	{"modellib/backend", nil},
	{"modellib/keras", nil},
	{"modellib/run", nil},
	{"modellib/models", []string{"modellib/keras", "modellib/backend"}},
	{"modellib/baseline", nil},
	{"modellib/paper/experiment", []string{"modellib", "flowlib", "data/course"}}, // runs on the course set where no data are named
	{"modellib/coursemodel", []string{"modellib", "flowlib", "data/course"}},      // is trained on it
	{"modellib", []string{"modellib", "flowlib"}},
	{"plots", []string{"flowlib", "modellib"}},
}

// alwaysAllowed may be imported by every package.
var alwaysAllowed = []string{"internal", "modellib/internal"}

func TestImportsPointOneWay(t *testing.T) {
	for name, p := range list(t, "./...") {
		n := ruleFor(name)
		if n < 0 {
			continue
		}
		for _, imp := range p.Imports {
			if !permitted(imp, allowed[n]) {
				t.Errorf("%s imports %s: packages of %s may import only %v", name, imp, allowed[n].folder, allowed[n].may)
			}
		}
	}
}

// ruleFor is the index of the first, most exact rule for a package; -1 for none.
func ruleFor(name string) int {
	for i, a := range allowed {
		if within(name, a.folder) {
			return i
		}
	}
	return -1
}

func permitted(imp string, r rule) bool {
	if !within(imp, "") || within(imp, r.folder) {
		return true
	}
	for _, folder := range append(alwaysAllowed, r.may...) {
		if within(imp, folder) {
			return true
		}
	}
	return false
}

func TestPermittedRefusesTheWrongWay(t *testing.T) {
	for _, c := range []struct {
		name, imp string
		want      bool
	}{
		{"flowbook/flowlib/capture", "flowbook/flowlib/meter", false},
		{"flowbook/flowlib/meter", "flowbook/flowlib/capture", true},
		{"flowbook/flowlib/dataset", "flowbook/modellib/run", false},
		{"flowbook/modellib/evaluate", "flowbook/plots", false},
		{"flowbook/plots", "flowbook/modellib/run", true},
		{"flowbook/data/course", "flowbook/modellib", false},
		{"flowbook/flowlib/meter", "strings", true},
	} {
		if got := permitted(c.imp, allowed[ruleFor(c.name)]); got != c.want {
			t.Errorf("%s importing %s: permitted = %v, want %v", c.name, c.imp, got, c.want)
		}
	}
}

// light packages must link neither GoMLX nor cgo, so that a notebook cell
// that uses them builds in half a second and a static binary stays possible.
var light = []string{
	"./flowlib/...", "./plots/...", "./data/...",
	"./modellib/run/...", "./modellib/evaluate/...", "./modellib/baseline/...",
}

func TestLightPackagesLinkNoGoMLX(t *testing.T) {
	for name, p := range list(t, append([]string{"-deps"}, light...)...) {
		if strings.HasPrefix(name, "github.com/gomlx/") {
			t.Errorf("a light package depends on %s", name)
		}
		// net and os/user use cgo only where the build asks for it.
		if len(p.CgoFiles) > 0 && !p.Standard {
			t.Errorf("a light package depends on %s, which uses cgo (%v)", name, p.CgoFiles)
		}
	}
}

func TestFlowlibKnowsNoPlotting(t *testing.T) {
	for name := range list(t, "-deps", "./flowlib/...") {
		if strings.HasPrefix(name, "gonum.org/v1/plot") || strings.HasPrefix(name, "github.com/janpfeifer/gonb") {
			t.Errorf("flowlib depends on %s", name)
		}
	}
}

func TestMainModuleNeverImportsTheLaboratory(t *testing.T) {
	for name := range list(t, "-deps", "./...") {
		for _, heavy := range []string{"flowbook/data/lab", "gvisor.dev/", "github.com/quic-go/", "golang.zx2c4.com/wireguard"} {
			if strings.HasPrefix(name, heavy) {
				t.Errorf("the main module depends on %s", name)
			}
		}
	}
}
