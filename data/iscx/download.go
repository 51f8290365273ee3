package iscx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"flowbook/internal/manifest"
)

// download is one file under way.
type download struct {
	Fetcher
	address, path string
	bytes         int64
	sha256        string
}

// errDisk marks errors of writing, which another try does not mend.
var errDisk = errors.New("cannot write")

// errWrong marks content that is not the file: what was kept of it is of no use.
var errWrong = errors.New("not the file of the manifest")

// part is where the file grows, and tag where the server's mark of its version
// is kept, so that a file that changed there is not pieced together.
func (d *download) part() string { return d.path + ".part" }
func (d *download) tag() string  { return d.path + ".part.tag" }

// run fetches the file. It gives up after Tries tries in a row that brought
// nothing, or twice the wrong content.
func (d *download) run(ctx context.Context) error {
	wrong, idle, wait := 0, 0, d.Wait
	for {
		before := size(d.part())
		err := d.try(ctx)
		switch {
		case err == nil:
			return d.keep()
		case ctx.Err() != nil, errors.Is(err, errDisk):
			return err
		case errors.Is(err, errWrong):
			wrong++
			if err := d.forget(); err != nil {
				return err
			}
		case size(d.part()) > before:
			idle, wait = 0, d.Wait
			continue // it goes on: ask for the rest at once
		default:
			idle++
		}
		if wrong == 2 || idle == d.Tries {
			return fmt.Errorf("%s: %w", d.address, err)
		}
		d.Note(fmt.Sprintf("%s: %v; trying again", d.address, err))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait *= 2
		}
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// forget removes what was fetched so far.
func (d *download) forget() error {
	for _, path := range []string{d.part(), d.tag()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %w", errDisk, err)
		}
	}
	return nil
}

// try asks once for what is missing; nil when the part is complete and right.
func (d *download) try(ctx context.Context) error {
	have := size(d.part())
	if have > d.bytes {
		return fmt.Errorf("%w: %s has %d bytes, expected %d", errWrong, d.part(), have, d.bytes)
	}
	if have < d.bytes {
		if err := d.ask(ctx, have); err != nil {
			return err
		}
	}
	if got := size(d.part()); got != d.bytes {
		return fmt.Errorf("the answer ended after %d of %d bytes", got, d.bytes)
	}
	hash, _, err := manifest.Hash(d.part())
	if err != nil {
		return err
	}
	if hash != d.sha256 {
		return fmt.Errorf("%w: found SHA-256 %s, expected %s", errWrong, hash, d.sha256)
	}
	return nil
}

// ask sends one request and appends its answer to the part. The request is
// given up when no byte comes for the time of Stall.
func (d *download) ask(ctx context.Context, have int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := time.AfterFunc(d.Stall, cancel)
	defer watch.Stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Encoding", "identity")
	tag, _ := os.ReadFile(d.tag()) // without it the rest is asked for unconditionally, and the hash decides
	if have > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		if len(tag) > 0 {
			r.Header.Set("If-Range", string(tag))
		}
	}
	answer, err := d.Client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	from, err := d.from(answer, have)
	if err != nil {
		return err
	}
	return d.append(answer, from, watch)
}

// from checks what kind of answer came and where in the file it begins.
func (d *download) from(answer *http.Response, have int64) (int64, error) {
	switch answer.StatusCode {
	case http.StatusOK: // the whole file, since it changed or ranges are not known there
		return 0, nil
	case http.StatusPartialContent:
		var first, last, total int64
		given := answer.Header.Get("Content-Range")
		if n, _ := fmt.Sscanf(given, "bytes %d-%d/%d", &first, &last, &total); n != 3 || first != have || total != d.bytes {
			return 0, fmt.Errorf("%w: asked for bytes from %d of %d, the server gives %q", errWrong, have, d.bytes, given)
		}
		return have, nil
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, fmt.Errorf("%w: the server has no bytes from %d on", errWrong, have)
	}
	return 0, fmt.Errorf("found %s, expected the file", answer.Status)
}

// append writes an answer to the part from an offset on.
func (d *download) append(answer *http.Response, from int64, watch *time.Timer) error {
	out, err := os.OpenFile(d.part(), os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	defer out.Close()
	if err := out.Truncate(from); err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	if _, err := out.Seek(from, io.SeekStart); err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	if err := os.WriteFile(d.tag(), []byte(version(answer)), 0o666); err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	body := &watched{answer.Body, watch, d.Stall}
	_, err = io.Copy(diskWriter{out}, io.LimitReader(body, d.bytes-from+1)) // one more tells a file that is too long
	if err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	return nil
}

// version is the server's mark of the version of a file: a strong ETag, else
// the time of its last change.
func version(answer *http.Response) string {
	if tag := answer.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return answer.Header.Get("Last-Modified")
}

// keep gives the finished part its name.
func (d *download) keep() error {
	if err := os.Rename(d.part(), d.path); err != nil {
		return fmt.Errorf("%w: %w", errDisk, err)
	}
	return d.forget()
}

// watched winds up the watch with every read that brings something.
type watched struct {
	io.Reader
	watch *time.Timer
	stall time.Duration
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	if n > 0 {
		w.watch.Reset(w.stall)
	}
	return n, err
}

// diskWriter marks errors of writing.
type diskWriter struct{ io.Writer }

func (w diskWriter) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil {
		err = fmt.Errorf("%w: %w", errDisk, err)
	}
	return n, err
}
