package backend

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
	"k8s.io/klog/v2"
)

// Go is the pure-Go backend as it is used here: one operation at a time, since
// its parallel modes can wait for each other for ever when several matrix
// products run at once.
const Go = "go:ops_sequential"

// DirEnv names the folders with PJRT plugins, separated like $PATH.
const DirEnv = "FLOWBOOK_PJRT"

// Choice is an opened backend and what is worth recording about it.
type Choice struct {
	Backend compute.Backend
	Name    string // "xla:cuda", "xla:cpu" or "go"
	Why     string // one line: what was chosen and why
	Plugin  string // path of the PJRT plugin; "" for Go
	Version string // of the plugin: of its PJRT API, and the package it came in where that is known
	Device  string // as the backend describes it
	Threads int    // processors that the program may use
	CPU     string // processor features that change last digits
}

// SHA256 returns the name and the hash of the plugin, which decide last
// digits; both are "" for the Go backend. The file is hashed once a process.
func (c *Choice) SHA256() (file, sum string, err error) {
	if c.Plugin == "" {
		return "", "", nil
	}
	if sum, err = hashFile(c.Plugin); err != nil {
		return "", "", fmt.Errorf("backend: %w", err)
	}
	return filepath.Base(c.Plugin), sum, nil
}

// Close gives the backend's memory back. The Choice is of no use afterwards.
func (c *Choice) Close() { c.Backend.Finalize() }

// Open opens the backend that spec asks for. "" and "auto" take what
// $GOMLX_BACKEND says, else the best that works here; the other forms are
// "go", "go:OPTIONS", "xla:cpu", "xla:cuda" (from the plugin folders) and
// "xla:PATH[,OPTION=VALUE…]". A wish that cannot be met is an error that says
// what was looked for; only "auto" falls back, and says so in Why.
func Open(spec string) (*Choice, error) {
	quiet()
	from := "asked for"
	if spec == "" || spec == "auto" {
		if spec = os.Getenv(compute.ConfigEnvVar); spec != "" {
			from = "set by $" + compute.ConfigEnvVar
		}
	}
	if spec != "" && spec != "auto" {
		return openWish(spec, from)
	}
	return openBest()
}

// quiet keeps the libraries' log lines away from stderr: what matters comes
// back as an error or stands in Why.
var quiet = sync.OnceFunc(func() {
	klog.SetSlogLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
})

// SpecError is a wish whose form is wrong, so that no machine can meet it: in a
// command line, wrong usage.
type SpecError struct{ Err error }

func (e *SpecError) Error() string { return e.Err.Error() }
func (e *SpecError) Unwrap() error { return e.Err }

// Valid says what is wrong with the form of a wish, whatever is installed
// here: a backend that does not exist, an option that the Go backend does not
// know, XLA without a plugin. The error is a *SpecError.
func Valid(spec string) error {
	if err := valid(spec); err != nil {
		return &SpecError{err}
	}
	return nil
}

func valid(spec string) error {
	name, config, _ := strings.Cut(spec, ":")
	switch name {
	case "", "auto":
		if config == "" {
			return nil
		}
	case "go":
		c, err := openGo(spec, "")
		if err == nil {
			c.Close()
		}
		return err
	case "xla", "stablehlo", "hlo", "shlo":
		plugin, _, _ := strings.Cut(config, ",")
		return validPlugin(spec, plugin)
	}
	return fmt.Errorf("backend is %q, expected auto, go, xla:cpu, xla:cuda or xla:PATH", spec)
}

// validPlugin wants "cpu", "cuda" or a path that tells the kind.
func validPlugin(spec, plugin string) error {
	if plugin == "" {
		return fmt.Errorf("backend is %q, expected xla:cpu, xla:cuda or xla:PATH of a PJRT plugin", spec)
	}
	if kind(plugin) == "" {
		return fmt.Errorf("backend is %q, and the plugin's kind is told by its path: expected cpu or cuda in %s", spec, plugin)
	}
	return nil
}

