package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"flowbook/modellib/backend"

	"github.com/spf13/cobra"
)

func (a *app) doctor() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is installed, which backend runs, and how to mend what is missing",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			checks := append(toolChecks(), backend.Doctor()...)
			if asJSON {
				enc := json.NewEncoder(a.out)
				enc.SetIndent("", "  ")
				return enc.Encode(checks)
			}
			for _, c := range checks {
				a.printCheck(c)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the checks as JSON")
	return c
}

func (a *app) printCheck(c backend.Check) {
	mark := "ok     "
	if !c.OK {
		mark = "missing"
	}
	fmt.Fprintf(a.out, "%s  %-16s %s\n", mark, c.Name, c.Found)
	if !c.OK {
		fmt.Fprintf(a.out, "         %-16s wanted: %s; to mend: %s\n", "", c.Want, c.Mend)
	}
}

// toolChecks looks at the programs around the library.
func toolChecks() []backend.Check {
	checks := []backend.Check{
		{Name: "flowbook", OK: true, Found: "built with " + runtime.Version() + " for " + runtime.GOOS + "/" + runtime.GOARCH},
		program("go", "Go, which builds the cells of the notebooks", "install Go 1.26.5 or later"),
		python(),
		program("cc", "a C compiler (XLA is reached through cgo)", "install gcc"),
		program("make", "make", "install make"),
	}
	root, err := checkout()
	if err != nil {
		return append(checks, backend.Check{Name: "checkout", Found: err.Error(),
			Want: "a checkout of flowbook", Mend: "run flowbook inside the checkout"})
	}
	return append(checks,
		file("notebook tools", filepath.Join(root, ".venv", "bin", "python"), "make tools"),
		file("GoNB kernel", filepath.Join(root, ".tools", "bin", "gonb"), "make tools"))
}

func program(name, want, mend string) backend.Check {
	path, err := exec.LookPath(name)
	if err != nil {
		return backend.Check{Name: name, Found: "not in PATH", Want: want, Mend: mend}
	}
	return backend.Check{Name: name, OK: true, Found: path}
}

// python wants an interpreter that can make the checkout's venv.
func python() backend.Check {
	c := program("python3", "Python 3.11 or later with venv", "install python3 and python3-venv")
	if !c.OK {
		return c
	}
	out, err := exec.Command(c.Found, "-c", "import sys, venv, ensurepip; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 11))").CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	found := fmt.Sprintf("%s (%s)", c.Found, lines[len(lines)-1])
	if err != nil {
		return backend.Check{Name: c.Name, Found: found, Want: "Python 3.11 or later with venv", Mend: "install python3 and python3-venv"}
	}
	return backend.Check{Name: c.Name, OK: true, Found: found}
}

func file(name, path, mend string) backend.Check {
	if _, err := os.Stat(path); err != nil {
		return backend.Check{Name: name, Found: "no " + path, Want: path, Mend: mend}
	}
	return backend.Check{Name: name, OK: true, Found: path}
}

// checkout is the root of the checkout that the command runs in.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for start := dir; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module flowbook\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside a checkout of flowbook", start)
		}
	}
}
