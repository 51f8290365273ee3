// Package testdata finds the shared reference data that tests compare with.
package testdata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Shared returns the path of an entry of the shared data folder, which lies
// beside the checkout at ../shared/data. Where it is missing the test is
// skipped, and with CI=true it fails: there the comparison must be made.
func Shared(t testing.TB, parts ...string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..")
	path := filepath.Join(append([]string{root, "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("reference data %s is missing: %v", path, err)
		}
		t.Skipf("reference data %s is missing: %v", path, err)
	}
	return path
}
