package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type sample struct {
	Format string `json:"format"`
	Files  []File `json:"files"`
}

func put(t *testing.T, dir, text string) File {
	t.Helper()
	f, err := WriteData(dir, "rows", ".txt", func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestWriteAndReplace(t *testing.T) {
	dir := t.TempDir()
	for _, other := range []string{"rows-of-mine.txt", "notes.txt", "rows-0123456789abcdeg.txt"} {
		if err := os.WriteFile(filepath.Join(dir, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := put(t, dir, "one")
	if err := Commit(dir, sample{"f/1", []File{old}}, []File{old}); err != nil {
		t.Fatal(err)
	}
	now := put(t, dir, "two")
	var m sample
	if _, err := Read(dir, "set", "f/1", &m); err != nil || m.Files[0] != old || m.Files[0].Check(dir) != nil {
		t.Errorf("before the manifest is renamed the old one holds: %+v, %v", m, err)
	}
	if err := Commit(dir, sample{"f/1", []File{now}}, []File{now}); err != nil {
		t.Fatal(err)
	}
	hash, err := Read(dir, "set", "f/1", &m)
	if err != nil || m.Files[0] != now || now.Check(dir) != nil {
		t.Errorf("%+v, %v", m, err)
	}
	if sum, _, err := Hash(filepath.Join(dir, Name)); err != nil || sum != hash {
		t.Errorf("hash %s, %v", hash, err)
	}
	want := "manifest.json notes.txt rows-0123456789abcdeg.txt " + now.Name + " rows-of-mine.txt"
	if got := names(t, dir); strings.Join(strings.Fields(got), " ") != want {
		t.Errorf("the directory holds %s, want %s", got, want)
	}
	if now.Bytes != 3 || !strings.HasPrefix(now.Name, "rows-"+now.SHA256[:hashDigits]) {
		t.Errorf("%+v", now)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("disk full")
	if _, err := WriteData(dir, "rows", ".txt", func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	if got := names(t, dir); got != "" {
		t.Errorf("left behind: %s", got)
	}
}

func TestBadDirectories(t *testing.T) {
	dir := t.TempDir()
	var m sample
	if _, err := Read(dir, "set", "f/1", &m); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "there is no manifest.json, expected a set") {
		t.Errorf("no manifest: %v", err)
	}
	if _, err := Read(filepath.Join(dir, "x"), "set", "f/1", &m); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "there is no such directory") {
		t.Errorf("no directory: %v", err)
	}
	for _, c := range []struct{ text, want, format string }{
		{`{"format":"f/2"}`, `format is "f/2", expected "f/1"`, "f/2"},
		{`[]`, "not a manifest", ""},
		{`{"format":"f/1","files":"none"}`, "cannot unmarshal", "f/1"},
	} {
		if err := os.WriteFile(filepath.Join(dir, Name), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir, "set", "f/1", &m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
		if format, err := FormatOf(dir); format != c.format || (err == nil) != (c.format != "") {
			t.Errorf("%s: format %q, %v", c.text, format, err)
		}
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	f := put(t, dir, "content")
	path := filepath.Join(dir, f.Name)
	for text, want := range map[string]string{"cut": "torn: found 3 bytes, manifest.json says 7", "CONTENT": "changed: SHA-256 is"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := f.Check(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", text, err)
		}
	}
	os.Remove(path)
	if err := f.Check(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("gone: %v", err)
	}
	f.Name = "../" + f.Name
	if err := f.Check(dir); err == nil || !strings.Contains(err.Error(), "a name in the same directory") {
		t.Errorf("outside: %v", err)
	}
}

func ExampleWriteData() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	f, err := WriteData(dir, "rows", ".txt", func(w io.Writer) error {
		_, err := io.WriteString(w, "one\n")
		return err
	})
	fmt.Println(f.Name, f.Bytes, err)
	// Output: rows-2c8b08da5ce60398.txt 4 <nil>
}
