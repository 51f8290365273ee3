package meter

import (
	"fmt"
	"testing"
	"time"

	"flowbook/flowlib/capture"

	"pgregory.net/rapid"
)

// lines meters packets and prints every flow with all its columns.
func lines(d Dialect, r Recipe, workers int, withoutEnd bool, packets []capture.Header, change func(m *Meter)) []string {
	var out []string
	m := NewStream(d, r, Output{Workers: workers, Row: func(i int, f *Flow, _ []byte) error {
		g, c := *f, *f.CIC
		g.CIC = nil
		if withoutEnd {
			g.End = EndUnknown
		}
		out = append(out, fmt.Sprintf("%d %+v %+v", i, g, c))
		return nil
	}})
	if change != nil {
		change(m)
	}
	for i := range packets {
		feed(m, packets[i], int64(i))
	}
	_, acc := m.Finish()
	for _, a := range acc {
		out = append(out, a.String())
		if err := a.Check(); err != nil {
			out = append(out, err.Error())
		}
	}
	return out
}

func equalLines(t *rapid.T, what string, a, b []string) {
	t.Helper()
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s: %d and %d lines, line %d differs\n%.300v\n%.300v", what, len(a), len(b), i, a[min(i, len(a)):], b[min(i, len(b)):])
		}
	}
}

// long makes captures with silences longer than the timeouts.
var long = rapid.Custom(func(t *rapid.T) []capture.Header {
	packets := packetsGen.Draw(t, "packets")
	for i := range packets {
		packets[i].Time += int64(i) * rapid.Int64Range(0, 2*s).Draw(t, "pause")
	}
	return packets
})

var anyDialect = rapid.SampledFrom([]Dialect{Clean, CIC2018, CIC2021})

// short makes a meter forget after seconds instead of minutes, and the cic
// dialects from the first packet on.
func short(m *Meter) {
	m.plan.release, m.plan.remember, m.plan.sweepFree = 5*s, 12*s, 0
}

// TestSweep: rows do not depend on when the table is swept.
func TestSweep(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d, packets := anyDialect.Draw(rt, "dialect"), long.Draw(rt, "packets")
		r := Recipe{Timeouts: []time.Duration{3 * time.Second, 4 * time.Second}, Activity: time.Second}
		lazy := lines(d, r, 1, false, packets, func(m *Meter) {
			short(m)
			m.shards[0].sweepAt = never
		})
		eager := lines(d, r, 1, false, packets, func(m *Meter) {
			short(m)
			m.plan.eager = true
		})
		equalLines(rt, "lazy and eager", lazy, eager)
		equalLines(rt, "workers", lazy, lines(d, r, 3, false, packets, short))
	})
}

// TestSweepChangesNothing: where packets are in order, the cic dialects write
// the same flows swept or not.
func TestSweepChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.SampledFrom([]Dialect{CIC2018, CIC2021}).Draw(rt, "dialect")
		packets := long.Draw(rt, "packets")
		for i := 1; i < len(packets); i++ {
			packets[i].Time = max(packets[i].Time, packets[i-1].Time)
		}
		r := Recipe{Timeouts: []time.Duration{3 * time.Second, 4 * time.Second}, Activity: time.Second}
		equalLines(rt, "swept", lines(d, r, 1, true, packets, nil), lines(d, r, 1, true, packets, func(m *Meter) {
			short(m)
			m.plan.eager = true
		}))
	})
}

