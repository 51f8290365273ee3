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

// Options say what Write writes.
type Options struct {
	Subset   string // one of Subsets; "" for all captures
	Truth    bool   // beside each capture, what each packet carries (NAME.truth.csv.gz)
	Comments bool   // captures as pcapng, the truth as a comment of each packet, instead of pcap
}

// Unpack writes the captures into dir, which is made if it is not there, as
// pcap files compressed by gzip, and labels.json beside them when all are
// there. Files that are already what they should be stay untouched. With tiny
// only the subset "tiny" is written, for a first try; labels.json then lists
// only that.
//
// On an error what was written before stays; every file is whole or absent.
func Unpack(dir string, tiny bool) error {
	o := Options{}
	if tiny {
		o.Subset = "tiny"
	}
	return Write(dir, o)
}

// Write is Unpack with a choice of captures and of what is written about each
// packet. It refuses a subset that there is not.
func Write(dir string, o Options) error {
	chosen, err := choose(o.Subset)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("course: %w", err)
	}
	side := label.Sidecar{Format: label.SidecarFormat, Captures: make([]label.Capture, len(chosen))}
	if err := unpackAll(dir, chosen, o, side.Captures); err != nil {
		return err
	}
	labels, err := encodeSidecar(side)
	if err != nil {
		return fmt.Errorf("course: %w", err)
	}
	return writeNew(filepath.Join(dir, label.SidecarName), labels)
}

// unpackAll writes captures, as many at once as there are processors, and
// returns the first error of each; after an error the rest is left. The labels
// of what was written go into labels.
func unpackAll(dir string, all []recording, o Options, labels []label.Capture) error {
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range all {
			next <- i
		}
	}()
	errs := make([]error, runtime.GOMAXPROCS(0))
	var failed atomic.Bool
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			var z zipper
			for i := range next {
				if !failed.Load() {
					labels[i], errs[w] = unpack(dir, all[i], o, &z)
					failed.CompareAndSwap(false, errs[w] != nil)
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// unpack writes one capture unless it is there, and the truth if it is asked for.
func unpack(dir string, r recording, o Options, z *zipper) (label.Capture, error) {
	if o.Truth {
		if err := writeTruth(dir, r); err != nil {
			return r.Capture, err
		}
	}
	if o.Comments {
		return commented(dir, r)
	}
	name := filepath.Join(dir, r.File)
	if old, err := os.ReadFile(name); err == nil && hash(old) == r.SHA256 {
		return r.Capture, nil
	}
	b, packets, err := z.pcap(r.packed)
	if err != nil {
		return r.Capture, fmt.Errorf("course: %s: %w", r.File, err)
	}
	if got := hash(b); got != r.SHA256 || packets != r.Packets {
		return r.Capture, fmt.Errorf("course: %s: %d packets with SHA-256 %s, expected %d with %s", r.File, packets, got, r.Packets, r.SHA256)
	}
	if err := renameio.WriteFile(name, b, 0o644); err != nil {
		return r.Capture, fmt.Errorf("course: %w", err)
	}
	return r.Capture, nil
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
