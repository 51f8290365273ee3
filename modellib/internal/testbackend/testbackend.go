// Package testbackend gives tests the backends to run on.
package testbackend

import (
	"os"
	"sync"
	"testing"

	"flowbook/modellib/backend"
)

var open = sync.OnceValues(func() (map[string]*backend.Choice, error) {
	pure, err := backend.Open("go")
	if err != nil {
		return nil, err
	}
	all := map[string]*backend.Choice{"go": pure}
	if xla, err := backend.Open("xla:cpu"); err == nil {
		all["xla"] = xla
	} else if os.Getenv("FLOWBOOK_NEED_XLA") == "1" {
		return nil, err
	}
	return all, nil
})

// Each runs f as a subtest on the Go backend and, where its plugin is, on XLA
// for the CPU. With FLOWBOOK_NEED_XLA=1 a missing plugin fails the test.
func Each(t *testing.T, f func(t *testing.T, c *backend.Choice)) {
	t.Helper()
	for name, c := range all(t) {
		t.Run(name, func(t *testing.T) { f(t, c) })
	}
}

// Fast is XLA where it is, else Go: for what takes long on Go.
func Fast(t *testing.T) *backend.Choice {
	t.Helper()
	choices := all(t)
	if c := choices["xla"]; c != nil {
		return c
	}
	return choices["go"]
}

// Go is the Go backend: for small networks, which it needs not compile.
func Go(t *testing.T) *backend.Choice {
	t.Helper()
	return all(t)["go"]
}

func all(t *testing.T) map[string]*backend.Choice {
	t.Helper()
	choices, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if choices["xla"] == nil {
		t.Log("no XLA plugin: only the Go backend is tested; run make plugin")
	}
	return choices
}

// All says whether tests compare everything everywhere ($FLOWBOOK_GOLDEN=all,
// as `make test-golden` sets it) and not only what a few seconds allow.
func All() bool { return os.Getenv("FLOWBOOK_GOLDEN") == "all" }
