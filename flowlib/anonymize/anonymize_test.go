package anonymize

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// sampleKey and the addresses are those of the sample of Crypto-PAn's authors.
var sampleKey = []byte{21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
	216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2}

func addresses(t interface{ Fatal(...any) }) *Addresses {
	a, err := NewAddresses(sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCryptoPAnSample(t *testing.T) {
	a := addresses(t)
	for from, want := range map[string]string{
		"128.11.68.132": "135.242.180.132", "129.118.74.4": "134.136.186.123", "130.132.252.244": "133.68.164.234",
	} {
		if got := a.Map(netip.MustParseAddr(from)); got.String() != want {
			t.Errorf("%s gives %v, expected %s", from, got, want)
		}
	}
	if _, err := NewAddresses(sampleKey[:16]); err == nil {
		t.Error("a short key is taken")
	}
}

// common is the number of leading bits that two addresses share.
func common(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range 8 * len(x) {
		if (x[i/8]^y[i/8])>>(7-i%8)&1 != 0 {
			return i
		}
	}
	return 8 * len(x)
}

func TestPrefixesAreKept(t *testing.T) {
	a := addresses(t)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{4, 16}).Draw(t, "bytes")
		x := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "x")
		y := bytes.Clone(x)
		bit := rapid.IntRange(0, 8*n-1).Draw(t, "bit")
		y[bit/8] ^= 1 << (7 - bit%8)
		for i := bit/8 + 1; i < n; i++ {
			y[i] = rapid.Byte().Draw(t, "rest")
		}
		one, _ := netip.AddrFromSlice(x)
		two, _ := netip.AddrFromSlice(y)
		if before, after := common(one, two), common(a.Map(one), a.Map(two)); before != after || before != bit {
			t.Fatalf("%v and %v share %d bits, %v and %v share %d", one, two, before, a.Map(one), a.Map(two), after)
		}
	})
}

// The flows of a capture keep their features, its addresses and content go.
func TestFlowsStay(t *testing.T) {
	dir := testdata.Shared(t, "oracle")
	for _, name := range []string{"facebook", "imaps", "pop3", "google_meet", "youtube_quic", "sll_kakaotalk", "rawip_ocs", "edge_null", "edge_ppp"} {
		found, err := filepath.Glob(filepath.Join(dir, name, "in.pcap*"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", name, found, err)
		}
		to := filepath.Join(t.TempDir(), "out.pcap")
		acc, err := File(found[0], to, addresses(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		left := 0
		for _, n := range acc.LeftOut {
			left += n
		}
		if acc.Read != acc.Written+left || acc.Written == 0 {
			t.Errorf("%s: %+v", name, acc)
		}
		sameFlows(t, name, found[0], to)
		gone(t, name, found[0], to)
	}
}

var clean = meter.Recipe{Dialect: "clean", Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 5 * time.Second}

func sameFlows(t *testing.T, name, from, to string) {
	t.Helper()
	before, err := flowlib.Extract(from, clean)
	if err != nil {
		t.Fatal(err)
	}
	after, err := flowlib.Extract(to, clean)
	if err != nil {
		t.Fatal(err)
	}
	// Which end stands first in a Flow ID, and where packets lie, may change.
	ignore := cmpopts.IgnoreFields(meter.Flow{}, "ID", "Key", "First", "Last", "CIC")
	if diff := cmp.Diff(before.Flows, after.Flows, ignore); diff != "" {
		t.Errorf("%s: other flows: %.600s", name, diff)
	}
	a := addresses(t)
	for i, f := range before.Flows[0] {
		if i < len(after.Flows[0]) && after.Flows[0][i].Key.Src != a.Map(f.Key.Src) {
			t.Errorf("%s: %v became %v", name, f.Key.Src, after.Flows[0][i].Key.Src)
		}
	}
}

// gone: no longer run of bytes of a payload is left.
func gone(t *testing.T, name, from, to string) {
	t.Helper()
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	in, err := capture.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var p capture.Packet
	for {
		if err := in.Next(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.Data) < 300 {
			continue
		}
		tail := p.Data[len(p.Data)-32:]
		if bytes.Count(tail, tail[:1]) < 32 && bytes.Contains(text, tail) {
			t.Errorf("%s: payload of the packet at byte %d is still there", name, p.Offset)
			return
		}
	}
}

func TestOddPackets(t *testing.T) {
	a := addresses(t)
	tcp := append([]byte{0x46, 0, 0, 64, 0, 0, 0, 0, 64, 6, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 7, 7, 1, 2}, make([]byte, 40)...)
	tcp[24+12] = 0x50
	tcp[24+16], tcp[24+17] = 8, 8
	icmp := append([]byte{0x45, 0, 0, 48, 0, 0, 0, 0, 64, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, make([]byte, 28)...)
	fragment := bytes.Clone(tcp)
	fragment[7] = 9
	routed := make([]byte, 40+24+8)
	routed[0], routed[5], routed[6], routed[40], routed[41] = 0x60, 32, 43, 17, 2
	copy(routed[48:], "sixteen bytes of address")
	routed[64+6] = 5
	for _, c := range []struct {
		name       string
		data       []byte
		kept, wire int
		why        Reason
	}{
		{"options and TCP", tcp, 44, 64, ""},
		{"ICMP quotes packets", icmp, 28, 48, ""},
		{"later fragment", fragment, 24, 64, ""},
		{"routing header", routed, 72, 72, ""},
		{"nothing", nil, 0, 0, NotIP},
		{"version 5", []byte{0x50, 1, 2}, 0, 0, NotIP},
		{"cut header", tcp[:18], 0, 0, Malformed},
		{"cut IPv6", routed[:30], 0, 0, Malformed},
	} {
		before := bytes.Clone(c.data)
		kept, wire, why := a.Packet(101, c.data)
		if len(kept) != c.kept || wire != c.wire || why != c.why || !bytes.Equal(before, c.data) {
			t.Errorf("%s: %d bytes of %d, %q; expected %d of %d, %q", c.name, len(kept), wire, why, c.kept, c.wire, c.why)
		}
		if bytes.Contains(kept, []byte("address")) || bytes.Contains(kept, []byte{7, 7, 1, 2}) {
			t.Errorf("%s: an address stays in %x", c.name, kept)
		}
		if why == "" && kept[0]>>4 == 4 && checksum(kept[:4*(kept[0]&15)]) != 0 {
			t.Errorf("%s: bad checksum", c.name)
		}
	}
}

func FuzzPacket(f *testing.F) {
	f.Add(uint16(1), []byte("ethernet"))
	f.Add(uint16(101), []byte{0x60, 0, 0, 0, 0, 32, 43, 17})
	f.Fuzz(func(t *testing.T, link uint16, data []byte) {
		kept, wire, why := addresses(t).Packet(link, data)
		if (why == "") != (len(kept) > 0) || len(kept) > len(data) || wire < 0 {
			t.Errorf("%d of %d bytes, wire %d, %q", len(kept), len(data), wire, why)
		}
	})
}

func TestFileBadInput(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.pcap")
	if err := os.WriteFile(path, []byte("not a capture"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "out.pcap")
	if _, err := File(path, to, addresses(t)); err == nil {
		t.Error("text is taken")
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("something was written")
	}
}
