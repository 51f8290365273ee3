package sequence

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"flowbook/flowlib/meter"

	"pgregory.net/rapid"
)

const day = 24 * hour

// at is a moment of one day in µs.
func at(h, m, s int, micros int64) int64 {
	return 16000*day + int64(h)*hour + int64(m)*60*second + int64(s)*second + micros
}

func TestPublished(t *testing.T) {
	flow := func(id string, start, duration int64) meter.Flow {
		return meter.Flow{ID: id, Start: start, Duration: duration}
	}
	super := []meter.Flow{
		flow("a", at(9, 0, 10, 700_000), 60*second), // understood as 9:00:10.0 to 9:01:10.0
		flow("b", at(9, 0, 0, 0), 60*second),
		flow("a", at(9, 0, 30, 0), 100*second), // what the first took is gone
	}
	mini := []meter.Flow{
		flow("a", at(9, 0, 10, 700_000), 2*second),
		flow("a", at(9, 0, 10, 100_000), 2*second),  // began before the superflow: wrongly admitted
		flow("a", at(9, 1, 9, 900_000), second),     // 9:01:09 + 1 s: admitted
		flow("a", at(9, 1, 10, 100_000), 300_000),   // within 9:01:10.7, but past 9:01:10 as understood: lost to the first
		flow("b", at(9, 0, 59, 0), second+1),        // a microsecond too long
		flow("c", at(9, 0, 20, 0), second),          // another Flow ID
		flow("b", at(8, 59, 59, 999_999), 2*second), // a second too early as understood
		flow("a", at(21, 0, 40, 0), second),         // twelve hours later
	}
	for name, c := range map[string]struct {
		twelve bool
		want   Link
	}{
		"12-hour": {true, Link{{0, 1, 2, 7}, nil, {3}}},
		"24-hour": {false, Link{{0, 1, 2}, nil, {3}}},
	} {
		got := Published(super, mini, c.twelve)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Noon and midnight of a 12-hour clock both read 12, and so sort last.
func TestTwelveHourClock(t *testing.T) {
	for _, c := range [][2]int{{0, 12}, {12, 12}, {1, 1}, {13, 1}, {23, 11}} {
		start, _ := published(&meter.Flow{Start: at(c[0], 5, 6, 7)}, true)
		if want := at(c[1], 5, 6, 0); start != want {
			t.Errorf("hour %d: read as %v, want hour %d", c[0], time.UnixMicro(start).UTC(), c[1])
		}
	}
	if start, end := published(&meter.Flow{Start: -1, Duration: 5}, false); start != -second || end != -second+5 {
		t.Errorf("before 1970: %d to %d", start, end)
	}
}

// drawFlows draws flows of few Flow IDs around noon, where the clock jumps.
func drawFlows(t *rapid.T, name string, most int) []meter.Flow {
	n := rapid.IntRange(0, most).Draw(t, name)
	flows := make([]meter.Flow, n)
	for i := range flows {
		flows[i] = meter.Flow{
			ID:       rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"),
			Start:    at(11, 58, 0, 0) + rapid.Int64Range(0, 240*second).Draw(t, "start"),
			Duration: rapid.Int64Range(-5, 60*second).Draw(t, "duration"),
			Super:    rapid.IntRange(-1, 3).Draw(t, "super"),
		}
	}
	return flows
}

// The published link equals a loop over everything.
func TestPublishedOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		super, mini := drawFlows(t, "super", 8), drawFlows(t, "mini", 30)
		twelve := rapid.Bool().Draw(t, "twelve")
		taken := make([]bool, len(mini))
		want := make(Link, len(super))
		for s := range super {
			from, to := published(&super[s], twelve)
			for m := range mini {
				a, b := published(&mini[m], twelve)
				if !taken[m] && mini[m].ID == super[s].ID && a >= from && b <= to {
					taken[m] = true
					want[s] = append(want[s], int32(m))
				}
			}
		}
		if got := Published(super, mini, twelve); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v, slowly %v", got, want)
		}
	})
}

func TestLineageAndCompare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mini := drawFlows(t, "mini", 30)
		exact := Lineage(4, mini)
		linked := 0
		for s, rows := range exact {
			for _, r := range rows {
				if mini[r].Super != s {
					t.Fatalf("miniflow %d of superflow %d went to %d", r, mini[r].Super, s)
				}
				linked++
			}
			if !slices.IsSorted(rows) {
				t.Fatalf("superflow %d: rows %v", s, rows)
			}
		}
		if d := Compare(exact, exact); d != (Difference{Linked: linked}) {
			t.Fatalf("a link against itself: %+v", d)
		}
		super := make([]meter.Flow, 4)
		for i := range super {
			super[i] = meter.Flow{ID: "a", Start: at(11, 58, 0, 0), Duration: 120 * second}
		}
		other := Published(super, mini, false)
		d := Compare(exact, other)
		if d.Linked-d.Admitted != linked-d.Lost {
			t.Fatalf("%+v of %d: what both have differs", d, linked)
		}
		var sum Difference
		sum.Add(d)
		if sum.Add(d); sum.Linked != 2*d.Linked || sum.Lost != 2*d.Lost || sum.Admitted != 2*d.Admitted {
			t.Fatalf("twice %+v is %+v", d, sum)
		}
	})
}

