package npz

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/internal/testdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestReadGoldenInputs(t *testing.T) {
	m, err := Read(testdata.Shared(t, "golden", "models", "inputs.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{146, 480}, m["x"].Shape); diff != "" {
		t.Error(diff)
	}
	if len(m["app"].Int32()) != 146 || m["x"].Float32()[7*480+21] != 38.5 {
		t.Error("labels or the planted outlier are not there")
	}
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		size := 1
		for _, d := range shape {
			size *= d
		}
		data := rapid.SliceOfN(rapid.Float32(), size, size).Draw(t, "data")
		b, err := Encode(map[string]Tensor{"a/b": {Shape: shape, Data: data}, "c": {Shape: []int{1}, Wide: []float64{0.1}}})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "x.npz")
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]int{}, shape...), append([]int{}, m["a/b"].Shape...)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(data, m["a/b"].Float32()); diff != "" || len(m) != 2 || m["c"].Data[0] != 0.1 {
			t.Error(diff)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	good := encode(Tensor{Shape: []int{2}, Data: []float32{1, 2}})
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "version 1.0"},
		{"text", "no numbers here", "version 1.0"},
		{"cut header", string(good[:40]), "expected a header"},
		{"cut data", string(good[:len(good)-1]), "found 7 bytes of data, expected 8"},
		{"other type", strings.Replace(string(good), "<f4", "<c8", 1), "found type <c8"},
		{"Fortran order", strings.Replace(string(good), "False", "True ", 1), "C order"},
		{"huge", strings.Replace(string(good), "(2,)", "(9999999999,)", 1), "fewer than 2^31"},
	} {
		if _, err := decode([]byte(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none.npz")); err == nil {
		t.Error("no error for a missing file")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(Tensor{Shape: []int{2, 1}, Data: []float32{1, 2}}))
	f.Add(encode(Tensor{Data: []float32{3}}))
	f.Add([]byte("\x93NUMPY\x01\x00\x04\x00{}\n "))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := decode(b); err == nil && len(a.Data) > len(b) {
			t.Errorf("%d numbers from %d bytes", len(a.Data), len(b))
		}
	})
}
