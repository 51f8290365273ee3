package session

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"flowbook/data/lab/app"
)

func TestProfilesDrawInTheirRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, a := range Profiles() {
		if _, err := FindAccess(a.Name); err != nil {
			t.Error(err)
		}
		for range 300 {
			up, down, mtu := a.line(r)
			if down.Rate < 0.5e6 || down.Rate > a.down.high*1e6 || up.Rate > max(a.up.high, 2)*1e6 || up.Rate <= 0 {
				t.Fatalf("%s: rates %v and %v", a.Name, up.Rate, down.Rate)
			}
			if d := down.Delay; d < ms(a.delay.low) || d > ms(a.delay.high) || down.Queue < 24<<10 || mtu < 1400 || mtu > 1500 {
				t.Fatalf("%s: delay %v, queue %d, MTU %d", a.Name, d, down.Queue, mtu)
			}
			if down.Cross >= 0.6 || down.Loss > 0.01 {
				t.Fatalf("%s: cross traffic %v, loss %v", a.Name, down.Cross, down.Loss)
			}
		}
	}
	if _, err := FindAccess("modem"); err == nil || !strings.Contains(err.Error(), "modem") {
		t.Errorf("an unknown network: %v", err)
	}
}

// slow counts miniflows and windows of one flow packet by packet.
func slow(times []int64) (most, total, supers int) {
	var super, mini int64
	n, k := 0, 0
	end := func() {
		if n > 1 {
			k++
		}
		n = 0
	}
	count := func() {
		most, total = max(most, k), total+max(0, k-windowSize+1)
		if k >= windowSize {
			supers++
		}
	}
	for i, at := range times {
		switch {
		case i == 0:
			super, mini = at, at
		case at-super > superflow:
			end()
			count()
			super, mini, k = at, at, 0
		case at-mini > miniflow:
			end()
			mini = at
		}
		n++
	}
	end()
	count()
	return most, total, supers
}

func TestWindowsAgainstSlowCount(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var packets []seen
		var most, total, supers int
		for flow := range 3 {
			mean := 1e5 * (1 + 40*r.Float64())
			var times []int64
			for at := int64(0); at < 300e6; at += int64(mean * r.ExpFloat64()) {
				times = append(times, at)
				packets = append(packets, seen{at, key{a: uint64(flow)}})
			}
			m, n, k := slow(times)
			most, total, supers = max(most, m), total+n, supers+k
		}
		if m, n, k := windows(packets); m != most || n != total || k != supers {
			t.Fatalf("%d miniflows, %d windows in %d superflows, expected %d, %d in %d", m, n, k, most, total, supers)
		}
	}
}

func TestKeyIsTheSameBothWays(t *testing.T) {
	there := append([]byte{0x45, 9: 6, 12: 10, 0, 0, 1, 10, 0, 0, 2}, 1, 2, 3, 4)
	back := append([]byte{0x45, 9: 6, 12: 10, 0, 0, 2, 10, 0, 0, 1}, 3, 4, 1, 2)
	other := append([]byte{0x45, 9: 17, 12: 10, 0, 0, 2, 10, 0, 0, 1}, 3, 4, 1, 2)
	if keyOf(there) != keyOf(back) || keyOf(there) == keyOf(other) {
		t.Errorf("%v, %v, %v", keyOf(there), keyOf(back), keyOf(other))
	}
}

func TestAddressesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for h := 1; h <= 200; h++ {
		a := Address(h)
		if seen[a.String()] || !a.IsPrivate() {
			t.Errorf("host %d has %v", h, a)
		}
		seen[a.String()] = true
	}
}

func TestCompleteDrawsWhatIsOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for i, c := range app.Classes() {
		s := Spec{Type: c.Type, App: c.App, Host: i + 1}
		if _, err := s.complete(r); err != nil {
			t.Error(err)
		}
		if s.Access == "" || s.Way != c.Ways[0] || s.Seconds < 102 || s.Seconds > 119 && !c.Sparse || c.Sparse && s.Seconds < 600 {
			t.Errorf("%s/%s: %+v", c.Type, c.App, s)
		}
	}
	s := Spec{Type: "chat", App: "icq", Host: 1, Access: "dsl", Seconds: 7, Way: "longpoll"}
	want := s
	if _, err := s.complete(r); err != nil || s != want {
		t.Errorf("a complete spec became %+v, error %v", s, err)
	}
}

