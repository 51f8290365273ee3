package flowio

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"flowbook/flowlib/meter"
)

// WriteParquet writes flows as a Parquet table, a row a flow, beside path and
// then renamed. It keeps the key, times, counts, the measured features and the
// lineage; the other columns of CICFlowMeter go only into its CSVs.
func WriteParquet(path string, flows []meter.Flow) error {
	return WriteFile(path, func(w io.Writer) error { return WriteColumns(w, FlowColumns(flows)) })
}

// ReadParquet reads what WriteParquet wrote.
func ReadParquet(path string) ([]meter.Flow, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	c, err := ReadColumns(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	flows, err := c.Flows()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return flows, nil
}

// flowTable is the flows of a table, column by column.
type flowTable struct {
	id, src, dst           []string
	sport, dport, protocol []int32
	start                  Times
	duration, timeout      []int64
	fwd, bwd               []int32
	fwdBytes, bwdBytes     []int64
	super                  []int32
	first, last            []int64
	end                    []int32
	features               [meter.NumFeatures][]float64
}

// field ties a column of the file to one of the table.
type field struct {
	name, unit  string
	identifying bool // says who, where or when
	get         func(t *flowTable) any
	read        func(t *flowTable, c *Columns, name string) error
}

func fieldOf[T any](name, unit string, at func(t *flowTable) *T) field {
	return field{
		name: name, unit: unit,
		get:  func(t *flowTable) any { return *at(t) },
		read: func(t *flowTable, c *Columns, name string) error { return Get(c, name, at(t)) },
	}
}

// who marks a column as identifying.
func (f field) who() field {
	f.identifying = true
	return f
}

// fields are the columns of a flow table, in their order.
func fields() []field {
	all := []field{
		fieldOf("flow_id", "", func(t *flowTable) *[]string { return &t.id }).who(),
		fieldOf("src_ip", "", func(t *flowTable) *[]string { return &t.src }).who(),
		fieldOf("src_port", "", func(t *flowTable) *[]int32 { return &t.sport }).who(),
		fieldOf("dst_ip", "", func(t *flowTable) *[]string { return &t.dst }).who(),
		fieldOf("dst_port", "", func(t *flowTable) *[]int32 { return &t.dport }).who(),
		fieldOf("protocol", "", func(t *flowTable) *[]int32 { return &t.protocol }),
		fieldOf("start", "µs", func(t *flowTable) *Times { return &t.start }).who(),
		fieldOf("duration", "µs", func(t *flowTable) *[]int64 { return &t.duration }),
		fieldOf("timeout", "µs", func(t *flowTable) *[]int64 { return &t.timeout }),
		fieldOf("fwd_packets", "packets", func(t *flowTable) *[]int32 { return &t.fwd }),
		fieldOf("bwd_packets", "packets", func(t *flowTable) *[]int32 { return &t.bwd }),
		fieldOf("fwd_bytes", "bytes", func(t *flowTable) *[]int64 { return &t.fwdBytes }),
		fieldOf("bwd_bytes", "bytes", func(t *flowTable) *[]int64 { return &t.bwdBytes }),
		fieldOf("superflow", "", func(t *flowTable) *[]int32 { return &t.super }).who(),
		fieldOf("first_offset", "bytes", func(t *flowTable) *[]int64 { return &t.first }).who(),
		fieldOf("last_offset", "bytes", func(t *flowTable) *[]int64 { return &t.last }).who(),
		fieldOf("end_reason", "", func(t *flowTable) *[]int32 { return &t.end }),
	}
	for i, name := range meter.FeatureNames() {
		unit := "µs"
		if i >= meter.NumFeatures-2 {
			unit = "1/s"
		}
		all = append(all, fieldOf(name, unit, func(t *flowTable) *[]float64 { return &t.features[i] }))
	}
	return all
}

// FlowColumns are the columns of a flow table.
func FlowColumns(flows []meter.Flow) []Column {
	t := newFlowTable(len(flows))
	for i := range flows {
		t.add(&flows[i])
	}
	return t.columns()
}

func (t *flowTable) columns() []Column {
	var columns []Column
	for _, f := range fields() {
		columns = append(columns, Column{Name: f.name, Unit: f.unit, Data: f.get(t)})
	}
	return columns
}

func newFlowTable(n int) *flowTable {
	t := &flowTable{}
	for _, s := range []*[]string{&t.id, &t.src, &t.dst} {
		*s = make([]string, 0, n)
	}
	for _, s := range []*[]int32{&t.sport, &t.dport, &t.protocol, &t.fwd, &t.bwd, &t.super, &t.end} {
		*s = make([]int32, 0, n)
	}
	for _, s := range []*[]int64{&t.duration, &t.timeout, &t.fwdBytes, &t.bwdBytes, &t.first, &t.last} {
		*s = make([]int64, 0, n)
	}
	t.start = make(Times, 0, n)
	for i := range t.features {
		t.features[i] = make([]float64, 0, n)
	}
	return t
}

func (t *flowTable) add(f *meter.Flow) {
	t.id = append(t.id, f.ID)
	t.src = append(t.src, addrText(f.Key.Src))
	t.dst = append(t.dst, addrText(f.Key.Dst))
	t.sport = append(t.sport, int32(f.Key.SrcPort))
	t.dport = append(t.dport, int32(f.Key.DstPort))
	t.protocol = append(t.protocol, int32(f.Key.Proto))
	t.start = append(t.start, f.Start)
	t.duration = append(t.duration, f.Duration)
	t.timeout = append(t.timeout, f.Timeout.Microseconds())
	t.fwd = append(t.fwd, int32(f.Fwd))
	t.bwd = append(t.bwd, int32(f.Bwd))
	t.fwdBytes = append(t.fwdBytes, f.FwdBytes)
	t.bwdBytes = append(t.bwdBytes, f.BwdBytes)
	t.super = append(t.super, int32(f.Super))
	t.first = append(t.first, f.First)
	t.last = append(t.last, f.Last)
	t.end = append(t.end, int32(f.End))
	for i, v := range f.Features {
		t.features[i] = append(t.features[i], v)
	}
}

// addrText is "" for no address, which netip would print as "invalid IP".
func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// Flows are the rows of a table with the columns of FlowColumns; other
// columns are passed over.
func (c *Columns) Flows() ([]meter.Flow, error) {
	t := &flowTable{}
	for _, f := range fields() {
		if err := f.read(t, c, f.name); err != nil {
			return nil, err
		}
	}
	addrs := map[string]netip.Addr{"": {}}
	flows := make([]meter.Flow, c.Rows)
	for i := range flows {
		if err := t.flow(&flows[i], i, addrs); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	return flows, nil
}

func (t *flowTable) flow(f *meter.Flow, i int, addrs map[string]netip.Addr) error {
	*f = meter.Flow{
		ID: t.id[i],
		Key: meter.Key{
			SrcPort: uint16(t.sport[i]), DstPort: uint16(t.dport[i]), Proto: uint8(t.protocol[i]),
		},
		Start: t.start[i], Duration: t.duration[i], Timeout: time.Duration(t.timeout[i]) * time.Microsecond,
		Fwd: int(t.fwd[i]), Bwd: int(t.bwd[i]), FwdBytes: t.fwdBytes[i], BwdBytes: t.bwdBytes[i],
		Super: int(t.super[i]), First: t.first[i], Last: t.last[i], End: meter.EndReason(t.end[i]),
	}
	for k, text := range map[*netip.Addr]string{&f.Key.Src: t.src[i], &f.Key.Dst: t.dst[i]} {
		a, ok := addrs[text]
		if !ok {
			var err error
			if a, err = netip.ParseAddr(text); err != nil {
				return err
			}
			addrs[text] = a
		}
		*k = a
	}
	for j := range f.Features {
		f.Features[j] = t.features[j][i]
	}
	return nil
}
