package course

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"flowbook/data/course/columns"
	"flowbook/flowlib/label"

	"github.com/google/renameio/v2"
)

// Unpack writes the captures into dir, which is made if it is not there, as
// pcap files compressed by gzip, and labels.json beside them when all are
// there. Files that are already what they should be stay untouched. With tiny
// only a few captures are written, for a first try; labels.json then lists
// only those.
//
// On an error what was written before stays; every file is whole or absent.
func Unpack(dir string, tiny bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	var chosen []recording
	side := label.Sidecar{Format: label.SidecarFormat}
	for _, r := range load() {
		if !tiny || inTiny(r.Capture) {
			chosen = append(chosen, r)
			side.Captures = append(side.Captures, r.Capture)
		}
	}
	if err := unpackAll(dir, chosen); err != nil {
		return err
	}
	labels, err := encodeSidecar(side)
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	return writeNew(filepath.Join(dir, label.SidecarName), labels)
}

// unpackAll writes captures, as many at once as there are processors, and
// returns the first error of each; after an error the rest is left.
func unpackAll(dir string, all []recording) error {
	next := make(chan recording)
	go func() {
		defer close(next)
		for _, r := range all {
			next <- r
		}
	}()
	errs := make([]error, runtime.GOMAXPROCS(0))
	var failed atomic.Bool
	var workers sync.WaitGroup
	for i := range errs {
		workers.Go(func() {
			var z zipper
			for r := range next {
				if !failed.Load() {
					errs[i] = unpack(dir, r, &z)
					failed.CompareAndSwap(false, errs[i] != nil)
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// unpack writes one capture unless it is there.
func unpack(dir string, r recording, z *zipper) error {
	name := filepath.Join(dir, r.File)
	if old, err := os.ReadFile(name); err == nil && hash(old) == r.SHA256 {
		return nil
	}
	b, packets, err := z.pcap(r.packed)
	if err != nil {
		return fmt.Errorf("course: %s: %w", r.File, err)
	}
	if got := hash(b); got != r.SHA256 || packets != r.Packets {
		return fmt.Errorf("course: %s: %d packets with SHA-256 %s, expected %d with %s", r.File, packets, got, r.Packets, r.SHA256)
	}
	if err := renameio.WriteFile(name, b, 0o644); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	return nil
}

// writeNew writes a file unless it is there with the same content.
func writeNew(name string, b []byte) error {
	old, err := os.ReadFile(name)
	if err == nil && bytes.Equal(old, b) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("course: %w", err)
	}
	if err := renameio.WriteFile(name, b, 0o644); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	return nil
}

// encodeSidecar is the text of a labels.json.
func encodeSidecar(s label.Sidecar) ([]byte, error) {
	b, err := json.MarshalIndent(s, "", " ")
	return append(b, '\n'), err
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// zipper makes pcap files; it is for one goroutine and keeps its buffers.
type zipper struct {
	out   bytes.Buffer
	batch []byte
}

// pcap turns an embedded recording into a pcap file compressed by gzip, which
// is valid until the next call.
func (z *zipper) pcap(packed []byte) (file []byte, packets int, err error) {
	w, err := newPcapWriter(&z.out, z.batch)
	if err != nil {
		return nil, 0, err
	}
	if err := columns.Decode(packed, w.add); err != nil {
		return nil, 0, err
	}
	err = w.close()
	z.batch = w.batch
	return z.out.Bytes(), w.packets, err
}
