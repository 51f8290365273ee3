// Package virtual prepares a build in which netstack runs in the virtual time
// of testing/synctest.
//
// A bubble's clock moves when all of its goroutines are durably blocked, which
// the runtime knows by the reason of their wait. netstack parks goroutines of
// its own, with the reason "select"; that one does not count as durable. The
// prepared build uses a copy of gVisor in which the reason is that of
// time.Sleep, which does. The copy is made from the module cache; only one
// line differs, and its number is read from the runtime that builds.
package virtual

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	gvisor    = "gvisor.dev/gvisor"
	constants = "pkg/sync/runtime_constants_go_impl.go"
	modfile   = "virtual.mod"

	// testBinary marks the program as a test, as go test does: else
	// cryptotest, which gives crypto/rand a seed, refuses to work.
	testBinary = "-ldflags=-X=testing.testBinary=1"
)

// Build compiles a package of the module in folder for virtual time and
// returns the path of the program, which it leaves in folder/.build.
func Build(folder, pkg string) (program string, err error) {
	folder, err = filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	build := filepath.Join(folder, ".build")
	if err := prepare(folder, build); err != nil {
		return "", err
	}
	program = filepath.Join(build, filepath.Base(pkg))
	_, err = output(folder, "build", "-modfile="+filepath.Join(build, modfile), testBinary, "-o", program, pkg)
	return program, err
}

// prepare copies gVisor and writes a go.mod that points to the copy.
func prepare(folder, build string) error {
	dir, err := output(folder, "list", "-m", "-f", "{{.Dir}}", gvisor)
	if err != nil {
		return err
	}
	changed, err := change(filepath.Join(dir, constants))
	if err != nil {
		return err
	}
	to := filepath.Join(build, "gvisor")
	if err := copyPackages(folder, dir, to); err != nil {
		return err
	}
	if err := write(filepath.Join(to, constants), changed); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if name == "go.mod" {
			b = fmt.Appendf(b, "\nreplace %s => %s\n", gvisor, to)
		}
		if err := write(filepath.Join(build, strings.Replace(modfile, ".mod", strings.TrimPrefix(name, "go"), 1)), b); err != nil {
			return err
		}
	}
	return nil
}

// copyPackages copies the packages of gVisor that the module in folder needs.
func copyPackages(folder, from, to string) error {
	list, err := output(folder, "list", "-deps", "-f", "{{if .Module}}{{if eq .Module.Path \""+gvisor+"\"}}{{.Dir}}{{end}}{{end}}", "./...")
	if err != nil {
		return err
	}
	dirs := strings.Fields(list)
	if len(dirs) == 0 {
		return fmt.Errorf("%s needs no package of %s", folder, gvisor)
	}
	for _, dir := range append(dirs, from) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			src := filepath.Join(dir, e.Name())
			rel, err := filepath.Rel(from, src)
			if err != nil {
				return err
			}
			if e.IsDir() || strings.HasSuffix(e.Name(), "_test.go") || rel == constants {
				continue
			}
			b, err := os.ReadFile(src)
			if err != nil {
				return err
			}
			if err := write(filepath.Join(to, rel), b); err != nil {
				return err
			}
		}
	}
	return nil
}

var selectLine = regexp.MustCompile(`(?m)^\tWaitReasonSelect +uint8 = (\d+)$`)

// change returns gVisor's constants with the reason of select replaced by that
// of sleep. It refuses a file that does not say what the runtime says.
func change(file string) ([]byte, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	root, err := output(".", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	reasons, err := waitReasons(filepath.Join(root, "src", "runtime", "runtime2.go"))
	if err != nil {
		return nil, err
	}
	m := selectLine.FindSubmatch(src)
	if m == nil || string(m[1]) != fmt.Sprint(reasons["waitReasonSelect"]) {
		return nil, fmt.Errorf("%s: found %q, expected one line that sets WaitReasonSelect to this Go's %d",
			file, m, reasons["waitReasonSelect"])
	}
	line := fmt.Appendf(nil, "\tWaitReasonSelect      uint8 = %d // of sleep, for virtual time", reasons["waitReasonSleep"])
	return bytes.Replace(src, m[0], line, 1), nil
}

var reasonLine = regexp.MustCompile(`(?m)^\t(waitReason\w+)\s`)

// waitReasons numbers the runtime's constants, which are an iota from
// waitReasonZero on.
func waitReasons(file string) (map[string]int, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	begin := bytes.Index(src, []byte("\twaitReasonZero"))
	if begin < 0 {
		return nil, fmt.Errorf("%s: waitReasonZero not found; is this the runtime of Go 1.25 or later?", file)
	}
	block, _, _ := bytes.Cut(src[begin:], []byte("\n)"))
	reasons := map[string]int{}
	for i, m := range reasonLine.FindAllSubmatch(block, -1) {
		reasons[string(m[1])] = i
	}
	if reasons["waitReasonSleep"] == 0 || reasons["waitReasonSelect"] == 0 {
		return nil, fmt.Errorf("%s: waitReasonSleep and waitReasonSelect not found after waitReasonZero", file)
	}
	return reasons, nil
}

// write creates a file that is new or different, and its folder; a file that
// is the same keeps its time, and the build cache its value.
func write(file string, b []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, b) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

// output runs the go command in a folder and returns what it prints.
func output(folder string, args ...string) (string, error) {
	var stderr bytes.Buffer
	c := exec.Command("go", args...)
	c.Dir, c.Stderr = folder, &stderr
	b, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return strings.TrimSpace(string(b)), nil
}
