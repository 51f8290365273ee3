package submission

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// table is a file of predictions as text, whatever its format.
type table struct {
	path   string
	header []string
	rows   [][]string
}

// readTable reads a Parquet file by its first bytes, anything else as CSV.
func readTable(path string) (*table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	defer f.Close()
	magic := make([]byte, 4)
	if n, err := io.ReadFull(f, magic); n == 0 {
		return nil, fmt.Errorf("predictions %s: the file is empty (%w)", path, err)
	}
	t := &table{path: path}
	if string(magic) == "PAR1" {
		err = t.readParquet(f)
	} else if _, err = f.Seek(0, io.SeekStart); err == nil {
		err = t.readCSV(f)
	}
	if err != nil {
		return nil, fmt.Errorf("predictions %s: %w", path, err)
	}
	return t, nil
}

func (t *table) readCSV(r io.Reader) error {
	in := csv.NewReader(r)
	header, err := in.Read()
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // the mark that some editors set
	t.header = header
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // it names the line
		}
		t.rows = append(t.rows, row)
	}
}

// readParquet reads flat columns of any type, nulls as "".
func (t *table) readParquet(f *os.File) (err error) {
	defer func() { // the library panics on some damaged files
		if p := recover(); p != nil {
			err = fmt.Errorf("not a readable Parquet file: %v", p)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return fmt.Errorf("not a readable Parquet file: %w", err)
	}
	for _, field := range file.Schema().Fields() {
		if !field.Leaf() || field.Repeated() {
			return fmt.Errorf("column %s holds lists or groups, expected plain values", field.Name())
		}
		t.header = append(t.header, field.Name())
	}
	for _, group := range file.RowGroups() {
		if err := t.readGroup(group); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) readGroup(group parquet.RowGroup) error {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 256)
	for {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			text := make([]string, len(t.header))
			for _, v := range row {
				if !v.IsNull() {
					text[v.Column()] = v.String()
				}
			}
			t.rows = append(t.rows, text)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
