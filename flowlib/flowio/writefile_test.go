package flowio

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func hello(w io.Writer) error {
	_, err := io.WriteString(w, "hello")
	return err
}

func TestWriteFileFollowsALink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, hello); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v (%v)", info.Mode(), err)
	}
	if text, err := os.ReadFile(file); string(text) != "hello" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
}

// A pipe stands for a device here, which only root could lose to a rename.
func TestWriteFileLeavesAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := os.OpenFile(pipe, os.O_RDWR, 0) // so that opening it to write does not wait
	if err != nil {
		t.Fatal(err)
	}
	defer both.Close()
	if err := WriteFile(pipe, hello); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(pipe)
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is now %v (%v)", info.Mode(), err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(both, got); err != nil || string(got) != "hello" {
		t.Errorf("the pipe holds %q (%v)", got, err)
	}
}

func TestWriteFileRefuses(t *testing.T) {
	for path, want := range map[string]string{
		t.TempDir():                             "found a directory, expected the name of a file",
		filepath.Join(t.TempDir(), "new") + "/": "found a directory",
		"":                                      "is empty",
	} {
		if err := WriteFile(path, hello); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("WriteFile(%q): %v, want %q", path, err, want)
		}
	}
}
