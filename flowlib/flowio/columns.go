package flowio

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Times is a column of moments, in µs since 1970 UTC.
type Times []int64

// Column is one column of a Parquet table.
type Column struct {
	Name string
	Unit string // "µs", "1/s", "bytes"; "" for none. Kept in the metadata of the file
	Data any    // []int32, []int64, []float64, []bool, []string or Times
}

// Rows is the number of values of the column. It panics for data of another
// kind: that is a mistake of the program.
func (c Column) Rows() int {
	switch d := c.Data.(type) {
	case []int32:
		return len(d)
	case []int64:
		return len(d)
	case []float64:
		return len(d)
	case []bool:
		return len(d)
	case []string:
		return len(d)
	case Times:
		return len(d)
	}
	panic(fmt.Sprintf("flowio: column %s has data of type %T", c.Name, c.Data))
}

// node is the Parquet type of the column: required values, plain numbers,
// strings with a dictionary.
func (c Column) node() parquet.Node {
	switch c.Data.(type) {
	case []int32:
		return parquet.Leaf(parquet.Int32Type)
	case []int64:
		return parquet.Leaf(parquet.Int64Type)
	case []float64:
		return parquet.Leaf(parquet.DoubleType)
	case []bool:
		return parquet.Leaf(parquet.BooleanType)
	case Times:
		return parquet.TimestampAdjusted(parquet.Microsecond, true)
	default:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
}

// values appends the values from row lo to row hi to dst.
func (c Column) values(dst []parquet.Value, lo, hi int) []parquet.Value {
	switch d := c.Data.(type) {
	case []int32:
		return appendValues(dst, d[lo:hi], parquet.Int32Value)
	case []int64:
		return appendValues(dst, d[lo:hi], parquet.Int64Value)
	case []float64:
		return appendValues(dst, d[lo:hi], parquet.DoubleValue)
	case []bool:
		return appendValues(dst, d[lo:hi], parquet.BooleanValue)
	case []string:
		return appendValues(dst, d[lo:hi], func(s string) parquet.Value { return parquet.ByteArrayValue([]byte(s)) })
	default:
		return appendValues(dst, c.Data.(Times)[lo:hi], parquet.Int64Value)
	}
}

func appendValues[T any](dst []parquet.Value, data []T, value func(T) parquet.Value) []parquet.Value {
	for _, v := range data {
		dst = append(dst, value(v))
	}
	return dst
}

// inOrder is a group whose columns keep their order; parquet.Group sorts them.
type inOrder struct {
	parquet.Group
	names []string
}

func (g inOrder) Fields() []parquet.Field {
	by := map[string]parquet.Field{}
	for _, f := range g.Group.Fields() {
		by[f.Name()] = f
	}
	fields := make([]parquet.Field, len(g.names))
	for i, n := range g.names {
		fields[i] = by[n]
	}
	return fields
}

// unitsKey is the one key of the file's metadata: units of the columns, as JSON.
const unitsKey = "flowbook.units"

// The rows of a row group and the values handed over at once.
const (
	rowGroup = 1 << 20
	batch    = 1 << 12
)

// WriteColumns writes a Parquet table to w. All columns must be equally long.
func WriteColumns(w io.Writer, columns []Column) error {
	for _, c := range columns {
		if c.Rows() != columns[0].Rows() {
			panic(fmt.Sprintf("flowio: column %s has %d rows, %s has %d", c.Name, c.Rows(), columns[0].Name, columns[0].Rows()))
		}
	}
	cw, err := newColumnWriter(w, columns)
	if err != nil {
		return err
	}
	for lo := 0; len(columns) > 0 && lo < columns[0].Rows(); lo += rowGroup {
		if err := cw.group(columns, lo, min(lo+rowGroup, columns[0].Rows())); err != nil {
			return err
		}
	}
	return cw.pw.Close()
}

// columnWriter writes a Parquet table, one row group after the other.
type columnWriter struct {
	pw     *parquet.Writer
	values []parquet.Value
}

// newColumnWriter begins a table with the names, types and units of columns.
func newColumnWriter(w io.Writer, columns []Column) (*columnWriter, error) {
	group := inOrder{Group: parquet.Group{}}
	units := map[string]string{}
	for _, c := range columns {
		group.Group[c.Name] = c.node()
		group.names = append(group.names, c.Name)
		if c.Unit != "" {
			units[c.Name] = c.Unit
		}
	}
	if len(group.Group) != len(columns) {
		panic(fmt.Sprintf("flowio: a column name stands twice among %q", group.names))
	}
	text, err := json.Marshal(units)
	if err != nil {
		return nil, err
	}
	pw := parquet.NewWriter(w, parquet.NewSchema("flowbook", group),
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("flowbook", "1", ""),
		parquet.KeyValueMetadata(unitsKey, string(text)))
	return &columnWriter{pw: pw}, nil
}

// group writes rows lo to hi as a row group.
func (w *columnWriter) group(columns []Column, lo, hi int) error {
	for i, cw := range w.pw.ColumnWriters() {
		for at := lo; at < hi; at += batch {
			w.values = columns[i].values(w.values[:0], at, min(at+batch, hi))
			if _, err := cw.WriteRowValues(w.values); err != nil {
				return fmt.Errorf("column %s: %w", columns[i].Name, err)
			}
		}
	}
	return w.pw.Flush()
}
