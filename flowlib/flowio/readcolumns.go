package flowio

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Columns is a Parquet table in memory, column by column.
type Columns struct {
	Rows    int
	Columns []Column
}

// column returns the column of a name; its data must be of type T.
func column[T any](c *Columns, name string) (T, error) {
	var none T
	for _, col := range c.Columns {
		if col.Name != name {
			continue
		}
		data, ok := col.Data.(T)
		if !ok {
			return none, fmt.Errorf("column %s holds %T, expected %T", name, col.Data, none)
		}
		return data, nil
	}
	return none, fmt.Errorf("column %s is missing", name)
}

// Get fills *dst, a pointer to a slice of a type that Column.Data may hold,
// with the column of that name.
func Get[T any](c *Columns, name string, dst *T) (err error) {
	*dst, err = column[T](c, name)
	return err
}

// ReadColumns reads a Parquet table of size bytes: flat, without nulls, of
// the types that WriteColumns writes. With names, only those columns are read.
// A cut file is an error. The library trusts the lengths inside a file, so a
// file with flipped bits may ask for much memory: data sets check the hash first.
func ReadColumns(r io.ReaderAt, size int64, names ...string) (c *Columns, err error) {
	// The library panics on some damaged files.
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, fmt.Errorf("not a readable Parquet file: %v", p)
		}
	}()
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("not a readable Parquet file: %w", err)
	}
	units := map[string]string{}
	if text, ok := f.Lookup(unitsKey); ok {
		if err := json.Unmarshal([]byte(text), &units); err != nil {
			return nil, fmt.Errorf("metadata %s: %w", unitsKey, err)
		}
	}
	c = &Columns{Rows: int(f.NumRows())}
	for i, field := range f.Schema().Fields() {
		if !wanted(field.Name(), names) {
			continue
		}
		col, err := readColumn(f, i, field)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", field.Name(), err)
		}
		col.Unit = units[col.Name]
		c.Columns = append(c.Columns, col)
	}
	return c, nil
}

func wanted(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return len(names) == 0
}

// reader gathers the values of one column.
type reader struct {
	column Column
	names  map[string]string // one copy of each string
	buffer []parquet.Value
}

func readColumn(f *parquet.File, i int, field parquet.Field) (Column, error) {
	r := &reader{column: Column{Name: field.Name()}, names: map[string]string{}}
	if !field.Leaf() || !field.Required() {
		return r.column, fmt.Errorf("expected plain values without nulls")
	}
	data, err := emptyData(field.Type(), int(f.NumRows()))
	if err != nil {
		return r.column, err
	}
	r.column.Data = data
	for _, g := range f.RowGroups() {
		if err := r.chunk(g.ColumnChunks()[i]); err != nil {
			return r.column, err
		}
	}
	if r.column.Rows() != int(f.NumRows()) {
		return r.column, fmt.Errorf("found %d values, expected %d", r.column.Rows(), f.NumRows())
	}
	return r.column, nil
}

func emptyData(t parquet.Type, rows int) (any, error) {
	// A damaged file may promise more rows than it can hold.
	rows = min(rows, rowGroup)
	switch t.Kind() {
	case parquet.Int32:
		return make([]int32, 0, rows), nil
	case parquet.Int64:
		if isTime(t) {
			return make(Times, 0, rows), nil
		}
		return make([]int64, 0, rows), nil
	case parquet.Double:
		return make([]float64, 0, rows), nil
	case parquet.Boolean:
		return make([]bool, 0, rows), nil
	case parquet.ByteArray:
		return make([]string, 0, rows), nil
	}
	return nil, fmt.Errorf("holds %v, expected int32, int64, double, boolean or string", t)
}

func isTime(t parquet.Type) bool {
	logical := t.LogicalType()
	return logical != nil && logical.Timestamp != nil
}

func (r *reader) chunk(c parquet.ColumnChunk) error {
	pages := c.Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		err = r.page(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

func (r *reader) page(p parquet.Page) error {
	if p.Dictionary() == nil {
		data := p.Data()
		switch d := r.column.Data.(type) {
		case []int32:
			r.column.Data = append(d, data.Int32()...)
			return nil
		case []int64:
			r.column.Data = append(d, data.Int64()...)
			return nil
		case Times:
			r.column.Data = append(d, data.Int64()...)
			return nil
		case []float64:
			r.column.Data = append(d, data.Double()...)
			return nil
		}
	}
	return r.values(p.Values())
}

// values reads a page value by value, whatever its encoding.
func (r *reader) values(from parquet.ValueReader) error {
	if r.buffer == nil {
		r.buffer = make([]parquet.Value, batch)
	}
	for {
		n, err := from.ReadValues(r.buffer)
		for _, v := range r.buffer[:n] {
			r.append(v)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) append(v parquet.Value) {
	switch d := r.column.Data.(type) {
	case []int32:
		r.column.Data = append(d, v.Int32())
	case []int64:
		r.column.Data = append(d, v.Int64())
	case Times:
		r.column.Data = append(d, v.Int64())
	case []float64:
		r.column.Data = append(d, v.Double())
	case []bool:
		r.column.Data = append(d, v.Boolean())
	case []string:
		b := v.ByteArray()
		s, ok := r.names[string(b)]
		if !ok {
			s = string(b)
			r.names[s] = s
		}
		r.column.Data = append(d, s)
	}
}
