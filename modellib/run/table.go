package run

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// encodeTable writes rows under a header as CSV.
func encodeTable(header []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	// A bytes.Buffer takes every write, and the separator is valid.
	_ = w.Write(header)
	_ = w.WriteAll(rows)
	return b.Bytes()
}

// decodeTable hands every row below the header to take. Errors name the file
// path, the row (the header is row 1), what was found and what was expected.
func decodeTable(path string, data []byte, header []string, take func(row) error) (int, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	got, err := r.Read()
	if errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("%s: the file is empty, expected a header that starts with %q", path, header[0])
	}
	if err != nil {
		return 0, fmt.Errorf("%s: header: %w", path, err)
	}
	if !slices.Equal(got, header) {
		return 0, fmt.Errorf("%s: header: found %s, expected %s", path, shorten(got), shorten(header))
	}
	for n := 0; ; n++ {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("%s: row %d: %w", path, n+2, err)
		}
		if len(fields) != len(header) {
			return n, fmt.Errorf("%s: row %d: found %d columns, expected %d", path, n+2, len(fields), len(header))
		}
		if err := take(row{header, fields}); err != nil {
			return n, fmt.Errorf("%s: row %d: %w", path, n+2, err)
		}
	}
}

// shorten prints the start of a long header.
func shorten(names []string) string {
	s := strings.Join(names, ",")
	if len(s) > 120 {
		s = s[:120] + "…"
	}
	return strconv.Quote(s)
}

// row is one line of a table; columns are addressed by number.
type row struct {
	header, fields []string
}

// int reads a whole number of at least lo and below hi.
func (r row) int(col, lo, hi int) (int, error) {
	v, err := strconv.Atoi(r.fields[col])
	if err != nil || v < lo || v >= hi {
		want := fmt.Sprintf("%d to %d", lo, hi-1)
		if hi == math.MaxInt {
			want = fmt.Sprintf("at least %d", lo)
		}
		return 0, fmt.Errorf("column %s: found %q, expected a whole number, %s", r.header[col], r.fields[col], want)
	}
	return v, nil
}

// share reads a number from 0 to 1.
func (r row) share(col int) (float64, error) {
	v, err := strconv.ParseFloat(r.fields[col], 64)
	if err != nil || !(v >= 0 && v <= 1) {
		return 0, fmt.Errorf("column %s: found %q, expected a probability from 0 to 1", r.header[col], r.fields[col])
	}
	return v, nil
}

// format writes a float64 with as many digits as bring it back.
func format(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
