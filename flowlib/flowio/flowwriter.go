package flowio

import (
	"encoding/json"
	"fmt"
	"io"

	"flowbook/flowlib/meter"
)

// The keys of a flow table's metadata beside the units.
const (
	accountingKey  = "flowbook.accounting"  // what became of every packet, as JSON
	identifyingKey = "flowbook.identifying" // columns that identify hosts or moments, as a JSON list
)

// FlowWriter writes flows to a Parquet table as they come, with the columns of
// WriteParquet.
type FlowWriter struct {
	d       meter.Dialect
	w       *columnWriter
	t       *flowTable
	rows    int
	scratch []byte
}

// streamGroup is the rows of a row group, which are held in memory.
const streamGroup = 1 << 16

// NewFlowWriter begins a table. The dialect makes the IDs of flows that have none.
func NewFlowWriter(w io.Writer, d meter.Dialect) (*FlowWriter, error) {
	t := newFlowTable(0)
	cw, err := newColumnWriter(w, t.columns())
	if err != nil {
		return nil, err
	}
	names, err := json.Marshal(Identifying())
	if err != nil {
		return nil, err
	}
	cw.pw.SetKeyValueMetadata(identifyingKey, string(names))
	return &FlowWriter{d: d, w: cw, t: t}, nil
}

// Write adds a flow and keeps nothing of it.
func (w *FlowWriter) Write(f *meter.Flow) error {
	g := *f
	w.scratch = appendID(w.scratch[:0], &w.d, f)
	g.ID = string(w.scratch)
	w.t.add(&g)
	if w.rows++; w.rows < streamGroup {
		return nil
	}
	return w.flush()
}

func (w *FlowWriter) flush() error {
	if w.rows == 0 {
		return nil
	}
	err := w.w.group(w.t.columns(), 0, w.rows)
	w.t, w.rows = newFlowTable(w.rows), 0
	return err
}

// Close ends the table; its metadata holds the account of the packets.
func (w *FlowWriter) Close(acc []meter.Accounting) error {
	if err := w.flush(); err != nil {
		return err
	}
	text, err := json.Marshal(acc)
	if err != nil {
		return fmt.Errorf("flowio: the account of a flow table: %w", err)
	}
	w.w.pw.SetKeyValueMetadata(accountingKey, string(text))
	return w.w.pw.Close()
}
