package backend

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// pluginDir is the folder of the checkout's CPU plugin, "" where there is
// none. With FLOWBOOK_NEED_XLA=1 a missing plugin fails the test.
func pluginDir(t *testing.T) string {
	t.Helper()
	path := find("cpu")
	if path == "" || !WithXLA {
		if os.Getenv("FLOWBOOK_NEED_XLA") == "1" {
			t.Fatalf("found no XLA plugin in %v (built with XLA: %v); run make plugin", folders(), WithXLA)
		}
		t.Log("no XLA plugin: only the Go backend is tested")
		return ""
	}
	return filepath.Dir(path)
}

// opening is a wish, what lies in the plugin folder, and what comes of it.
type opening struct {
	name, env, spec, dir string
	want                 string // Choice.Name
	err                  string // part of the error instead
}

var openings = []opening{
	{name: "nothing there", dir: "empty", want: "go"},
	{name: "go", spec: "go", dir: "empty", want: "go"},
	{name: "auto", spec: "auto", dir: "empty", want: "go"},
	{name: "environment", env: "go", dir: "empty", want: "go"},
	{name: "argument before environment", env: "nope", spec: "go", dir: "empty", want: "go"},
	{name: "unknown", spec: "torch", dir: "empty", err: "expected auto, go"},
	{name: "unknown, a plugin there", spec: "torch", dir: "good", err: "expected auto, go"},
	{name: "go, bad option", spec: "go:nonsense", dir: "empty", err: "nonsense"},
	{name: "auto with options", spec: "auto:x", dir: "empty", err: "expected auto, go"},
	{name: "unknown in environment", env: "nope:x", dir: "empty", err: "set by $GOMLX_BACKEND"},
	{name: "cpu, none", spec: "xla:cpu", dir: "empty", err: "make plugin"},
	{name: "cuda, none", spec: "xla:cuda", dir: "empty", err: "make gpu"},
	{name: "bare xla", spec: "xla", dir: "empty", err: "expected xla:cpu"},
	{name: "kind unknown", spec: "xla:/nope/x.so", dir: "empty", err: "expected cpu or cuda in /nope/x.so"},
	{name: "missing file", spec: "xla:/nope/cpu.so", dir: "empty", err: "/nope/cpu.so"},
	{name: "broken, auto", dir: "broken", want: "go"},
	{name: "broken, asked", spec: "xla:cpu", dir: "broken", err: "xla:cpu"},
	{name: "no PJRT in it, auto", dir: "no API", want: "go"},
	{name: "good, auto", dir: "good", want: "xla:cpu"},
	{name: "good, asked", spec: "xla:cpu", dir: "good", want: "xla:cpu"},
	{name: "good, with option", env: "xla:cpu,shared_buffers=false", dir: "good", want: "xla:cpu"},
	{name: "bad option", spec: "xla:cpu,nonsense=1", dir: "good", err: "nonsense"},
}

// pluginDirs are an empty plugin folder, one with a text file for a plugin, one
// with a library that is no plugin, and that of the checkout.
func pluginDirs(t *testing.T) map[string]string {
	dirs := map[string]string{"empty": t.TempDir(), "broken": t.TempDir(), "no API": t.TempDir(), "good": pluginDir(t)}
	if err := os.WriteFile(filepath.Join(dirs["broken"], "pjrt_c_api_cpu_plugin.so"), []byte("not a library"), 0o755); err != nil {
		t.Fatal(err)
	}
	if libs, _ := filepath.Glob("/lib/*-linux-gnu/libm.so.6"); len(libs) > 0 {
		if err := os.Symlink(libs[0], filepath.Join(dirs["no API"], "pjrt_c_api_cpu_plugin.so")); err != nil {
			t.Fatal(err)
		}
	}
	return dirs
}

func TestOpen(t *testing.T) {
	dirs := pluginDirs(t)
	for _, c := range openings {
		if dirs[c.dir] == "" {
			continue // no plugin on this machine; pluginDir said so
		}
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(compute.ConfigEnvVar, c.env)
			t.Setenv(DirEnv, dirs[c.dir])
			got, err := Open(c.spec)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want one with %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer got.Close()
			if got.Name != c.want || !strings.HasPrefix(got.Why, c.want) || strings.Contains(got.Why, "\n") {
				t.Errorf("name %q, why %q, want %q", got.Name, got.Why, c.want)
			}
			if (got.Version != "") != (got.Plugin != "") {
				t.Errorf("plugin %q has version %q", got.Plugin, got.Version)
			}
			adds(t, got)
			checkHash(t, got)
		})
	}
}

