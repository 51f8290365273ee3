package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/internal/testdata"

	"pgregory.net/rapid"
)

// feed reads all of a capture through a Feed; headers are copied.
func feed(file []byte, decode Decoder, o Options) (headers []Header, counts Counts, err error) {
	r, err := o.NewReader("test", bytes.NewReader(file))
	if err != nil {
		return nil, counts, err
	}
	defer r.Close()
	f := NewFeed(r, decode, o)
	var b Batch
	for {
		if err := f.Next(&b); err == io.EOF {
			return headers, counts, nil
		} else if err != nil {
			return headers, counts, err
		}
		headers = append(headers, b.Headers...)
		counts.Add(&b.Counts)
	}
}

// TestCounts: every packet is counted once, and what there is to note.
func TestCounts(t *testing.T) {
	s := int64(1_600_000_000_000_000_000)
	cut := record{s + 1e9, frame("cut")[:44], 60}
	records := []record{
		{s, frame("one"), 0},
		{s + 1000, frame("one"), 0},  // captured twice
		{s + 2000, frame("one"), 61}, // another length on the wire
		cut,
		{s + 5e8, frame("back"), 0},
		{s + 3e9, frame("one"), 0}, // too late to be a duplicate
		{0, frame("no time"), 0},
		{s + 4e9, frame("arp")[:13], 0},
	}
	records[7].data = append(bytes.Clone(records[7].data[:12]), 8, 6, 0, 1)
	headers, got, err := feed(pcapFile(binary.LittleEndian, 1000, 65535, 1, records...), DecodeClean, Options{})
	if err != nil || len(headers) != 7 {
		t.Fatalf("%d headers, %v", len(headers), err)
	}
	want := Counts{Packets: 8, SnapCut: 2, Duplicates: 1, Backwards: 2, ZeroTime: 1}
	want.Reasons[Kept], want.Reasons[NotIP] = 7, 1
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if headers[3].Payload != 3 || headers[3].Offset == headers[4].Offset {
		t.Errorf("%+v", headers[3])
	}
}

// TestFeedErrors: damage and unknown link types come after what was good.
func TestFeedErrors(t *testing.T) {
	le := binary.LittleEndian
	ng := slices.Concat(sectionBlock(le), interfaceBlock(le, LinkEthernet, 9), interfaceBlock(le, 105, 9),
		packetBlock(le, 1, 1, threeRecords[0]), packetBlock(le, 0, 1, threeRecords[0]), []byte{6, 0, 0})
	headers, counts, err := feed(ng, DecodeClean, Options{})
	if len(headers) != 1 || counts.Packets != 2 || counts.Reasons[BadLink] != 1 || err == nil {
		t.Fatalf("%d headers, %+v, %v", len(headers), counts, err)
	}
	for _, want := range []string{"found link type 105 (802.11)", "found 3 of 12 bytes of a block header"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestGopacketSame: with and without the short cuts the same headers and
// counts come out of all oracle captures, and an inner tunnel costs no packet.
func TestGopacketSame(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "in.pcap"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no oracle captures: %v", err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{{}, {Inner: true}} {
			slow := o
			slow.Gopacket = true
			for name, d := range map[string][2]Decoder{"clean": {o.Clean(), slow.Clean()}, "cic": {o.CIC(), slow.CIC()}} {
				a, countsA, errA := feed(file, d[0], o)
				b, countsB, errB := feed(file, d[1], slow)
				if !slices.Equal(a, b) || countsA != countsB || errA != nil || errB != nil {
					t.Errorf("%s, %s, %+v: %d headers, %+v, %v; by gopacket %d, %+v, %v", path, name, o, len(a), countsA, errA, len(b), countsB, errB)
				}
			}
		}
	}
}

func TestDisorderCheck(t *testing.T) {
	for d, ok := range map[Disorder]bool{
		"": true, "keep": true, "drop": true, "sort=100ms": true, "sort=1µs": true,
		"sort": false, "sort=": false, "sort=-1s": false, "sort=1ns": false, "sort=5": false, "Keep": false,
	} {
		if err := d.Check(); (err == nil) != ok || err != nil && !strings.Contains(err.Error(), string(d)) {
			t.Errorf("%q: %v", d, err)
		}
	}
}

// TestDisorder compares with sorting the whole file: what is later than the
// window is left out, the rest is in the order of time, then of the file.
func TestDisorder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var records []record
		for range rapid.IntRange(0, 600).Draw(t, "packets") {
			records = append(records, record{1e18 + 1000*rapid.Int64Range(0, 50).Draw(t, "time"), frame("x"), 0})
		}
		file := pcapFile(binary.LittleEndian, 1, 65535, 1, records...)
		window := rapid.Int64Range(0, 60).Draw(t, "window")
		disorder := Disorder("drop")
		if window > 0 {
			disorder = Disorder("sort=" + (time.Duration(window) * time.Microsecond).String())
		}
		got, counts, err := feed(file, DecodeClean, Options{Disorder: disorder})
		if err != nil || counts.Packets != int64(len(records)) || counts.Reasons[Kept] != int64(len(got)) ||
			counts.Reasons[Kept]+counts.Reasons[OutOfOrder] != counts.Packets {
			t.Fatalf("%d headers, %+v, %v", len(got), counts, err)
		}
		want := sortedWithin(records, window)
		if !slices.EqualFunc(got, want, func(h Header, at [2]int64) bool { return h.Time == at[0] && h.Offset == at[1] }) {
			t.Fatalf("%v: got %v\nwant %v", disorder, got, want)
		}
	})
}

// sortedWithin is what is left of records, (time, offset) each: a packet goes
// if one that is window or more later than its follower in time was seen.
func sortedWithin(records []record, window int64) (out [][2]int64) {
	const size = 16 + 60
	latest := int64(0)
	for i, r := range records {
		t := r.ns / 1000
		late := false
		for _, before := range out { // passed already, and later than this one
			late = late || latest-before[0] >= window && before[0] > t
		}
		if !late {
			out = append(out, [2]int64{t, 24 + int64(i)*size})
			latest = max(latest, t)
		}
	}
	slices.SortStableFunc(out, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	return out
}
