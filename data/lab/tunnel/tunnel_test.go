package tunnel

import (
	"bytes"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"flowbook/data/lab/network"
)

// TestOnlyTheTunnelIsSeen sends UDP through a tunnel of each kind in real time.
func TestOnlyTheTunnelIsSeen(t *testing.T) {
	for _, kind := range []string{"wireguard", "tls"} {
		t.Run(kind, func(t *testing.T) { oneTunnel(t, kind) })
	}
}

func oneTunnel(t *testing.T, kind string) {
	n := network.New(1)
	link := network.Shape{Rate: 100e6, Delay: time.Millisecond}
	add := func(a string) *network.Host {
		return n.Add(network.Config{Addr: netip.MustParseAddr(a), Up: link, Down: link})
	}
	client, gateway, server := add("192.168.1.20"), add("192.0.2.33"), add("203.0.113.10")
	var mu sync.Mutex
	seen, carried := map[string]int{}, map[byte]int{}
	var truth Truth
	client.Tap = func(_ time.Time, out bool, ip []byte) {
		mu.Lock()
		defer mu.Unlock()
		far := ip[16:20]
		if !out {
			far = ip[12:16]
		}
		seen[net.IP(far).String()]++
		carried[truth.Kind(out, ip)]++
	}
	closeTunnel, err := Open(kind, client, gateway, Options{
		Inner: netip.MustParseAddr("10.8.0.2"), Keepalive: 25, Seed: 7, ClientPort: 41414, GatewayPort: 51820,
		Kind: func(bool, []byte) byte { return 1 }, Watch: func(t Truth) { truth = t },
	})
	if err != nil {
		t.Fatal(err)
	}
	echo := server.ListenUDP(7)
	go func() {
		b := make([]byte, 2048)
		for {
			k, from, err := echo.ReadFrom(b)
			if err != nil {
				return
			}
			if from.(*net.UDPAddr).IP.String() != "10.8.0.2" {
				t.Errorf("the server was asked by %v", from)
			}
			echo.WriteTo(b[:k], from)
		}
	}()
	c, err := client.DialContext(t.Context(), "udp", "203.0.113.10:7")
	if err != nil {
		t.Fatal(err)
	}
	sent := bytes.Repeat([]byte("x"), 900)
	if _, err := c.Write(sent); err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	b := make([]byte, 2048)
	k, err := c.Read(b)
	if err != nil || !bytes.Equal(b[:k], sent) {
		t.Errorf("%d bytes came back of %d, error %v", k, len(sent), err)
	}
	echo.Close()
	closeTunnel()
	n.Close()
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 1 || seen["192.0.2.33"] < 4 {
		t.Errorf("the capture would show %v, expected only the gateway", seen)
	}
	if carried[1] != 2 || carried[Control] < 2 || carried[0] > 0 {
		t.Errorf("packets by what they carry: %v, expected a question, an answer and the tunnel's own", carried)
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]byte{}
	for seed := range byte(255) {
		k := public(newKey(seed))
		if other, ok := seen[k]; ok {
			t.Fatalf("seeds %d and %d give one key", other, seed)
		}
		seen[k] = seed
	}
}
