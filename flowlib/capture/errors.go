package capture

import (
	"errors"
	"fmt"
	"io"
)

// Error says what is wrong with a capture file and where. What was read
// before it stays good.
type Error struct {
	Path     string // the file
	Offset   int64  // in the unpacked file, bytes: start of the record or block that is damaged
	Found    string // what stands there
	Expected string // what should stand there
	Err      error  // the cause, if there is one besides
}

// Error is the message for people, in one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: byte %d: found %s, expected %s", e.Path, e.Offset, e.Found, e.Expected)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// cut turns an error of reading inside a record into an Error; other errors
// (a damaged gzip stream, a disk) stand behind it as the cause.
func cut(path string, offset int64, got, want int64, what string, err error) error {
	e := &Error{
		Path: path, Offset: offset,
		Found:    fmt.Sprintf("%d of %d bytes of %s", got, want, what),
		Expected: "all of them (the file is cut off or damaged here)",
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		e.Err = err
	}
	return e
}