func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Spec{Length: rapid.IntRange(1, 25).Draw(t, "length"), Stride: rapid.IntRange(1, 5).Draw(t, "stride"), Padding: "none"}
		rows := make([]int32, rapid.IntRange(0, 60).Draw(t, "rows"))
		for i := range rows {
			rows[i] = int32(100 + 3*i)
		}
		var want [][]int32
		for at := 0; at+s.Length <= len(rows); at += s.Stride {
			want = append(want, rows[at:at+s.Length])
		}
		got := s.Windows(rows)
		if fmt.Sprint(got) != fmt.Sprint(want) || len(got) != s.Count(len(rows)) {
			t.Fatalf("%v, want %v", got, want)
		}
		if s.Stride == 1 && len(got) != max(len(rows)-s.Length+1, 0) {
			t.Fatalf("%d windows of %d rows", len(got), len(rows))
		}
	})
}

func TestSpecCheck(t *testing.T) {
	for _, s := range []Spec{{0, 1, 0, "none"}, {20, 0, 0, "none"}, {20, 1, 21, "one"}, {20, 1, -1, "one"}, {20, 1, 0, "thousand"}, {20, 1, 0, "constant:x"}, {20, 1, 0, "constant:NaN"}, {20, 1, 0, ""}} {
		if s.Check() == nil {
			t.Errorf("%+v passes", s)
		}
	}
	for _, padding := range append(slices.Clone(Paddings), "constant:-3.5") {
		if err := (Spec{20, 1, 5, padding}).Check(); err != nil {
			t.Error(err)
		}
	}
	for padding, want := range map[string]float64{"zero": 0.01, "one": 1, "hundred": 100, "constant:-3.5": -3.5} {
		if v, ok := (Spec{Padding: padding}).Constant(); !ok || v != want {
			t.Errorf("%s: %v, %v", padding, v, ok)
		}
	}
}

// A sequence that is too short gives one window with padding, if it has the
// least length: its own rows first, then -1 or the rows again.
func TestPadding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Spec{Length: rapid.IntRange(1, 12).Draw(t, "length"), Stride: rapid.IntRange(1, 3).Draw(t, "stride"), Padding: rapid.SampledFrom(Paddings).Draw(t, "padding")}
		s.MinLength = rapid.IntRange(0, s.Length).Draw(t, "least")
		rows := make([]int32, rapid.IntRange(0, 15).Draw(t, "rows"))
		for i := range rows {
			rows[i] = int32(7 + i)
		}
		got := s.Windows(rows)
		if len(got) != s.Count(len(rows)) {
			t.Fatalf("%d windows, counted %d", len(got), s.Count(len(rows)))
		}
		if len(rows) >= s.Length {
			return // TestWindows
		}
		padded := s.Padding != "none" && len(rows) > 0 && len(rows) >= s.MinLength
		if (len(got) == 1) != padded {
			t.Fatalf("%+v: %d windows of %d rows", s, len(got), len(rows))
		}
		for i := range s.Length {
			if !padded {
				break
			}
			want := int32(-1)
			if i < len(rows) || s.Padding == "repeat" {
				want = rows[i%len(rows)]
			}
			if got[0][i] != want {
				t.Fatalf("%+v: %v of %v", s, got[0], rows)
			}
		}
	})
}

func TestChains(t *testing.T) {
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	there, back := meter.Key{Src: a, Dst: b, SrcPort: 5, DstPort: 80, Proto: 6}, meter.Key{Src: b, Dst: a, SrcPort: 80, DstPort: 5, Proto: 6}
	udp := there
	udp.Proto = 17
	self, flip := meter.Key{Src: a, Dst: a, SrcPort: 2, DstPort: 1}, meter.Key{Src: a, Dst: a, SrcPort: 1, DstPort: 2}
	flows := []meter.Flow{
		{Key: there, Start: 30}, {Key: udp, Start: 5}, {Key: back, Start: 10}, {Key: self}, {Key: there, Start: 10}, {Key: flip},
	}
	if got := fmt.Sprint(Chains(flows)); got != "[[2 4 0] [1] [3 5]]" {
		t.Error(got)
	}
}

func ExampleSpec_Windows() {
	rows := []int32{4, 5, 6, 7, 8} // the miniflows of one superflow
	for _, w := range (Spec{Length: 3, Stride: 1, Padding: "none"}).Windows(rows) {
		fmt.Println(w)
	}
	// Output:
	// [4 5 6]
	// [5 6 7]
	// [6 7 8]
}
