package network

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// pair is a client and a server with a resolver, over short links and in real time.
func pair(t *testing.T) (client, server *Host) {
	t.Helper()
	n := New(1)
	t.Cleanup(n.Close)
	link := Shape{Rate: 100e6, Delay: time.Millisecond}
	n.Add(Config{Addr: netip.MustParseAddr("198.18.0.53"), Up: link, Down: link}).ServeDNS(0)
	client = n.Add(Config{Addr: netip.MustParseAddr("192.168.1.20"), Up: link, Down: link, MTU: 1400})
	server = n.Add(Config{Addr: netip.MustParseAddr("203.0.113.10"), Up: link, Down: link, Hops: 3, Names: []string{"www.lab.test"}})
	return client, server
}

func TestTCPByName(t *testing.T) {
	client, server := pair(t)
	var mu sync.Mutex
	var largest, dns, ttl int
	client.Tap = func(_ time.Time, out bool, ip []byte) {
		mu.Lock()
		defer mu.Unlock()
		largest = max(largest, len(ip))
		if ip[9] == 17 {
			dns++
		}
		if ip[9] == 6 && !out {
			ttl = int(ip[8])
		}
		if !validIPv4(ip) {
			t.Errorf("wrong IPv4 checksum in % x", ip[:20])
		}
	}
	l := server.Listen(80)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		io.Copy(c, io.LimitReader(c, 100_000))
		c.Close()
	}()
	c, err := client.DialContext(t.Context(), "tcp", "www.lab.test:80")
	if err != nil {
		t.Fatal(err)
	}
	sent := bytes.Repeat([]byte("0123456789"), 10_000)
	go c.Write(sent)
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("%d bytes came back of %d, error %v", len(got), len(sent), err)
	}
	mu.Lock()
	defer mu.Unlock()
	if largest < 1300 || largest > 1400 || dns != 2 || ttl != 64-3 {
		t.Errorf("largest packet %d, %d DNS packets, TTL %d; expected 1300 to 1400, 2, 61", largest, dns, ttl)
	}
}

// validIPv4 adds up the header, checksum included.
func validIPv4(ip []byte) bool {
	total := 0
	for i := 0; i < 20; i += 2 {
		total += int(ip[i])<<8 | int(ip[i+1])
	}
	return total%0xffff == 0
}

func TestLookup(t *testing.T) {
	client, _ := pair(t)
	for range 2 { // the second answer comes from the cache
		a, err := client.Lookup(t.Context(), "www.lab.test")
		if err != nil || a.String() != "203.0.113.10" {
			t.Errorf("got %v, error %v", a, err)
		}
	}
	if _, err := client.Lookup(t.Context(), strings.Repeat("a", 300)); err == nil {
		t.Error("a name of 300 bytes was looked up")
	}
}

func TestDialRefusesNonsense(t *testing.T) {
	client, _ := pair(t)
	for _, a := range []string{"www.lab.test", "www.lab.test:http", "www.lab.test:70000"} {
		if _, err := client.DialContext(context.Background(), "tcp", a); err == nil {
			t.Errorf("%q was dialled", a)
		}
	}
}

func TestAnswer(t *testing.T) {
	client, _ := pair(t)
	if b := client.Net.answer([]byte("no query")); b != nil {
		t.Errorf("answered % x", b)
	}
}
