package iscx

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// server serves a manifest of one file and lets a test answer its requests:
// act gets the number of the request, from 1.
type server struct {
	*httptest.Server
	data  []byte
	count atomic.Int64
	asked []string // Range of each request
}

const served = "aim_chat_3a.pcap"

func newServer(t *testing.T, act func(s *server, n int, w http.ResponseWriter, r *http.Request)) *server {
	s := &server{data: make([]byte, 300_000)}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range s.data {
		s.data[i] = byte(r.Uint32())
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ManifestName) {
			sum := sha256.Sum256(s.data)
			err := WriteManifest(w, []Entry{{"aim_chat_3a", served, int64(len(s.data)), hex.EncodeToString(sum[:])}, {Capture: "email1a"}})
			if err != nil {
				t.Error(err)
			}
			return
		}
		s.asked = append(s.asked, r.Header.Get("Range"))
		act(s, int(s.count.Add(1)), w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// honest answers as a good server does, ranges and If-Range included.
func (s *server) honest(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"v1"`)
	http.ServeContent(w, r, served, time.Time{}, bytes.NewReader(s.data))
}

// cut answers with so many bytes of what was asked for, then closes.
func (s *server) cut(w http.ResponseWriter, r *http.Request, n int) {
	from := 0
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
	w.Header().Set("ETag", `"v1"`)
	w.Header().Set("Content-Length", fmt.Sprint(len(s.data)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(s.data)-1, len(s.data)))
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(s.data[from:min(len(s.data), from+n)])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

var quick = Fetcher{Stall: 100 * time.Millisecond, Tries: 3, Wait: time.Millisecond}

func TestFetch(t *testing.T) {
	type act = func(s *server, n int, w http.ResponseWriter, r *http.Request)
	for _, c := range []struct {
		name   string
		act    act
		asked  int    // requests, 0 for any
		failed string // "" when the file comes
	}{
		{"at once", func(s *server, _ int, w http.ResponseWriter, r *http.Request) { s.honest(w, r) }, 1, ""},
		{"cut in pieces", func(s *server, _ int, w http.ResponseWriter, r *http.Request) { s.cut(w, r, 100_000) }, 3, ""},
		{"stalls", func(s *server, n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
				w.Write(s.data[:50_000])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return
			}
			s.honest(w, r)
		}, 2, ""},
		{"knows no ranges", func(s *server, n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				s.cut(w, r, 1000)
			}
			w.Write(s.data)
		}, 2, ""},
		{"another range than asked for", func(s *server, n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				s.cut(w, r, 1000)
			case 2:
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(s.data)-1, len(s.data)))
				w.WriteHeader(http.StatusPartialContent)
				w.Write(s.data)
			default:
				s.honest(w, r)
			}
		}, 3, ""},
		{"the file changed between", func(s *server, n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `"v0"`)
				w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
				w.Write(make([]byte, 1000))
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			s.honest(w, r) // If-Range "v0" gives the whole
		}, 2, ""},
		{"other bytes the first time", func(s *server, n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Write(make([]byte, len(s.data)))
				return
			}
			s.honest(w, r)
		}, 2, ""},
		{"other bytes always", func(s *server, _ int, w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, len(s.data)))
		}, 2, "not the file of the manifest: found SHA-256"},
		{"too long", func(s *server, _ int, w http.ResponseWriter, r *http.Request) {
			w.Write(append(bytes.Clone(s.data), 1))
		}, 0, ""},
		{"too short", func(s *server, _ int, w http.ResponseWriter, r *http.Request) { w.Write(s.data[:1000]) }, 0, "the answer ended after 1000 of 300000 bytes"},
		{"not there", func(_ *server, _ int, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, 3, "found 404"},
		{"restarts", func(s *server, n int, w http.ResponseWriter, r *http.Request) {
			if n < 3 {
				http.Error(w, "starting", http.StatusServiceUnavailable)
				return
			}
			s.honest(w, r)
		}, 3, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, dir := newServer(t, c.act), t.TempDir()
			got, err := quick.Fetch(context.Background(), s.URL, dir)
			if err != nil {
				t.Fatal(err)
			}
			if c.asked != 0 && len(s.asked) != c.asked {
				t.Errorf("%d requests: %q, expected %d", len(s.asked), s.asked, c.asked)
			}
			if c.name == "too long" {
				c.failed = "not the file of the manifest"
			}
			checkFetched(t, s, dir, got, c.failed)
		})
	}
}

func checkFetched(t *testing.T, s *server, dir string, got *Fetched, failed string) {
	t.Helper()
	if len(got.Nowhere) != 1 || got.Nowhere[0] != "email1a" {
		t.Errorf("%+v", got)
	}
	data, err := os.ReadFile(filepath.Join(dir, served))
	if failed != "" {
		if len(got.Failed) != 1 || !strings.Contains(got.Failed[0].Error(), failed) || err == nil {
			t.Errorf("%v, file %v; expected %q and no file", got.Failed, err, failed)
		}
		return
	}
	if err != nil || !bytes.Equal(data, s.data) || len(got.Got) != 1 || len(got.Failed) != 0 {
		t.Errorf("%v, %d bytes, %+v", err, len(data), got)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// Another process goes on where the first was stopped.
func TestFetchGoesOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	s := newServer(t, func(s *server, n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
			w.Write(s.data[:200_000])
			w.(http.Flusher).Flush()
			for size(filepath.Join(dir, served+".part")) == 0 {
				time.Sleep(time.Millisecond) // stopped once something has arrived
			}
			cancel()
			<-r.Context().Done()
			return
		}
		s.honest(w, r)
	})
	slow := quick
	slow.Stall = 10 * time.Second
	if _, err := slow.Fetch(ctx, s.URL, dir); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	got, err := quick.Fetch(context.Background(), s.URL, dir)
	if err != nil {
		t.Fatal(err)
	}
	checkFetched(t, s, dir, got, "")
	var from int
	if n, _ := fmt.Sscanf(s.asked[1], "bytes=%d-", &from); n != 1 || from == 0 {
		t.Errorf("the second process asked for %q", s.asked[1])
	}
	again, err := quick.Fetch(context.Background(), s.URL, dir)
	if err != nil || len(again.Had) != 1 || len(s.asked) != 2 {
		t.Errorf("a file that is there was asked for: %+v, %v, %q", again, err, s.asked)
	}
	if err := os.WriteFile(filepath.Join(dir, served), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	mine, err := quick.Fetch(context.Background(), s.URL, dir)
	if err != nil || len(mine.Failed) != 1 || !strings.Contains(mine.Failed[0].Error(), "move it away") {
		t.Errorf("a file of the user's own: %+v, %v", mine, err)
	}
}

func TestFetchStops(t *testing.T) {
	s := newServer(t, func(s *server, _ int, w http.ResponseWriter, r *http.Request) { s.honest(w, r) })
	for _, c := range []struct{ base, dir, want string }{
		{"ftp://host/x", t.TempDir(), "expected one like https://"},
		{s.URL + "/\x00", t.TempDir(), "address is"},
		{s.URL, "/dev/null/x", "not a directory"},
	} {
		if _, err := quick.Fetch(context.Background(), c.base, c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected %q", c.base, err, c.want)
		}
	}
	none := httptest.NewServer(http.NotFoundHandler())
	defer none.Close()
	if _, err := quick.Fetch(context.Background(), none.URL, t.TempDir()); err == nil || !strings.Contains(err.Error(), "on request") {
		t.Errorf("no manifest: %v", err)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "email1a.pcap"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := Manifest(dir)
	if err != nil || len(all) != 150 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	var b bytes.Buffer
	if err := WriteManifest(&b, all); err != nil {
		t.Fatal(err)
	}
	back, err := ReadManifest("m", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range all {
		if back[i] != e {
			t.Errorf("%+v came back as %+v", e, back[i])
		}
	}
	found, err := Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	if differ, err := Compare(found, all); err != nil || differ != nil {
		t.Errorf("%q, %v", differ, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "email1a.pcap"), []byte("y"), 0o600); err != nil {
		t.Fatal(err)
	}
	if differ, err := Compare(found, all); err != nil || len(differ) != 1 {
		t.Errorf("another file: %q, %v", differ, err)
	}
	hash := strings.Repeat("0", 64)
	for text, want := range map[string]string{
		"": "found no manifest",
		"capture,file,bytes,sha256\nx,x,1," + hash:                     `line 2: found capture "x"`,
		"capture,file,bytes,sha256\nemail1a,../email1a.pcap,1," + hash: "without a folder",
		"capture,file,bytes,sha256\nemail1a,email1b.pcap,1," + hash:    "named like email1a",
		"capture,file,bytes,sha256\nemail1a,email1a.pcap,-1," + hash:   "positive number",
		"capture,file,bytes,sha256\nemail1a,email1a.pcap,1,abc":        "64 hexadecimal digits",
		"capture,file,bytes,sha256\nemail1a,,,\nemail1a,,,":            "at most once",
	} {
		if _, err := ReadManifest("m", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, expected %q", text, err, want)
		}
	}
}
