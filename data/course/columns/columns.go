// Package columns stores a capture without its payload in few bytes: every
// header field goes into a column of its own, as the difference from what the
// flow so far lets expect, and the columns are compressed together.
//
// What comes back is the capture with right headers, lengths and times and
// with zeros for payload; DNS and mDNS messages and packets that are not plain TCP or
// UDP over IPv4 keep their bytes. Checksums are computed anew, so that they
// are right for the zeros.
package columns

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// Frame is one captured Ethernet frame.
type Frame struct {
	Time int64 // µs since 1970 UTC
	Data []byte
}

// magic begins the uncompressed form; the digit is its version.
const magic = "fbcol2"

// Columns, in the order in which they are stored. Numbers are varints;
// signed ones are differences.
const (
	colFlow    = iota // 0: raw frame; else 2·(flow number)+direction+2, where a number not used yet begins a flow
	colTime           // since the frame before, µs, signed
	colNew            // 13 bytes of each new flow: addresses, ports, protocol
	colLink           // 0: Ethernet header, TOS, TTL and fragment field as before in this direction; else 1 and the 18 bytes
	colID             // IP identification, signed, against the one before plus 1
	colLength         // bytes of payload
	colFlags          // TCP flags, a byte
	colSeq            // TCP sequence number, signed, against the end of what was sent
	colAck            // acknowledgement number, signed, against the end of what the other side sent
	colWindow         // window, signed, against the one before
	colOptions        // number of the options' template; a number not used yet is followed by length and bytes
	colTSVal          // time stamp, signed, against the one before plus the ms since
	colTSEcr          // its echo, signed, against the other side's latest
	colSACK           // edges of SACK blocks, signed, each against the one before, the first against ack
	colKept           // payload that is kept, bytes
	colRaw            // length and bytes of raw frames
	numColumns
)

// maxSize bounds what Decode is willing to inflate to.
const maxSize = 64 << 20

var errShort = errors.New("ends early")

// column is written at its end and read from its beginning.
type column struct {
	b   []byte
	err error // of reading, kept: what follows reads zeros
}

func (c *column) putUint(x uint64) { c.b = binary.AppendUvarint(c.b, x) }
func (c *column) putInt(x int64)   { c.b = binary.AppendVarint(c.b, x) }
func (c *column) putByte(x byte)   { c.b = append(c.b, x) }
func (c *column) put(x []byte)     { c.b = append(c.b, x...) }

func (c *column) uint() uint64 {
	x, n := binary.Uvarint(c.b)
	return x & c.take(n)
}

func (c *column) int() int64 {
	x, n := binary.Varint(c.b)
	return x & int64(c.take(n))
}

// take passes over the n bytes of a number and returns all ones, or zero when
// there was none.
func (c *column) take(n int) uint64 {
	if n <= 0 {
		c.b, c.err = nil, errShort
		return 0
	}
	c.b = c.b[n:]
	return ^uint64(0)
}

func (c *column) byte() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// bytes returns the next n bytes, or nil when there are fewer.
func (c *column) bytes(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.b, c.err = nil, errShort
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// table is the columns of one capture.
type table [numColumns]column

// failed returns the first column that ended early.
func (t *table) failed() error {
	for i := range t {
		if t[i].err != nil {
			return fmt.Errorf("column %d %w", i, t[i].err)
		}
	}
	return nil
}

// bytes is the uncompressed form of n frames.
func (t *table) bytes(n int) []byte {
	b := binary.AppendUvarint([]byte(magic), uint64(n))
	for i := range t {
		b = binary.AppendUvarint(b, uint64(len(t[i].b)))
	}
	for i := range t {
		b = append(b, t[i].b...)
	}
	return b
}

// parse is the inverse of bytes.
func parse(b []byte) (t *table, n uint64, err error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, 0, fmt.Errorf("begins with %q, expected %q", b[:min(len(b), len(magic))], magic)
	}
	head := column{b: b[len(magic):]}
	n = head.uint()
	var sizes [numColumns]uint64
	for i := range sizes {
		sizes[i] = head.uint()
	}
	t = &table{}
	for i := range t {
		t[i].b = head.bytes(sizes[i])
	}
	if head.err != nil {
		return nil, 0, fmt.Errorf("the table of columns %w", head.err)
	}
	if len(head.b) > 0 {
		return nil, 0, fmt.Errorf("%d bytes after the last column", len(head.b))
	}
	return t, n, nil
}

// Encode stores frames. Their payload, except where the package's
// documentation says so, is not stored.
func Encode(frames []Frame) ([]byte, error) {
	e := &encoder{state: newState()}
	for i, f := range frames {
		if len(f.Data) > 1<<16+14 {
			return nil, fmt.Errorf("columns: frame %d has %d bytes, expected at most %d", i, len(f.Data), 1<<16+14)
		}
		e.add(f)
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("columns: %w", err)
	}
	defer w.Close()
	return w.EncodeAll(e.bytes(len(frames)), nil), nil
}

// Decode calls emit for each frame that b, a result of Encode, holds. The
// frame's bytes are valid until emit returns. An error of emit ends Decode
// and is returned as it is.
func Decode(b []byte, emit func(Frame) error) error {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSize))
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	defer r.Close()
	plain, err := r.DecodeAll(b, nil)
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	t, n, err := parse(plain)
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	d := &decoder{state: newState(), table: t}
	for i := range n {
		f, err := d.next()
		if err != nil {
			return fmt.Errorf("columns: frame %d of %d: %w", i, n, err)
		}
		if err := emit(f); err != nil {
			return err
		}
	}
	return nil
}
