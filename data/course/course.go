// Package course holds the embedded captures of the course: traffic that
// data/lab recorded from real protocol stacks over emulated access networks.
// The pairs of traffic type and application carry the paper's names; they are
// laboratory stand-ins for those products, not recordings of them.
//
// The embedded form has headers, lengths and times, and no payload (package
// columns). Unpack writes captures that any tool opens, with zeros for
// payload and right checksums.
package course

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the data below
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"flowbook/flowlib/label"
)

//go:generate go run ./pack
//go:generate go run ./pack -subsets

var (
	//go:embed labels.json
	labelsJSON []byte
	//go:embed recordings.bin
	recordings []byte
)

// Version names the data set; any changed byte is a new version.
const Version = "course-1.0"

// magic begins recordings.bin. For each recording, in the order of
// labels.json, its packets (package columns) and the truth about them (a byte
// a packet, zstd) follow, each with its length (uvarint) before it.
const magic = "flowbook-course/2\n"

// recording is one capture in its embedded form.
type recording struct {
	label.Capture
	packed []byte
	truth  []byte
}

// load reads the embedded files. They are part of the program, so that an
// error in them is a programmer's; TestEmbedded proves that there is none.
var load = sync.OnceValue(func() []recording {
	r, err := parse(labelsJSON, recordings)
	if err != nil {
		panic("course: " + err.Error())
	}
	return r
})

// parse joins the labels with their recordings.
func parse(labels, packed []byte) ([]recording, error) {
	var side label.Sidecar
	if err := json.Unmarshal(labels, &side); err != nil {
		return nil, fmt.Errorf("labels.json: %w", err)
	}
	if side.Format != label.SidecarFormat {
		return nil, fmt.Errorf("labels.json: format %q, expected %q", side.Format, label.SidecarFormat)
	}
	rest, ok := bytes.CutPrefix(packed, []byte(magic))
	if !ok {
		return nil, fmt.Errorf("recordings.bin begins with %q, expected %q", packed[:min(len(packed), len(magic))], magic)
	}
	var all []recording
	for _, c := range side.Captures {
		r := recording{Capture: c}
		for _, part := range []*[]byte{&r.packed, &r.truth} {
			size, n := binary.Uvarint(rest)
			if n <= 0 || size > uint64(len(rest)-n) {
				return nil, fmt.Errorf("recordings.bin ends before %s, %d recordings of %d", c.File, len(all), len(side.Captures))
			}
			*part = rest[n : n+int(size)]
			rest = rest[n+int(size):]
		}
		all = append(all, r)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("recordings.bin has %d bytes after the last recording of labels.json", len(rest))
	}
	return all, nil
}

// Captures lists the labels of all embedded captures, in the order of
// labels.json: host by host. File is the name that Unpack gives it, SHA256
// that of the file that Unpack writes.
func Captures() []label.Capture {
	var all []label.Capture
	for _, r := range load() {
		all = append(all, r.Capture)
	}
	return all
}

// Hash is the SHA-256, in hexadecimal, of the embedded data: equal hashes mean
// equal captures and labels.
func Hash() string {
	sum := sha256.New()
	for _, b := range [][]byte{labelsJSON, recordings} {
		fmt.Fprintf(sum, "%d\n", len(b))
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
