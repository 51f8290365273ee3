package flowio

import (
	"bytes"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib/meter"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParquetRoundTrip(t *testing.T) {
	roundTrip(t, nil)
	addr := rapid.Custom(func(t *rapid.T) netip.Addr {
		b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "addr")
		switch b[0] % 3 {
		case 0:
			return netip.Addr{}
		case 1:
			return netip.AddrFrom4([4]byte(b[:4]))
		}
		return netip.AddrFrom16([16]byte(b))
	})
	rapid.Check(t, func(rt *rapid.T) {
		flows := make([]meter.Flow, rapid.IntRange(1, 50).Draw(rt, "flows"))
		for i := range flows {
			f := &flows[i]
			f.ID = rapid.String().Draw(rt, "id")
			f.Key = meter.Key{Src: addr.Draw(rt, "src"), Dst: addr.Draw(rt, "dst"), SrcPort: rapid.Uint16().Draw(rt, "port"), DstPort: 443, Proto: rapid.Uint8().Draw(rt, "proto")}
			f.Start, f.Duration = rapid.Int64().Draw(rt, "start"), rapid.Int64().Draw(rt, "duration")
			f.Timeout = time.Duration(rapid.Int64Range(0, 1e6).Draw(rt, "timeout")) * time.Microsecond
			f.Fwd, f.BwdBytes, f.Super, f.First = i, rapid.Int64().Draw(rt, "bytes"), rapid.IntRange(-1, 9).Draw(rt, "super"), int64(i)<<40
			f.End = meter.EndReason(rapid.Uint8Range(0, 5).Draw(rt, "end"))
			f.Features[0], f.Features[22] = rapid.Float64().Draw(rt, "x"), math.Copysign(0, -1)
		}
		roundTrip(t, flows)
	})
}

func TestColumns(t *testing.T) {
	want := []Column{
		{Name: "z", Data: []int32{3, -1, 2}}, {Name: "a", Unit: "µs", Data: []int64{1 << 40, 0, -5}}, {Name: "when", Data: Times{1e15, 2, 3}},
		{Name: "ok", Data: []bool{true, false, true}}, {Name: "name", Data: []string{"", "b", "b"}}, {Name: "x", Unit: "1/s", Data: []float64{math.Inf(1), 1, -0.5}},
	}
	var file bytes.Buffer
	if err := WriteColumns(&file, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadColumns(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || got.Rows != 3 {
		t.Fatal(got, err)
	}
	if d := cmp.Diff(want, got.Columns); d != "" {
		t.Error(d)
	}
	some, err := ReadColumns(bytes.NewReader(file.Bytes()), int64(file.Len()), "name", "z")
	if err != nil || len(some.Columns) != 2 || some.Columns[0].Name != "z" {
		t.Errorf("%+v, %v", some, err)
	}
	var x []int64
	if err := Get(some, "x", &x); err == nil || !strings.Contains(err.Error(), "column x is missing") {
		t.Error(err)
	}
	if err := Get(some, "z", &x); err == nil || !strings.Contains(err.Error(), "column z holds []int32, expected []int64") {
		t.Error(err)
	}
	for name, bad := range map[string][]Column{
		"length": {{Name: "a", Data: []int32{1}}, {Name: "b", Data: []int32{}}},
		"name":   {{Name: "a", Data: []int32{1}}, {Name: "a", Data: []int32{1}}},
		"type":   {{Name: "a", Data: []int8{1}}},
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "flowio: ") {
					t.Errorf("%s: panic %q", name, p)
				}
			}()
			WriteColumns(&file, bad)
			t.Errorf("%s: no panic", name)
		}()
	}
}

func TestManyRows(t *testing.T) {
	n := rowGroup + 3
	numbers, names := make([]int64, n), make([]string, n)
	for i := range numbers {
		numbers[i], names[i] = int64(i), string(rune('a'+i%7))
	}
	var file bytes.Buffer
	if err := WriteColumns(&file, []Column{{Name: "n", Data: numbers}, {Name: "s", Data: names}}); err != nil {
		t.Fatal(err)
	}
	c, err := ReadColumns(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	back := c.Columns[0].Data.([]int64)
	if len(back) != n || back[n-1] != int64(n-1) || back[rowGroup] != int64(rowGroup) || c.Columns[1].Data.([]string)[n-1] != names[n-1] {
		t.Error("rows differ")
	}
}

func TestBadParquet(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.parquet")
	if err := WriteParquet(good, []meter.Flow{{ID: "a"}, {ID: "b"}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad.parquet")
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("Flow ID,Src IP\n"), "cut": text[:len(text)/2], "no end": text[:len(text)-4]} {
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadParquet(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteParquet(filepath.Join(dir, "none", "x.parquet"), nil); err == nil {
		t.Error("written into a directory that is not there")
	}
}
