package iscx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Ask says where the data set is to be had. It is handed out on request, so
// that no address of its files can be built in.
const Ask = "the Canadian Institute for Cybersecurity, University of New Brunswick, hands out ISCX-VPN-NonVPN (ISCXVPN2016) on request: https://www.unb.ca/cic/datasets/vpn.html"

// Fetcher fetches captures from a server that has a manifest and the files
// that it lists beside it. Its zero value is ready.
type Fetcher struct {
	Client *http.Client  // nil is http.DefaultClient
	Stall  time.Duration // without a byte for so long, the connection is given up; 0 is 30 s
	Tries  int           // of a file in a row that brought nothing new; 0 is 5
	Wait   time.Duration // before the second try, doubled after each; 0 is 1 s
	Note   func(string)  // told what happens, a line each; may be nil
}

func (f *Fetcher) settle() {
	if f.Client == nil {
		f.Client = http.DefaultClient
	}
	if f.Stall == 0 {
		f.Stall = 30 * time.Second
	}
	if f.Tries == 0 {
		f.Tries = 5
	}
	if f.Wait == 0 {
		f.Wait = time.Second
	}
	if f.Note == nil {
		f.Note = func(string) {}
	}
}

// Fetched is what became of the captures.
type Fetched struct {
	Had     []string // files that were there already, with the right hash
	Got     []string
	Failed  []error
	Nowhere []string // captures that the manifest has no file of
}

// Fetch fetches what dir lacks from the folder at base, an http or https
// address. A file that is there, whole and with the right hash is left alone; one
// that was begun goes on where it was. Every file is written as NAME.part,
// compared with the manifest's hash, and renamed.
//
// What failed is in the result; the error is for what stops everything: no
// manifest at base, no room on the disk, a cancelled context.
func (f Fetcher) Fetch(ctx context.Context, base, dir string) (*Fetched, error) {
	f.settle()
	entries, err := f.index(ctx, base)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	found, err := Verify(dir)
	if err != nil {
		return nil, err
	}
	result := &Fetched{}
	for _, e := range entries {
		if e.File == "" {
			result.Nowhere = append(result.Nowhere, e.Capture)
			continue
		}
		if path := found.Files[e.Capture]; path != "" {
			differ, err := Compare(found, []Entry{e})
			if err != nil {
				return result, err
			}
			if len(differ) == 0 {
				result.Had = append(result.Had, path)
				continue
			}
			result.Failed = append(result.Failed, fmt.Errorf("%s; move it away to fetch the other", differ[0]))
			continue
		}
		f.Note(fmt.Sprintf("%s, %d bytes", e.File, e.Bytes))
		d := download{Fetcher: f, address: join(base, e.File), path: filepath.Join(dir, e.File), bytes: e.Bytes, sha256: e.SHA256}
		switch err := d.run(ctx); {
		case err == nil:
			result.Got = append(result.Got, d.path)
		case errors.Is(err, errDisk) || ctx.Err() != nil:
			return result, err
		default:
			result.Failed = append(result.Failed, err)
		}
	}
	return result, nil
}

// join is the address of a file in the folder at base.
func join(base, file string) string {
	return strings.TrimSuffix(base, "/") + "/" + url.PathEscape(file)
}

// index reads the manifest at base.
func (f *Fetcher) index(ctx context.Context, base string) ([]Entry, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("iscx: address is %q, expected one like https://host/folder with %s in it", base, ManifestName)
	}
	address := join(base, ManifestName)
	ctx, cancel := context.WithTimeout(ctx, f.Stall)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := f.Client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("iscx: no manifest: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("iscx: %s: found %s, expected the manifest that 'flowbook iscx manifest DIR' writes; %s", address, answer.Status, Ask)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("iscx: %s: %w", address, err)
	}
	return ReadManifest(address, text)
}