// openWish opens exactly what was asked for.
func openWish(spec, from string) (*Choice, error) {
	if err := Valid(spec); err != nil {
		return nil, fmt.Errorf("%w (%s)", err, from)
	}
	name, config, _ := strings.Cut(spec, ":")
	if name == "go" {
		return openGo(spec, from)
	}
	plugin, options, _ := strings.Cut(config, ",")
	path, err := wishedPlugin(spec, plugin)
	if err != nil {
		return nil, err
	}
	c, err := openXLA(path, options)
	if err != nil {
		return nil, fmt.Errorf("backend %q (%s): %w", spec, from, err)
	}
	c.Why = fmt.Sprintf("%s, %s", c.Name, from)
	return c, nil
}

// wishedPlugin is the path of the plugin in "xla:PLUGIN".
func wishedPlugin(spec, plugin string) (string, error) {
	switch plugin {
	case "cpu", "cuda":
		path := find(plugin)
		if path == "" {
			return "", fmt.Errorf("backend %q: found no %s plugin in %s; to get it: %s", spec, plugin, strings.Join(folders(), ", "), mend[plugin])
		}
		if plugin == "cuda" && !hasGPU() {
			return "", fmt.Errorf("backend %q: found the plugin %s and no NVIDIA device (/dev/nvidia0)", spec, path)
		}
		return path, nil
	}
	path, err := filepath.Abs(plugin)
	if err != nil {
		return "", fmt.Errorf("backend %q: %w", spec, err)
	}
	return path, nil
}

// mend is the command that fetches a kind of plugin.
var mend = map[string]string{"cpu": "make plugin", "cuda": "make gpu"}

// openBest takes the first of CUDA, CPU and Go that opens.
func openBest() (*Choice, error) {
	var notes []string
	for _, k := range []string{"cuda", "cpu"} {
		path := find(k)
		if path == "" {
			notes = append(notes, "no "+k+" plugin")
			continue
		}
		if k == "cuda" && !hasGPU() {
			notes = append(notes, "cuda plugin but no NVIDIA device")
			continue
		}
		c, err := openXLA(path, "")
		if err == nil {
			c.Why = because(c.Name, append(notes, k+" plugin found"))
			return c, nil
		}
		notes = append(notes, fmt.Sprintf("%s plugin failed: %s", k, firstLine(err)))
	}
	return openGo(Go, strings.Join(append(notes, goCosts), ", "))
}

// goCosts says what it means to have no XLA.
const goCosts = "so networks train 6 to 12 times slower than with XLA on the same processor"

func because(name string, notes []string) string {
	return name + ", " + strings.Join(notes, ", ")
}

// openGo opens the pure-Go backend; "go" alone means Go, its safe mode.
func openGo(spec, why string) (c *Choice, err error) {
	defer recovered(&c, &err)
	if spec == "go" {
		spec = Go
	}
	be, err := compute.NewWithConfig(spec)
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w", spec, err)
	}
	c = newChoice(be, "go")
	c.Device, c.Why = "processor", because(spec, []string{why})
	return c, nil
}

func newChoice(be compute.Backend, name string) *Choice {
	return &Choice{Backend: be, Name: name, Threads: runtime.GOMAXPROCS(0), CPU: cpuFeatures()}
}

// recovered turns a panic of a library into an error: some of them panic on
// unknown names and on broken plugins.
func recovered(c **Choice, err *error) {
	if r := recover(); r != nil {
		*c, *err = nil, fmt.Errorf("%v", r)
	}
}

// firstLine is an error without the stack that some libraries print after it.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line[:min(len(line), 200)]
}

// kind is what go-xla takes a plugin for: "cuda", "cpu" or "".
func kind(path string) string {
	lower := strings.ToLower(path)
	i := slices.IndexFunc([]string{"cuda", "cpu"}, func(k string) bool { return strings.Contains(lower, k) })
	return [...]string{"", "cuda", "cpu"}[i+1]
}