// TestHostsAndDaysAct: equal numbers give equal hosts and days, others differ.
func TestHostsAndDaysAct(t *testing.T) {
	a, err := FindAccess(HostAccess(1))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(hostOf(1, 1, a), hostOf(1, 1, a)) || hostOf(1, 1, a).down == hostOf(1, 7, a).down || hostOf(1, 1, a).down == hostOf(2, 1, a).down {
		t.Error("hosts are not decided by set and number")
	}
	seen := map[day]bool{}
	for n := 1; n <= Days; n++ {
		d := dayOf(1, n)
		if d != dayOf(1, n) || d.Media < 0.6 || d.Media > 1.6 || d.distance < 0.4 || d.distance > 3 {
			t.Errorf("day %d: %+v", n, d)
		}
		seen[d] = true
	}
	if len(seen) != Days {
		t.Errorf("%d different days of %d", len(seen), Days)
	}
}

// TestTruth follows a connection: what is the application's, and what repeats.
func TestTruth(t *testing.T) {
	server := netip.MustParseAddr("198.18.3.4")
	tr := &truth{servers: map[netip.Addr]bool{server: true}, next: map[key][2]uint32{}}
	segment := func(from, to netip.Addr, seq uint32, data int) []byte {
		b := make([]byte, 40+data)
		b[0], b[9] = 0x45, 6
		copy(b[12:], from.AsSlice())
		copy(b[16:], to.AsSlice())
		binary.BigEndian.PutUint32(b[24:], seq)
		b[32] = 5 << 4
		return b
	}
	me, other := Address(1), netip.MustParseAddr("198.18.9.9")
	for i, c := range []struct {
		out  bool
		ip   []byte
		want byte
	}{
		{true, segment(me, server, 100, 50), Application},
		{true, segment(me, server, 150, 50), Application},
		{false, segment(server, me, 7, 10), Application},
		{true, segment(me, server, 100, 50), Application | Retransmission},
		{true, segment(me, server, 100, 0), Application},
		{true, segment(me, other, 100, 50), Background},
		{false, segment(other, me, 3, 0), Background},
	} {
		if got := tr.of(c.out, c.ip); got != c.want {
			t.Errorf("packet %d: %#x, expected %#x", i, got, c.want)
		}
	}
}

// TestRecordInRealTime makes a short recording without virtual time, as
// netstack is.
func TestRecordInRealTime(t *testing.T) {
	s := Spec{Type: "voip", App: "skype", Host: 3, Day: 1, Access: "fibre", Seed: 5, Seconds: 1.5, Real: true,
		Start: 1_700_000_000_000_000, File: filepath.Join(t.TempDir(), "a.pcap")}
	r, err := Record(s)
	if err != nil {
		t.Fatal(err)
	}
	if r.Packets < 10 || r.Windows != 0 || r.Slots < 1 {
		t.Errorf("%+v", r)
	}
	b, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for at := 24; at < len(b); n++ {
		size := int(binary.LittleEndian.Uint32(b[at+8:]))
		sec := int64(binary.LittleEndian.Uint32(b[at:]))
		if sec < 1_700_000_000 || sec > 1_700_000_000+60 {
			t.Fatalf("packet %d at %v", n, time.Unix(sec, 0))
		}
		at += 16 + size
	}
	if n != r.Packets || binary.LittleEndian.Uint32(b) != magicMicro {
		t.Errorf("%d packets in the file, %d in the result", n, r.Packets)
	}
}

func TestRecordRefusesNonsense(t *testing.T) {
	dir := t.TempDir()
	for _, s := range []Spec{
		{Type: "chat", App: "nobody", Host: 1, File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Host: 1, Access: "modem", File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Host: 1, Way: "pigeon", File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Host: 1, Tunnel: "ipsec", File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Host: 1, Rate: 1e-9, File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Host: 1, Seconds: -1, File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Host: 1, File: filepath.Join(dir, "no", "folder")},
	} {
		if _, err := Record(s); err == nil {
			t.Errorf("%+v was recorded", s)
		}
	}
}
