package flowlib_test

import (
	"bufio"
	"bytes"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"
)

// talk is what tshark and the meter can both say of a 5-tuple.
type talk struct {
	packets int64
	payload int64 // TCP only: tshark tells it a packet
}

// TestTsharkAgrees: packets and TCP payload a 5-tuple are those that tshark
// reads out of the oracle captures. Fragments and what stands inside ICMP
// errors, which tshark lists with the outer packet, are left out on its side.
// FLOWBOOK_TSHARK=all, as in make test-long, takes all captures.
func TestTsharkAgrees(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	which := "edge_[nt]*" // a start of tshark takes a second
	if os.Getenv("FLOWBOOK_TSHARK") == "all" {
		which = "*"
	}
	captures, _ := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), which, "in.pcap"))
	compared := 0
	for _, path := range captures {
		want := tshark(t, path)
		e, err := flowlib.Extract(path, meter.Recipe{Dialect: "clean", Timeouts: []time.Duration{1e6 * time.Second}, Activity: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]talk{}
		for _, f := range e.Flows[0] {
			if f.Key.Proto != 6 && f.Key.Proto != 17 {
				continue
			}
			k := f.ID
			g := got[k]
			g.packets += int64(f.Packets())
			if f.Key.Proto == 6 {
				g.payload += f.FwdBytes + f.BwdBytes
			}
			got[k] = g
		}
		for k, g := range got {
			if want[k] != g {
				t.Errorf("%s: %s: %+v, tshark has %+v", path, k, g, want[k])
			}
			compared++
		}
		for k, w := range want {
			if _, ok := got[k]; !ok {
				t.Errorf("%s: %s is missing, tshark has %+v", path, k, w)
			}
		}
	}
	t.Logf("%d 5-tuples compared", compared)
}

// tshark adds up the packets of a capture by 5-tuple, outermost headers only.
func tshark(t *testing.T, path string) map[string]talk {
	t.Helper()
	cmd := exec.Command("tshark", "-r", path, "-n", "-o", "ip.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE",
		"-T", "fields", "-E", "occurrence=f", "-E", "separator=,",
		"-e", "ip.src", "-e", "ip.dst", "-e", "ipv6.src", "-e", "ipv6.dst",
		"-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "tcp.len", "-e", "frame.protocols", "-e", "tcp.hdr_len")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]talk{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		f := strings.Split(lines.Text(), ",")
		network, transport := outermost(strings.Split(f[9], ":"))
		src, dst, ports, proto := f[0], f[1], f[4:6], uint8(6)
		if network == "ipv6" {
			src, dst = f[2], f[3]
		}
		if transport == "udp" {
			ports, proto = f[6:8], 17
		}
		if transport != "tcp" && transport != "udp" || ports[0] == "" {
			continue
		}
		if n, err := strconv.Atoi(f[10]); transport == "tcp" && (err != nil || n < 20) {
			continue // a header that says to be shorter than a header is malformed to the meter
		}
		k := keyID(t, src, dst, ports[0], ports[1], proto)
		w := all[k]
		w.packets++
		if n, err := strconv.ParseInt(f[8], 10, 64); err == nil && proto == 6 {
			w.payload += n
		}
		all[k] = w
	}
	return all
}

// outermost is the first IP header of a packet and what stands right behind it.
func outermost(layers []string) (network, transport string) {
	for i, l := range layers {
		if l == "ip" || l == "ipv6" {
			for _, next := range layers[i+1:] {
				if !strings.HasPrefix(next, "ipv6.") {
					return l, next
				}
			}
			return l, ""
		}
	}
	return "", ""
}

// keyID is the clean Flow ID of a packet.
func keyID(t *testing.T, src, dst, sport, dport string, proto uint8) string {
	t.Helper()
	port := func(s string) uint16 {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		return uint16(n)
	}
	a, errA := netip.ParseAddr(src)
	b, errB := netip.ParseAddr(dst)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	d := meter.Clean
	return string(d.AppendID(nil, meter.Key{Src: a, Dst: b, SrcPort: port(sport), DstPort: port(dport), Proto: proto}))
}
