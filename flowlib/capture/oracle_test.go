package capture

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"flowbook/internal/testdata"
)

// TestDecodeCICOracle compares the decoder with what the original reader
// understood, packet by packet; a packet that is missing there must be
// Ignored here.
func TestDecodeCICOracle(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "packets.csv"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no oracle captures: %v", err)
	}
	for _, golden := range dirs {
		dir := filepath.Dir(golden)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			want := readGolden(t, golden)
			n, bad := 0, 0
			each(t, filepath.Join(dir, "in.pcap"), func(p *Packet) {
				n++
				got := "dropped"
				var h Header
				if DecodeCIC(p, &h) == Kept {
					got = line(&h)
				}
				exp, ok := want[n]
				if !ok {
					exp = "dropped"
				}
				if got != exp && bad < 5 {
					bad++
					t.Errorf("packet %d:\n got %s\nwant %s\ncaplen %d wire %d: % x", n, got, exp, len(p.Data), p.WireLen, p.Data[:min(len(p.Data), 64)])
				}
			})
		})
	}
}

func each(t testing.TB, path string, f func(p *Packet)) {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var p Packet
	for {
		if err := r.Next(&p); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		f(&p)
	}
}

// line is a header as a row of packets.csv.
func line(h *Header) string {
	window := strconv.Itoa(int(max(h.Window, 0))) // the golden prints 0 where there is none
	flags := ""
	for i, c := range "FSRPAUEC" {
		if h.Flags>>i&1 == 1 {
			flags += string(c)
		}
	}
	return fmt.Sprintf("%d %v %v %d %d %d %d %d %s %s", h.Time, h.Src.Netip(false), h.Dst.Netip(false),
		h.SrcPort, h.DstPort, h.Proto, h.Payload, h.Header, window, flags)
}

func readGolden(t *testing.T, path string) map[int]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[int]string{}
	for _, r := range rows[1:] {
		n, _ := strconv.Atoi(r[0])
		out[n] = fmt.Sprintf("%s %s %s %s %s %s %s %s %s %s", r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10])
	}
	return out
}
