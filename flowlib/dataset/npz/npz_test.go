package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/flowlib/dataset"
)

// read is a plain reader of one array: header and bytes.
func read(t *testing.T, z *zip.ReadCloser, name string) (head string, data []byte) {
	t.Helper()
	f, err := z.Open(name + ".npy")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	n := int(binary.LittleEndian.Uint16(b[8:]))
	if string(b[:8]) != "\x93NUMPY\x01\x00" || (10+n)%64 != 0 {
		t.Fatalf("%s: header %q", name, b[:10+n])
	}
	return string(b[10 : 10+n]), b[10+n:]
}

func TestWrite(t *testing.T) {
	set := &dataset.Set{Steps: 2, Features: []string{"a", "b", "c"}, Types: []string{"chat", "voip"}, Apps: []string{"ä"}}
	for i := range 600 {
		for j := range 6 {
			set.Rows = append(set.Rows, float64(i*10+j))
		}
		w := dataset.Window{Rows: []int32{int32(2 * i), int32(2*i + 1)}, Type: int32(i % 2), Start: int64(i), Groups: &dataset.Groups{Host: fmt.Sprint("h", i)}}
		if i == 0 {
			w.Rows[1] = -1
		}
		set.Windows = append(set.Windows, w)
	}
	path := filepath.Join(t.TempDir(), "x.npz")
	if err := Write(path, set); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for name, want := range map[string]struct {
		head string
		size int
	}{
		"x": {"'<f4', 'fortran_order': False, 'shape': (600,2,3,)", 600 * 6 * 4}, "mask": {"'|b1', 'fortran_order': False, 'shape': (600,2,)", 1200},
		"type": {"'<i4'", 2400}, "start": {"'<i8'", 4800}, "host": {"'<U4'", 600 * 16}, "apps": {"'<U1'", 4}, "day": {"'<U1'", 2400},
	} {
		head, data := read(t, z, name)
		if !strings.Contains(head, want.head) || len(data) != want.size {
			t.Errorf("%s: %s, %d bytes, expected %s, %d", name, head, len(data), want.head, want.size)
		}
	}
	_, x := read(t, z, "x")
	at := func(i int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(x[4*i:])) }
	if at(599*6+5) != 5995 || at(2) != 2 || at(3) != 0 {
		t.Errorf("x holds %v, %v, %v", at(599*6+5), at(2), at(3))
	}
	if _, mask := read(t, z, "mask"); mask[0] != 1 || mask[1] != 0 || mask[2] != 1 {
		t.Errorf("mask %v", mask[:3])
	}
}
