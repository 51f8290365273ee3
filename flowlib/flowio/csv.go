package flowio

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"flowbook/flowlib/meter"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Table is a flow table that was read from a file.
type Table struct {
	Path       string
	Flows      []meter.Flow   // in the order of the file; times as if they were UTC
	Labels     []string       // the Label column, one a flow
	LeftOut    map[string]int // rows that are no flow, by reason
	TwelveHour bool           // the times are written with AM and PM
}

// The reasons in Table.LeftOut.
const (
	BrokenRow      = "broken row"
	RepeatedHeader = "repeated header line" // tables joined end to end
)

// IsTableName reports whether a file name looks like that of a CSV table:
// .csv, also with .gz or .zst.
func IsTableName(path string) bool {
	name := strings.ToLower(path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return strings.HasSuffix(name, ".csv")
}

// ReadCSV reads a CICFlowMeter table, plain, .gz or .zst. The columns are
// found by name, in any known spelling; time stamps in any known format.
//
// A row that cannot be read is left out: the good rows come back together
// with a *RowErrors. With any other error of reading, what was read before it
// comes back too. The table is nil only when the file has no usable header.
func ReadCSV(path string) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, closer, err := decompress(path, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer closer()
	return DecodeCSV(path, r)
}

// decompress goes by the name of the file.
func decompress(path string, f io.Reader) (r io.Reader, closer func(), err error) {
	switch lower := strings.ToLower(path); {
	case strings.HasSuffix(lower, ".gz"):
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, nil, fmt.Errorf("not a gzip file: %w", err)
		}
		return z, func() { z.Close() }, nil
	case strings.HasSuffix(lower, ".zst"):
		z, err := zstd.NewReader(f)
		if err != nil {
			return nil, nil, fmt.Errorf("not a zstd file: %w", err)
		}
		return z, z.Close, nil
	}
	return f, func() {}, nil
}

// DecodeCSV is ReadCSV of an open file; path is for messages only.
func DecodeCSV(path string, r io.Reader) (*Table, error) {
	d := &decoder{
		lines: lineReader{r: bufio.NewReaderSize(r, 1<<16)},
		table: &Table{Path: path, LeftOut: map[string]int{}},
		names: map[string]string{},
	}
	if err := d.header(); err != nil {
		return nil, err
	}
	for {
		line, err := d.lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return d.table, errors.Join(fmt.Errorf("%s: after line %d: %w", path, d.lines.n, err), d.broken())
		}
		d.row(line)
	}
	return d.table, d.broken()
}

// decoder holds what the rows of one table share.
type decoder struct {
	lines  lineReader
	h      *header
	first  string // the header line
	fields []string
	table  *Table
	errs   RowErrors
	names  map[string]string // one copy of each Flow ID and label
}

func (d *decoder) broken() error {
	if d.errs.Total == 0 {
		return nil
	}
	d.errs.Path = d.table.Path
	return &d.errs
}

func (d *decoder) header() error {
	path := d.table.Path
	line, err := d.lines.next()
	if err == io.EOF {
		return fmt.Errorf("%s: the file is empty, expected the header of a CICFlowMeter table", path)
	}
	if err != nil {
		return fmt.Errorf("%s: line 1: %w", path, err)
	}
	d.first = strings.TrimPrefix(line, "\ufeff")
	d.h, err = parseHeader(path, splitFields(nil, d.first))
	head, _, more := strings.Cut(strings.TrimRight(d.first, "\r"), "\r")
	if more { // of a table whose lines end with CR alone all rows would pass for the header
		if _, headErr := parseHeader(path, splitFields(nil, head)); headErr == nil {
			return fmt.Errorf("%s: line 1: found a carriage return within the line, expected lines that end with LF or CR LF", path)
		}
	}
	return err
}

func (d *decoder) row(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	if line == d.first {
		d.table.LeftOut[RepeatedHeader]++
		return
	}
	d.fields = splitFields(d.fields, line)
	if len(d.fields) != d.h.fields {
		d.leaveOut(&RowError{Found: fmt.Sprintf("%d fields", len(d.fields)), Expected: fmt.Sprintf("%d", d.h.fields)})
		return
	}
	r := row{h: d.h, fields: d.fields}
	f, err := r.flow()
	if err != nil {
		d.leaveOut(err)
		return
	}
	f.ID = d.name(f.ID)
	d.table.TwelveHour = d.table.TwelveHour || r.twelve
	label := ""
	if d.h.label >= 0 {
		label = d.name(strings.TrimSpace(d.fields[d.h.label]))
	}
	d.table.Flows = append(d.table.Flows, f)
	d.table.Labels = append(d.table.Labels, label)
}

func (d *decoder) leaveOut(err *RowError) {
	err.Path, err.Line = d.table.Path, d.lines.n
	d.table.LeftOut[BrokenRow]++
	d.errs.add(err)
}

// name is s without the line that it was cut from.
func (d *decoder) name(s string) string {
	if n, ok := d.names[s]; ok {
		return n
	}
	s = strings.Clone(s)
	d.names[s] = s
	return s
}

// lineReader reads lines that end in \n or \r\n and counts them.
type lineReader struct {
	r    *bufio.Reader
	n    int // lines read
	long []byte
}

// longest is how long a line may be; a CICFlowMeter row has about 500 bytes.
const longest = 1 << 20

func (l *lineReader) next() (string, error) {
	l.long = l.long[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.long) <= longest {
			l.long = append(l.long, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || len(l.long) == 0) {
			return "", err
		}
		l.n++
		line := bytes.TrimSuffix(bytes.TrimSuffix(l.long, []byte("\n")), []byte("\r"))
		return string(line), nil
	}
}
