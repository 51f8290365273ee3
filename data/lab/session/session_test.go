package session

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
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
func slow(times []int64) (most, total int) {
	var super, mini int64
	n, k := 0, 0
	end := func() {
		if n > 1 {
			k++
		}
		n = 0
	}
	for i, at := range times {
		switch {
		case i == 0:
			super, mini = at, at
		case at-super > superflow:
			end()
			most, total = max(most, k), total+max(0, k-windowSize+1)
			super, mini, k = at, at, 0
		case at-mini > miniflow:
			end()
			mini = at
		}
		n++
	}
	end()
	return max(most, k), total + max(0, k-windowSize+1)
}

func TestWindowsAgainstSlowCount(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var packets []seen
		var most, total int
		for flow := range 3 {
			mean := 1e5 * (1 + 40*r.Float64())
			var times []int64
			for at := int64(0); at < 300e6; at += int64(mean * r.ExpFloat64()) {
				times = append(times, at)
				packets = append(packets, seen{at, key{a: uint64(flow)}})
			}
			m, n := slow(times)
			most, total = max(most, m), total+n
		}
		if m, n := windows(packets); m != most || n != total {
			t.Fatalf("%d miniflows and %d windows, expected %d and %d", m, n, most, total)
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
	for _, c := range app.Classes() {
		s := Spec{Type: c.Type, App: c.App}
		s.complete(c, r)
		if s.Access == "" || s.Seconds < 88 || s.Seconds > 119 || c.Sparse && s.Seconds < 112 {
			t.Errorf("%s/%s: %+v", c.Type, c.App, s)
		}
	}
	s := Spec{Access: "dsl", Seconds: 7}
	s.complete(app.Class{}, r)
	if s.Access != "dsl" || s.Seconds != 7 {
		t.Errorf("a complete spec became %+v", s)
	}
}

// TestRecordInRealTime makes a short recording without virtual time, as
// netstack is.
func TestRecordInRealTime(t *testing.T) {
	s := Spec{Type: "voip", App: "skype", Host: 3, Access: "fibre", Seed: 5, Seconds: 1.5,
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
		{Type: "chat", App: "nobody", File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", Access: "modem", File: filepath.Join(dir, "a")},
		{Type: "chat", App: "icq", File: filepath.Join(dir, "no", "folder")},
	} {
		if _, err := Record(s); err == nil {
			t.Errorf("%+v was recorded", s)
		}
	}
}
