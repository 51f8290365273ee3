package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"flowbook/data/lab/network"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// reader reads responses of an HTTP server; it is what a browser or player
// has for one server.
type reader struct{ client *http.Client }

// serveHTTP answers over HTTP/2 on TCP port 443 of a host.
func (l *Lab) serveHTTP(h *network.Host, handler http.Handler) {
	s := &http.Server{Handler: handler, TLSConfig: l.ca.server("h2", "http/1.1")}
	go s.ServeTLS(h.Listen(443), "", "")
	l.onClose(func() { s.Close() })
}

// reader starts a server at l.Server and returns a client for it, both in the
// way of the recording: HTTP/1.1, 2 or 3.
func (l *Lab) reader(handler http.Handler) reader {
	if l.Way == "h3" {
		return l.http3Reader(l.Server, handler)
	}
	l.serveHTTP(l.Server, handler)
	if l.Way == "h1" {
		return l.http1Reader(6)
	}
	return l.http2Reader()
}

// http1Reader returns a client that speaks HTTP/1.1, over up to so many
// connections to one server.
func (l *Lab) http1Reader(connections int) reader {
	t := &http.Transport{DialContext: l.Client.DialContext, TLSClientConfig: l.ca.client(""), MaxConnsPerHost: connections}
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{} // no HTTP/2
	l.onClose(t.CloseIdleConnections)
	return reader{&http.Client{Transport: t}}
}

// http2Reader returns a client that speaks HTTP/2.
func (l *Lab) http2Reader() reader {
	t := &http.Transport{
		DialContext: l.Client.DialContext, ForceAttemptHTTP2: true,
		TLSClientConfig: l.ca.client(""),
	}
	l.onClose(t.CloseIdleConnections)
	return reader{&http.Client{Transport: t}}
}

// http3Reader starts an HTTP/3 server at a host and returns a client for it.
func (l *Lab) http3Reader(host *network.Host, handler http.Handler) reader {
	at := host.ListenUDP(443)
	s := &http3.Server{Handler: handler, TLSConfig: http3.ConfigureTLSConfig(l.ca.server("h3"))}
	go s.Serve(at)
	from := l.Client.ListenUDP(uint16(49152 + l.draw.IntN(16000)))
	q := &quic.Transport{Conn: from}
	dial := func(ctx context.Context, addr string, t *tls.Config, c *quic.Config) (*quic.Conn, error) {
		name, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		a, err := l.Client.Lookup(ctx, name)
		if err != nil {
			return nil, err
		}
		return q.DialEarly(ctx, &net.UDPAddr{IP: a.AsSlice(), Port: 443}, t, c)
	}
	t := &http3.Transport{TLSClientConfig: l.ca.client(""), Dial: dial}
	l.onClose(func() {
		t.Close()
		q.Close()
		from.Close()
		s.Close()
		at.Close()
	})
	return reader{&http.Client{Transport: t}}
}

// get reads n bytes from a server that sends them at up to rate bit/s in
// blocks, both 0 for as fast as it goes.
func (r reader) get(ctx context.Context, server, path string, n int, rate float64, block int) error {
	q := url.Values{"n": {strconv.Itoa(n)}, "rate": {strconv.Itoa(int(rate))}, "block": {strconv.Itoa(block)}}
	return r.do(ctx, http.MethodGet, "https://"+server+path+"?"+q.Encode(), nil)
}

// post sends a body of n bytes and reads an answer of m.
func (r reader) post(ctx context.Context, server, path string, n, m int) error {
	body := strings.NewReader(string(filler[:n]))
	return r.do(ctx, http.MethodPost, fmt.Sprintf("https://%s%s?n=%d", server, path, m), body)
}

func (r reader) do(ctx context.Context, method, where string, body io.Reader) error {
	q, err := http.NewRequestWithContext(ctx, method, where, body)
	if err != nil {
		return err
	}
	q.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
	q.Header.Set("Accept-Language", "en-US,en;q=0.5")
	q.Header.Set("Cookie", "sid="+strings.Repeat("a9f3", 24))
	a, err := r.client.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	return err
}

// sized answers with as many bytes as the query asks for, at the rate and in
// the blocks that it asks for.
func sized(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	number := func(key string) int { n, _ := strconv.Atoi(r.URL.Query().Get(key)); return n }
	n, block := number("n"), number("block")
	if block <= 0 {
		block = len(filler)
	}
	if think := number("think"); think > 0 {
		sleep(r.Context(), time.Duration(think)*time.Millisecond)
	}
	pace := &pacer{rate: float64(number("rate"))}
	w.Header().Set("Content-Length", strconv.Itoa(n))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "public, max-age=31536000")
	for n > 0 {
		k := min(n, block, len(filler))
		pace.wait(r.Context(), k)
		if _, err := w.Write(filler[:k]); err != nil {
			return
		}
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		n -= k
	}
}
