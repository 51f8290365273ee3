package flowlib_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var paper = meter.Recipe{
	Dialect: "clean", Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 5 * time.Second,
}

// capturePcap is a pcap of n datagrams between two hosts, half a second apart,
// every third one back.
func capturePcap(link uint32, n int) []byte {
	le := binary.LittleEndian
	b := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}
	b = le.AppendUint32(b, link)
	for i := range n {
		b = le.AppendUint32(b, uint32(1_600_000_000+i/2))
		b = le.AppendUint32(b, uint32(i%2*500_000))
		b = le.AppendUint32(b, 38)
		b = le.AppendUint32(b, 38)
		src, dst := byte(1), byte(2)
		if i%3 == 2 {
			src, dst = 2, 1
		}
		b = append(b, 0x45, 0, 0, 38, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, src, 10, 0, 0, dst)
		b = append(b, 0, 53, 0, 53, 0, 18, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	}
	return b
}

func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func ExampleExtract() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ten-minutes.pcap")
	os.WriteFile(path, capturePcap(101, 1200), 0o600)

	e, err := flowlib.Extract(path, paper)
	fmt.Println(err)
	for i, acc := range e.Accounting {
		fmt.Println(acc)
		fmt.Println(e.Flows[i][1].Key, e.Flows[i][1].Packets(), "packets, superflow", e.Flows[i][1].Super)
	}
	// Output:
	// <nil>
	// timeout 120s: 1200 packets = 1200 in 5 flows
	// 10.0.0.1-10.0.0.2-53-53-17 241 packets, superflow 1
	// timeout 3s: 1200 packets = 1200 in 174 flows
	// 10.0.0.1-10.0.0.2-53-53-17 7 packets, superflow 0
}

// TestExtractCut: a capture that is cut in a packet gives the flows of what is
// whole, an exact account, and an error that names file and place.
func TestExtractCut(t *testing.T) {
	whole := capturePcap(101, 10)
	for _, c := range []struct {
		name    string
		file    []byte
		packets int64
		message string
	}{
		{"cut.pcap", whole[:len(whole)-5], 9, "cut.pcap: byte 510: found 33 of 38 bytes of a packet"},
		{"header.pcap", whole[:len(whole)-40], 9, "header.pcap: byte 510: found 14 of 16 bytes of a record header"},
		{"wifi.pcap", capturePcap(105, 2), 2, "wifi.pcap: byte 24: found link type 105 (802.11)"},
	} {
		path := write(t, c.name, c.file)
		e, err := flowlib.Extract(path, paper)
		var bad *capture.Error
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.message)
		}
		if e == nil {
			t.Errorf("%s: nothing was kept", c.name)
			continue
		}
		for _, acc := range e.Accounting {
			if acc.Packets != c.packets || acc.Check() != nil {
				t.Errorf("%s: %v, %v", c.name, acc, acc.Check())
			}
		}
	}
}

func TestExtractRefuses(t *testing.T) {
	for name, path := range map[string]string{
		"missing": filepath.Join(t.TempDir(), "none.pcap"),
		"text":    write(t, "rows.csv", []byte("Flow ID,Src IP,Src Port\n")),
		"empty":   write(t, "empty.pcap", nil),
	} {
		if e, err := flowlib.Extract(path, paper); e != nil || err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
	r := paper
	r.Dialect = "cic1998"
	if _, err := flowlib.Extract("any", r); err == nil || !strings.Contains(err.Error(), "cic1998") {
		t.Errorf("unknown dialect: %v", err)
	}
}

type result struct {
	*flowlib.Extraction
	Err error
}

// TestInOrder: results come in the order of the paths, equal for any number
// of workers, and the caller may stop.
func TestInOrder(t *testing.T) {
	var paths []string
	for i := range 7 {
		paths = append(paths, write(t, fmt.Sprintf("%d.pcap", i), capturePcap(101, 10*i)))
	}
	paths = append(paths, write(t, "bad.pcap", []byte("bad")))
	do := func(i int) result {
		e, err := flowlib.Extract(paths[i], paper)
		return result{e, err}
	}
	collect := func(workers int) (out []result) {
		flowlib.InOrder(len(paths), workers, do, func(i int, r result) bool {
			if i != len(out) {
				t.Errorf("result %d is of %s", len(out), paths[i])
			}
			out = append(out, r)
			return true
		})
		return out
	}
	one := collect(1)
	if len(one) != len(paths) || one[7].Err == nil || one[6].Accounting[0].Packets != 60 {
		t.Fatalf("%d results", len(one))
	}
	for _, workers := range []int{2, 8} {
		if d := cmp.Diff(one, collect(workers), cmpopts.EquateComparable(meter.Key{}.Src), cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) })); d != "" {
			t.Errorf("%d workers: %s", workers, d)
		}
	}
	n := 0
	flowlib.InOrder(len(paths), 2, do, func(int, result) bool { n++; return n < 3 })
	if n != 3 {
		t.Errorf("%d results after stopping at 3", n)
	}
}

// FuzzExtract: for any bytes and any dialect the account is exact, rows are in
// order, and the table can be written.
func FuzzExtract(f *testing.F) {
	f.Add(capturePcap(101, 5))
	f.Add(capturePcap(1, 5))
	f.Add(capturePcap(105, 2)[:90])
	f.Add([]byte("Flow ID,Src IP\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		path := write(t, "fuzz", file)
		for _, dialect := range []string{"clean", "cic2018", "cic2021"} {
			r := paper
			r.Dialect = dialect
			e, err := flowlib.Extract(path, r)
			if e == nil {
				if err == nil {
					t.Fatal("nothing and no error")
				}
				continue
			}
			checkExtraction(t, dialect, e)
		}
	})
}

func checkExtraction(t *testing.T, dialect string, e *flowlib.Extraction) {
	t.Helper()
	for i, flows := range e.Flows {
		if err := e.Accounting[i].Check(); err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(e.Accounting[i]); err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, f := range flows {
			sum += int64(f.Packets())
		}
		if sum != e.Accounting[i].InFlows {
			t.Fatalf("%d packets in flows, %v", sum, e.Accounting[i])
		}
		if !slices.IsSortedFunc(flows, func(a, b meter.Flow) int { return int(a.First - b.First) }) {
			t.Fatal("rows out of order")
		}
		var b bytes.Buffer
		if err := flowio.WriteCIC(&b, dialect, flows); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(b.Bytes(), []byte("\n")); n != len(flows)+1 {
			t.Fatalf("%d lines for %d flows", n, len(flows))
		}
	}
}