// TestForgotten: in clean the endpoints of a silent 5-tuple are known for ten
// minutes, so that the next flow has the same source, and no longer.
func TestForgotten(t *testing.T) {
	for pause, want := range map[int64]string{100: "f b", 500: "f b", 700: "f f"} {
		packets := []capture.Header{udp(0, 1)}
		for i := range pause { // another host keeps the clock going
			other := udp(i*s, 1)
			other.SrcPort = 7
			packets = append(packets, other)
		}
		packets = append(packets, back(udp(pause*s+30*s, 1)))
		flows, _ := run(t, Clean, Recipe{}, packets...)
		var mine []Flow
		for _, f := range flows[0] {
			if f.Key.SrcPort != 7 {
				mine = append(mine, f)
			}
		}
		if got := shape(mine); got != want {
			t.Errorf("after %d s: %q, want %q", pause, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	var c clock
	for i, step := range []struct{ at, want int64 }{
		{100 * s, 0}, {100*s + 5, 5}, {100 * s, 5}, // a little back: it stands
		{5000 * s, 5 + s}, // far ahead: a second
		{101 * s, 5 + s},  // far back: it stands
	} {
		if got := c.tick(step.at); got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
	for range behind { // until it is clear that another recording has begun
		c.tick(102 * s)
	}
	if got := c.tick(102*s + 7); got != 5+s+7 || c.late != behind+1 {
		t.Errorf("after a step back: %d, %d late", got, c.late)
	}
}

// TestMaxFlows: never more open 5-tuples than allowed, no packet lost, the
// evicted flows counted and marked.
func TestMaxFlows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		packets, most := packetsGen.Draw(rt, "packets"), rapid.IntRange(1, 4).Draw(rt, "most")
		m := NewWith(anyDialect.Draw(rt, "dialect"), Recipe{Timeouts: []time.Duration{3 * time.Second, 120 * time.Second}, Activity: time.Second, MaxFlows: most})
		for i := range packets {
			feed(m, packets[i], int64(i))
			if sh := m.shards[0]; sh.open > most || sh.queue.tail-sh.queue.head > uint64(4*most+2) {
				rt.Fatalf("%d open, %d rows wait", sh.open, sh.queue.tail-sh.queue.head)
			}
		}
		flows, acc := m.Finish()
		for i := range acc {
			if err := acc[i].Check(); err != nil {
				rt.Fatal(err)
			}
			evicted := int64(0)
			for _, f := range flows[i] {
				if f.End == EndResources {
					evicted++
				}
			}
			if evicted > acc[i].Evicted || evicted < acc[i].Evicted-acc[i].NotInFlows[OnePacket] {
				rt.Fatalf("%d flows evicted, %v", evicted, acc[i])
			}
		}
	})
}

// TestIndex compares with a map, with hashes that collide.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x, want := index{slots: make([]slot, 4), mask: 3}, map[uint32]uint32{}
		for n := uint32(1); n < 60; n++ {
			if old := rapid.Uint32Range(1, n).Draw(rt, "entry"); want[old] != 0 && rapid.Bool().Draw(rt, "remove") {
				x.remove(want[old]-1, old)
				delete(want, old)
			}
			h := rapid.Uint32Range(0, 9).Draw(rt, "hash")
			x.put(h, n)
			want[n] = h + 1
		}
		found := 0
		for n, h := range want {
			for i := (h - 1) & x.mask; x.slots[i].entry != 0; i = (i + 1) & x.mask {
				if x.slots[i] == (slot{h - 1, n}) {
					found++
				}
			}
		}
		if found != len(want) || x.used != len(want) {
			rt.Fatalf("%d of %d found, %d used", found, len(want), x.used)
		}
	})
}

// TestGhosts compares with a map.
func TestGhosts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var g ghosts
		want := map[key]uint8{}
		for range rapid.IntRange(0, 3000).Draw(rt, "steps") {
			k := key{a: capture.Addr{Lo: uint64(rapid.Uint32Range(0, 60).Draw(rt, "a"))}, bPort: rapid.Uint16Range(0, 60).Draw(rt, "b")}
			known, reversed := g.take(&k)
			if known != want[k] || reversed != known&2 {
				rt.Fatalf("%v: known %d, reversed %d, want %d", k, known, reversed, want[k])
			}
			delete(want, k)
			if known = rapid.Uint8Range(0, 3).Draw(rt, "known"); known > 0 {
				g.put(ghostOf(&k, known, known&2))
				want[k] = known
			}
		}
		if g.used != len(want) {
			rt.Fatalf("%d used, want %d", g.used, len(want))
		}
	})
}
