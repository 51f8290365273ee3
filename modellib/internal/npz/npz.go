// Package npz reads and writes NumPy's .npz: a zip of .npy members, each a
// magic, a header in the form of a Python dict and little-endian data in
// C order. It handles the numbers that weights and reference values need.
package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Array is one member. Data holds every type that is read as float64, which
// is exact for float32, for bytes and for integers below 2^53.
type Array struct {
	Shape []int
	Data  []float64
}

// Float32 returns the numbers as float32.
func (a Array) Float32() []float32 {
	out := make([]float32, len(a.Data))
	for i, v := range a.Data {
		out[i] = float32(v)
	}
	return out
}

// Int32 returns the numbers as int32.
func (a Array) Int32() []int32 {
	out := make([]int32, len(a.Data))
	for i, v := range a.Data {
		out[i] = int32(v)
	}
	return out
}

const magic = "\x93NUMPY"

var header = regexp.MustCompile(`'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([^)]*)\)`)

// Read reads all members of the .npz file at path; the key is the member's
// name without ".npy". Errors name the file, the member, what was found and
// what was expected.
func Read(path string) (map[string]Array, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: found no .npz (zip) file: %w", path, err)
	}
	defer z.Close()
	arrays, err := Decode(&z.Reader)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return arrays, nil
}

// Decode reads the arrays of an .npz; members that are no .npy are passed over.
func Decode(z *zip.Reader) (map[string]Array, error) {
	out := map[string]Array{}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		a, err := readMember(f)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", f.Name, err)
		}
		out[name] = a
	}
	return out, nil
}

func readMember(f *zip.File) (Array, error) {
	r, err := f.Open()
	if err != nil {
		return Array{}, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return Array{}, err
	}
	return decode(b)
}

// decode reads one .npy of version 1.0.
func decode(b []byte) (Array, error) {
	if len(b) < 10 || string(b[:8]) != magic+"\x01\x00" {
		return Array{}, fmt.Errorf("found no .npy of version 1.0")
	}
	end := 10 + int(binary.LittleEndian.Uint16(b[8:]))
	if end > len(b) {
		return Array{}, fmt.Errorf("found %d bytes, expected a header of %d", len(b), end)
	}
	m := header.FindSubmatch(b[10:end])
	if m == nil || string(m[2]) == "True" {
		return Array{}, fmt.Errorf("found header %q, expected descr, C order and shape", b[10:end])
	}
	shape, size, err := parseShape(string(m[3]))
	if err != nil {
		return Array{}, err
	}
	data, err := decodeNumbers(string(m[1]), b[end:], size)
	return Array{Shape: shape, Data: data}, err
}

// parseShape reads "3, 4" and returns the product too.
func parseShape(text string) (shape []int, size int, err error) {
	size = 1
	for field := range strings.SplitSeq(text, ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue
		}
		d, err := strconv.Atoi(field)
		if err != nil || d < 0 || d > 0 && size > math.MaxInt32/d {
			return nil, 0, fmt.Errorf("found shape (%s), expected dimensions of fewer than 2^31 numbers", text)
		}
		shape, size = append(shape, d), size*d
	}
	return shape, size, nil
}

func decodeNumbers(descr string, b []byte, size int) ([]float64, error) {
	width := map[string]int{"<f4": 4, "<f8": 8, "<i4": 4, "<i8": 8, "|u1": 1}[descr]
	if width == 0 {
		return nil, fmt.Errorf("found type %s, expected <f4, <f8, <i4, <i8 or |u1", descr)
	}
	if len(b) != width*size {
		return nil, fmt.Errorf("found %d bytes of data, expected %d", len(b), width*size)
	}
	out := make([]float64, size)
	for i := range out {
		switch v := b[i*width:]; descr {
		case "<f4":
			out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(v)))
		case "<f8":
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(v))
		case "<i4":
			out[i] = float64(int32(binary.LittleEndian.Uint32(v)))
		case "<i8":
			out[i] = float64(int64(binary.LittleEndian.Uint64(v)))
		case "|u1":
			out[i] = float64(v[0])
		}
	}
	return out, nil
}

// Tensor is an array to write: float32 in Data, or else float64 in Wide.
type Tensor struct {
	Shape []int
	Data  []float32
	Wide  []float64
}

// Member is a member of an .npz that is no array; NumPy gives its bytes.
type Member struct {
	Name string
	Data []byte
}

// Encode returns the .npz of tensors, stored without compression, in the
// order of their names and without times, so that equal tensors give equal
// bytes; the other members follow.
func Encode(tensors map[string]Tensor, more ...Member) ([]byte, error) {
	var members []Member
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		members = append(members, Member{name + ".npy", encode(tensors[name])})
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, m := range append(members, more...) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.Name, Method: zip.Store})
		if err != nil {
			return nil, fmt.Errorf("npz: %s: %w", m.Name, err)
		}
		if _, err := w.Write(m.Data); err != nil {
			return nil, fmt.Errorf("npz: %s: %w", m.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	return buf.Bytes(), nil
}

func encode(t Tensor) []byte {
	dims := make([]string, len(t.Shape))
	for i, d := range t.Shape {
		dims[i] = strconv.Itoa(d) + ","
	}
	descr := "<f4"
	if t.Wide != nil {
		descr = "<f8"
	}
	h := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, strings.Join(dims, " "))
	pad := 63 - (10+len(h))%64 // data start at a multiple of 64
	h += strings.Repeat(" ", pad) + "\n"
	b := append([]byte(magic+"\x01\x00"), byte(len(h)), byte(len(h)>>8))
	b = append(b, h...)
	for _, v := range t.Data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	for _, v := range t.Wide {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}
