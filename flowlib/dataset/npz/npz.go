// Package npz writes a data set as NumPy arrays: one file that numpy.load opens.
package npz

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"flowbook/flowlib/dataset"
	"flowbook/flowlib/flowio"
)

// Write writes the windows of a set to path, beside it and then renamed:
//
//	x              float32 [windows, steps, features]  unscaled, padded steps as the recipe says
//	mask           bool    [windows, steps]            false for padded steps
//	type, app, vpn int32   [windows]                   class numbers
//	types, apps    text    [classes]                   their names
//	features       text    [features]
//	start, end     int64   [windows]                   µs since 1970 UTC
//	superflow, tuple, capture, session, host, day, access, implementation
//	               text    [windows]                   groups, "" where not known
//
// The windows are read in batches, so that memory does not grow with them.
func Write(path string, set *dataset.Set) error {
	return flowio.WriteFile(path, func(w io.Writer) error { return write(w, set) })
}

// batch is how many windows are written at once.
const batch = 256

func write(w io.Writer, set *dataset.Set) error {
	z := &archive{zip: zip.NewWriter(w)}
	n := len(set.Windows)
	x := make([]float32, set.Size(min(batch, n)))
	z.array("x", "<f4", []int{n, set.Steps, len(set.Features)}, func(put func(any)) {
		eachBatch(n, func(windows []int) {
			out := x[:set.Size(len(windows))]
			set.Fill(out, windows, nil)
			put(out)
		})
	})
	mask := make([]bool, min(batch, n)*set.Steps)
	z.array("mask", "|b1", []int{n, set.Steps}, func(put func(any)) {
		eachBatch(n, func(windows []int) {
			out := mask[:len(windows)*set.Steps]
			set.Mask(out, windows)
			put(out)
		})
	})
	for _, task := range []string{"type", "app", "vpn"} {
		_, y := set.Labels(task)
		z.array(task, "<i4", []int{n}, func(put func(any)) { put(y) })
	}
	z.text("types", len(set.Types), func(i int) string { return set.Types[i] })
	z.text("apps", len(set.Apps), func(i int) string { return set.Apps[i] })
	z.text("features", len(set.Features), func(i int) string { return set.Features[i] })
	z.times("start", set, func(w *dataset.Window) int64 { return w.Start })
	z.times("end", set, func(w *dataset.Window) int64 { return w.End })
	for _, unit := range dataset.Units {
		z.text(unit, n, func(i int) string { return set.Windows[i].Group(unit) })
	}
	if z.err != nil {
		return z.err
	}
	return z.zip.Close()
}

// eachBatch calls use with the window numbers 0 … n-1, some at a time.
func eachBatch(n int, use func(windows []int)) {
	windows := make([]int, 0, batch)
	for w := range n {
		if windows = append(windows, w); len(windows) == batch || w == n-1 {
			use(windows)
			windows = windows[:0]
		}
	}
}

// archive writes arrays until the first error.
type archive struct {
	zip *zip.Writer
	err error
}

// array writes one array: its header, and the pieces that fill puts.
func (z *archive) array(name, dtype string, shape []int, fill func(put func(any))) {
	if z.err != nil {
		return
	}
	entry, err := z.zip.Create(name + ".npy")
	if err != nil {
		z.err = err
		return
	}
	b := bufio.NewWriterSize(entry, 1<<16)
	b.WriteString(header(dtype, shape)) // errors stay with the writer until Flush
	fill(func(piece any) {
		if z.err == nil {
			z.err = binary.Write(b, binary.LittleEndian, piece)
		}
	})
	if err := b.Flush(); z.err == nil {
		z.err = err
	}
}

// header begins an array in NumPy's format 1.0, filled up to a multiple of 64.
func header(dtype string, shape []int) string {
	dims := ""
	for _, d := range shape {
		dims += fmt.Sprintf("%d,", d)
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, dims)
	const before = 10 // magic, version and length
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	if len(text) > math.MaxUint16 {
		panic("npz: an array has too many dimensions")
	}
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(text)), byte(len(text) >> 8)}) + text
}

func (z *archive) times(name string, set *dataset.Set, of func(*dataset.Window) int64) {
	values := make([]int64, len(set.Windows))
	for i := range values {
		values[i] = of(&set.Windows[i])
	}
	z.array(name, "<i8", []int{len(values)}, func(put func(any)) { put(values) })
}

// text writes strings as NumPy keeps them: code points, all equally long.
func (z *archive) text(name string, n int, of func(int) string) {
	longest := 1
	for i := range n {
		longest = max(longest, utf8.RuneCountInString(of(i)))
	}
	line := make([]int32, longest)
	z.array(name, fmt.Sprintf("<U%d", longest), []int{n}, func(put func(any)) {
		for i := range n {
			clear(line)
			k := 0
			for _, r := range of(i) {
				line[k] = r
				k++
			}
			put(line)
		}
	})
}
