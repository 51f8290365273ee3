package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// bufferSize is how much is read from a file at once.
const bufferSize = 1 << 20

// Reader delivers the packets of one capture file in file order.
type Reader struct {
	path   string
	src    source
	err    error // sticks once Next has failed
	closes []func()
}

// source is a file format.
type source interface {
	next(p *Packet) error
}

// Open opens a capture file: pcap or pcapng, plain, gzip or zstd; "-" is
// standard input. The error of a file that is none of these is an *Error.
func Open(path string) (*Reader, error) { return Options{}.Open(path) }

// NewReader reads a capture from a stream; name stands for it in errors.
func NewReader(name string, in io.Reader) (*Reader, error) { return Options{}.NewReader(name, in) }

// Open is like the function Open.
func (o Options) Open(path string) (*Reader, error) {
	if path == "-" {
		return o.NewReader("standard input", os.Stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, &Error{Path: path, Found: "a directory", Expected: "a capture file (pcap or pcapng)"}
	}
	r, err := o.NewReader(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.closes = append(r.closes, func() { f.Close() })
	return r, nil
}

// NewReader is like the function NewReader.
func (o Options) NewReader(name string, in io.Reader) (*Reader, error) {
	r := &Reader{path: name}
	s, err := r.unpack(newStream(in))
	if err == nil {
		r.src, err = o.openFormat(name, s)
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Next reads the next packet into p. At the end it returns io.EOF, at damage
// an *Error; either stays.
func (r *Reader) Next(p *Packet) error {
	if r.err == nil {
		r.err = r.src.next(p)
	}
	return r.err
}

// Close closes the file.
func (r *Reader) Close() error {
	for _, c := range r.closes {
		c()
	}
	r.closes = nil
	if r.err == nil {
		r.err = os.ErrClosed
	}
	return nil
}

// stream is a buffered reader that knows its place. pcapgo takes the
// bufio.Reader inside as it is and adds no buffer of its own, so the place
// holds while pcapgo reads from it.
type stream struct {
	*bufio.Reader
	in *counter
}

// counter counts what was read from a file.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

func newStream(in io.Reader) *stream {
	c := &counter{Reader: in}
	return &stream{bufio.NewReaderSize(c, bufferSize), c}
}

// pos is the offset of the next byte, in the unpacked file.
func (s *stream) pos() int64 { return s.in.n - int64(s.Buffered()) }

// unpack puts a decompressor in front where the content asks for one.
func (r *Reader) unpack(s *stream) (*stream, error) {
	head, err := s.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", r.path, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(s)
		if err != nil {
			return nil, &Error{Path: r.path, Found: "a damaged gzip header", Expected: "a gzip stream", Err: badGzip(err)}
		}
		r.closes = append(r.closes, func() { z.Close() })
		return newStream(z), nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(s, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, &Error{Path: r.path, Found: "a damaged zstd header", Expected: "a zstd stream", Err: err}
		}
		r.closes = append(r.closes, z.Close)
		return newStream(z), nil
	}
	return s, nil
}

// badGzip hides a bare end of file, which says nothing to a reader.
func badGzip(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return gzip.ErrHeader
	}
	return err
}

// openFormat looks at the first bytes and opens the format that they name.
func (o Options) openFormat(path string, s *stream) (source, error) {
	head, err := s.Peek(24)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, cut(path, 0, int64(len(head)), 24, "the file header", err)
	}
	if len(head) == 0 {
		return nil, &Error{Path: path, Found: "an empty file", Expected: "a capture (pcap or pcapng)"}
	}
	if len(head) >= 4 {
		switch magic := binary.LittleEndian.Uint32(head); magic {
		case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1:
			h, err := readPcapHead(path, head)
			if err != nil {
				return nil, err
			}
			if o.Gopacket {
				return openPcapgo(path, s, h)
			}
			return openPcap(path, s, h)
		case blockSection:
			return openPcapng(path, s)
		}
	}
	return nil, &Error{Path: path, Found: describe(head), Expected: "a capture (pcap or pcapng, also .gz or .zst)"}
}

// describe says what a file that is no capture begins with.
func describe(head []byte) string {
	text := true
	for _, c := range head {
		text = text && (c >= ' ' || c == '\n' || c == '\r' || c == '\t')
	}
	if text && utf8.Valid(trimPartial(head)) {
		return fmt.Sprintf("text beginning %q", head[:min(len(head), 16)])
	}
	return fmt.Sprintf("unknown magic % x", head[:min(len(head), 4)])
}

// trimPartial drops a rune that the end of the peek cuts in two.
func trimPartial(b []byte) []byte {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