// adds runs a first program on the backend.
func adds(t *testing.T, c *Choice) {
	t.Helper()
	out, err := graph.CallOnce(c.Backend, func(x *graph.Node) *graph.Node {
		return graph.ReduceAllSum(graph.Square(x))
	}, []float32{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Value(); got != float32(14) {
		t.Errorf("1 + 4 + 9 = %v", got)
	}
}

// TestValidLooksAtTheFormOnly: wishes that only this machine cannot meet are
// well formed.
func TestValidLooksAtTheFormOnly(t *testing.T) {
	t.Setenv(DirEnv, t.TempDir())
	for _, spec := range []string{"", "auto", "go", Go, "xla:cpu", "xla:cuda", "xla:cpu,tf32=true", "xla:/nope/cpu.so"} {
		if err := Valid(spec); err != nil {
			t.Errorf("%q: %v", spec, err)
		}
	}
	for _, spec := range []string{"foo", "xla", "xla:", "xla:/nope/x.so", "go:nonsense", "auto:go", ":go", "GO"} {
		var bad *SpecError
		if err := Valid(spec); !errors.As(err, &bad) {
			t.Errorf("%q is well formed: %v", spec, err)
		}
		if _, err := Open(spec); !errors.As(err, &bad) {
			t.Errorf("opening %q: %v", spec, err)
		}
	}
}

// TestWithoutXLASaysWhatItCosts: what "auto" falls back to says so.
func TestWithoutXLASaysWhatItCosts(t *testing.T) {
	t.Setenv(DirEnv, t.TempDir())
	t.Setenv(compute.ConfigEnvVar, "")
	c, err := Open("auto")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if want := "go:ops_sequential, no cuda plugin, no cpu plugin, so networks train 6 to 12 times slower"; !strings.HasPrefix(c.Why, want) {
		t.Errorf("why %q, want %q…", c.Why, want)
	}
}

func checkHash(t *testing.T, c *Choice) {
	t.Helper()
	file, sum, err := c.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	if want := map[bool]int{true: 64}[c.Plugin != ""]; len(sum) != want || (file == "") != (c.Plugin == "") {
		t.Errorf("plugin %q: file %q, hash %q", c.Plugin, file, sum)
	}
}

func TestPluginsAreFoundFromBelowTheCheckout(t *testing.T) {
	root := t.TempDir()
	below := filepath.Join(root, "notebooks", "x")
	for _, dir := range []string{below, filepath.Join(root, ".pjrt", "cuda", "jax_plugins", "xla_cuda13")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range map[string]string{
		"go.mod":                         "module flowbook\n\ngo 1.26.5\n",
		".pjrt/pjrt_c_api_cpu_plugin.so": "",
		".pjrt/cuda/jax_plugins/xla_cuda13/xla_cuda_plugin.so": "",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(below)
	t.Setenv(DirEnv, "")
	for _, k := range []string{"cpu", "cuda"} {
		if got := find(k); kind(got) != k || !filepath.IsAbs(got) {
			t.Errorf("%s plugin: found %q", k, got)
		}
	}
}

func TestHashFileIsKeptUntilTheFileChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	sums := map[string]bool{}
	for _, text := range []string{"a", "a", "bb"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		sum, err := hashFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sums[sum] = true
	}
	if len(sums) != 2 || !sums["ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"] {
		t.Errorf("sums %v", sums)
	}
	if _, err := hashFile(path + ".none"); err == nil {
		t.Error("no error for a missing file")
	}
}

func TestDoctorSaysHowToMend(t *testing.T) {
	t.Setenv(DirEnv, t.TempDir())
	t.Setenv(compute.ConfigEnvVar, "")
	var names []string
	for _, c := range Doctor() {
		names = append(names, c.Name)
		if !c.OK && (c.Mend == "" || c.Want == "") || c.Found == "" {
			t.Errorf("check %+v does not say what to do", c)
		}
		if c.Name == "plugin cpu" && (c.OK || c.Mend != "make plugin") {
			t.Errorf("an empty plugin folder gives %+v", c)
		}
	}
	if got := strings.Join(names, " "); !strings.HasPrefix(got, "XLA plugin cpu") || !strings.HasSuffix(got, "backend") {
		t.Errorf("checks: %s", got)
	}
}
