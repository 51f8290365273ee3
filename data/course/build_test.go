package course

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/data/course/columns"
)

// TestBuildAgain takes the tiny course for recordings: what is built from it
// must unpack to the same packets.
func TestBuildAgain(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	if err := Unpack(dir, true); err != nil {
		t.Fatal(err)
	}
	side := readSidecar(t, dir)
	for i := range side.Captures {
		c := &side.Captures[i]
		plain := gunzip(t, filepath.Join(dir, c.File))
		c.File = strings.TrimSuffix(c.File, ".gz")
		if err := os.WriteFile(filepath.Join(dir, c.File), plain, 0o644); err != nil {
			t.Fatal(err)
		}
		truth, err := Truth(c.File + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		kinds := make([]byte, len(truth))
		for i, p := range truth {
			kinds[i] = byte(slices.Index(Carries, p.Carries))
			if p.Retransmission {
				kinds[i] |= retransmission
			}
		}
		if err := os.WriteFile(filepath.Join(dir, c.File+".truth"), kinds, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := encodeSidecar(side)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.json"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Build(dir, to, readPlain); err != nil {
		t.Fatal(err)
	}
	labels, err := os.ReadFile(filepath.Join(to, "labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := os.ReadFile(filepath.Join(to, "recordings.bin"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := parse(labels, packed)
	if err != nil {
		t.Fatal(err)
	}
	old := map[string]recording{}
	for _, r := range load() {
		old[r.File] = r
	}
	for _, r := range again {
		if r.Capture != old[r.File].Capture || !bytes.Equal(r.packed, old[r.File].packed) || !bytes.Equal(r.truth, old[r.File].truth) {
			t.Errorf("%s differs from the embedded one", r.File)
		}
	}
}

func gunzip(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuildNamesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	if err := Build(dir, dir, readPlain); err == nil || !strings.Contains(err.Error(), "labels.json") {
		t.Errorf("no labels: error %v", err)
	}
	text := `{"format":"flowbook-labels/1","captures":[{"file":"gone.pcap"}]}`
	if err := os.WriteFile(filepath.Join(dir, "labels.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Build(dir, dir, readPlain); err == nil || !strings.Contains(err.Error(), "gone.pcap") {
		t.Errorf("no capture: error %v", err)
	}
}

// readPlain reads a capture that this package wrote.
func readPlain(name string) ([]columns.Frame, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return readPlainBytes(b)
}

func readPlainBytes(b []byte) ([]columns.Frame, error) {
	var frames []columns.Frame
	for at := 24; at < len(b); {
		u := func(k int) int64 { return int64(binary.LittleEndian.Uint32(b[at+k:])) }
		data := b[at+16:][:u(8)]
		frames = append(frames, columns.Frame{Time: u(0)*1e6 + u(4), Data: data})
		at += 16 + len(data)
	}
	return frames, nil
}
