package main

import (
	"bufio"
	"context"
	"errors"

	"os"
	"path/filepath"
	"strconv"

	"flowbook/flowlib"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"
)

// extractGarbage is how far the heap may grow beyond what is used, in percent:
// extract makes little garbage, so that collecting it more often is cheap, and
// what is used is mostly the flow table.
const extractGarbage = 25

// extractOne measures one capture and writes its tables.
func (a *app) extractOne(ctx context.Context, f extractFlags, path string, many bool) (ex extracted) {
	ex.account.Capture = path
	if ex.fatal = ctx.Err(); ex.fatal != nil {
		return ex
	}
	in, err := f.openCapture(path)
	if err != nil {
		ex.bad, ex.account.Error = err, err.Error()
		return ex
	}
	defer in.Close()
	t, err := a.newTables(&f, f.tables(path, many))
	if err != nil {
		ex.fatal = err
		return ex
	}
	defer t.abort()
	out := meter.Output{Workers: f.workers, Format: t.format, Row: func(timeout int, fl *meter.Flow, text []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return t.row(timeout, fl, text)
	}}
	acc, err := flowlib.Stream(in, f.dialect, f.recipe, f.read, out)
	if t.err != nil || ctx.Err() != nil {
		ex.fatal = errors.Join(t.err, ctx.Err())
		return ex
	}
	if err != nil {
		ex.bad, ex.account.Error = err, err.Error()
	}
	ex.account.Packets, ex.account.Flows = acc, int(acc[0].Flows)
	ex.fatal = t.commit(acc)
	return ex
}

// tables are the outputs of one capture.
type tables struct {
	f       *extractFlags
	files   []*table
	packets *table // offsets of packets; nil where nobody asks
	rows    []int64
	line    []byte
	err     error // the first error of writing
}

// table is one output.
type table struct {
	file    *flowio.File // nil for standard output
	w       *bufio.Writer
	parquet *flowio.FlowWriter
}

func (a *app) newTables(f *extractFlags, paths []string) (t *tables, err error) {
	t = &tables{f: f, rows: make([]int64, len(f.recipe.Timeouts))}
	defer func() {
		if err != nil {
			t.abort()
		}
	}()
	for _, path := range paths {
		o, err := a.newTable(path)
		if err != nil {
			return t, err
		}
		t.files = append(t.files, o)
		switch {
		case f.format == "parquet":
			o.parquet, err = flowio.NewFlowWriter(o.w, f.dialect)
		case f.columns == "all":
			_, err = o.w.WriteString(flowio.CICHeader(f.dialect))
		default:
			_, err = o.w.WriteString(flowio.FeatureHeader())
		}
		if err != nil {
			return t, err
		}
	}
	if f.packets == "" {
		return t, nil
	}
	if t.packets, err = a.newTable(f.packets); err == nil {
		_, err = t.packets.w.WriteString("timeout,flow,offset\n")
	}
	return t, err
}

func (a *app) newTable(path string) (*table, error) {
	if path == "-" {
		return &table{w: bufio.NewWriterSize(a.out, 1<<18)}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	file, err := flowio.Create(path)
	if err != nil {
		return nil, err
	}
	return &table{file: file, w: bufio.NewWriterSize(file, 1<<18)}, nil
}

// format makes the text of a row; workers call it at once.
func (t *tables) format(b []byte, _ int, f *meter.Flow) []byte {
	switch {
	case t.f.format == "parquet":
		return b
	case t.f.columns == "all":
		return flowio.AppendCIC(b, &t.f.dialect, f)
	}
	return flowio.AppendFeatures(b, &t.f.dialect, f)
}

// row writes a row.
func (t *tables) row(timeout int, f *meter.Flow, text []byte) error {
	t.err = t.write(timeout, f, text)
	return t.err
}

func (t *tables) write(timeout int, f *meter.Flow, text []byte) error {
	o := t.files[min(timeout, len(t.files)-1)]
	if t.packets != nil {
		if err := t.offsets(timeout, f); err != nil {
			return err
		}
	}
	t.rows[timeout]++
	if o.parquet != nil {
		return o.parquet.Write(f)
	}
	if _, err := o.w.Write(text); err != nil || t.f.columns == "all" {
		return err
	}
	t.line = flowio.AppendSuperflow(t.line[:0], f)
	_, err := o.w.Write(t.line)
	return err
}

// offsets writes where the packets of a flow stand; flow is its row among
// those of its timeout, from 0.
func (t *tables) offsets(timeout int, f *meter.Flow) error {
	b := append(t.line[:0], meter.TimeoutName(f.Timeout)...)
	b = strconv.AppendInt(append(b, ','), t.rows[timeout], 10)
	b = append(b, ',')
	n := len(b)
	for _, off := range f.Offsets {
		b = append(strconv.AppendInt(b[:n], off, 10), '\n')
		if _, err := t.packets.w.Write(b); err != nil {
			return err
		}
	}
	t.line = b
	return nil
}

func (t *tables) all() []*table {
	if t.packets == nil {
		return t.files
	}
	return append(t.files[:len(t.files):len(t.files)], t.packets)
}

// commit ends the tables and puts them into place.
func (t *tables) commit(acc []meter.Accounting) error {
	for _, o := range t.all() {
		if o.parquet != nil {
			if err := o.parquet.Close(acc); err != nil {
				return err
			}
		}
		if err := o.w.Flush(); err != nil {
			return err
		}
	}
	for _, o := range t.all() {
		if o.file == nil {
			continue
		}
		if err := o.file.Commit(); err != nil {
			return err
		}
		o.file = nil
	}
	return nil
}

// abort leaves the files as they were.
func (t *tables) abort() {
	for _, o := range t.all() {
		if o.file != nil {
			o.file.Abort()
		}
	}
}
