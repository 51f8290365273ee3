package virtual

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChange(t *testing.T) {
	dir, err := output(".", "list", "-m", "-f", "{{.Dir}}", gvisor)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, constants)
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := change(file)
	if err != nil {
		t.Fatal(err)
	}
	old, new := strings.Split(string(src), "\n"), strings.Split(string(changed), "\n")
	if len(old) != len(new) {
		t.Fatalf("%d lines became %d", len(old), len(new))
	}
	differ := 0
	for i := range old {
		if old[i] != new[i] {
			differ++
			if !strings.Contains(new[i], "WaitReasonSelect") {
				t.Errorf("line %d became %q", i+1, new[i])
			}
		}
	}
	if differ != 1 {
		t.Errorf("%d lines differ, expected 1", differ)
	}
}

func TestChangeRefusesWhatItDoesNotKnow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "constants.go")
	if err := os.WriteFile(file, []byte("const (\n\tWaitReasonSelect      uint8 = 99\n)\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := change(file); err == nil || !strings.Contains(err.Error(), "99") {
		t.Errorf("another number: error %v", err)
	}
	if _, err := change(file + "x"); err == nil {
		t.Error("a missing file was changed")
	}
}

func TestWaitReasons(t *testing.T) {
	file := filepath.Join(t.TempDir(), "runtime2.go")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("const (\n\twaitReasonZero waitReason = iota // \"\"\n\twaitReasonSleep // \"sleep\"\n\twaitReasonSelect // \"select\"\n)\n")
	r, err := waitReasons(file)
	if err != nil || r["waitReasonSleep"] != 1 || r["waitReasonSelect"] != 2 {
		t.Errorf("%v, error %v", r, err)
	}
	for _, text := range []string{"", "\twaitReasonZero waitReason = iota\n)\n"} {
		write(text)
		if _, err := waitReasons(file); err == nil {
			t.Errorf("%q was taken for the runtime", text)
		}
	}
}
