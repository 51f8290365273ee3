package flowio

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"flowbook/flowlib/meter"
)

// WriteCIC writes flows as CICFlowMeter does: a header line, then a line of 84
// columns a flow, comma separated, not quoted, each ended by a newline.
//
// In the dialects cic2018 and cic2021 spelling, numbers (Java's
// Double.toString), 12-hour times (UTC, AM and PM) and labels are the
// original's, byte for byte. In clean the layout and the spelling of 2018 stay,
// the columns have their corrected meaning (C1 to C14 of the specification),
// and times are UTC with µs in 24 hours (C15). A flow that was read from a
// table and does not carry the other columns has 0 there.
func WriteCIC(w io.Writer, dialect string, flows []meter.Flow) error {
	d, err := meter.Named(dialect)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	if _, err := b.WriteString(CICHeader(d)); err != nil {
		return fmt.Errorf("flowio: writing a flow table: %w", err)
	}
	var line []byte
	for i := range flows {
		line = AppendCIC(line[:0], &d, &flows[i])
		if _, err := b.Write(line); err != nil {
			return fmt.Errorf("flowio: writing row %d of a flow table: %w", i+1, err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("flowio: writing a flow table: %w", err)
	}
	return nil
}

// CICHeader is the header line of a CICFlowMeter table.
func CICHeader(d meter.Dialect) string {
	if d.Name == meter.CIC2021.Name {
		return cicNames2021 + "\n"
	}
	return cicNames2018 + "\n"
}

// AppendCIC appends the line of a flow in a CICFlowMeter table, as WriteCIC
// writes it. A flow without an ID gets that of the dialect.
func AppendCIC(b []byte, d *meter.Dialect, f *meter.Flow) []byte {
	c := f.CIC
	if c == nil {
		c = &cicEmpty
	}
	r := cicRow{d: d, b: b}
	r.key(f)
	r.counts(f, c)
	r.times(f, c)
	r.headers(c)
	r.sizes(f, c)
	r.tail(f, c)
	return append(append(r.b, d.Label...), '\n')
}

// cicRow appends the columns of a line.
type cicRow struct {
	d *meter.Dialect
	b []byte
}

// cicEmpty stands in for flows that do not carry the other columns.
var cicEmpty meter.CICColumns

// key writes columns 1 to 8.
func (r *cicRow) key(f *meter.Flow) {
	r.b = append(appendID(r.b, r.d, f), ',')
	r.b = append(f.Key.Src.AppendTo(r.b), ',')
	r.integer(int64(f.Key.SrcPort))
	r.b = append(f.Key.Dst.AppendTo(r.b), ',')
	r.integer(int64(f.Key.DstPort))
	r.integer(int64(f.Key.Proto))
	t := time.UnixMicro(f.Start).UTC()
	layout := "02/01/2006 15:04:05.000000"
	if !r.d.Timestamps {
		t, layout = t.Truncate(time.Millisecond), "02/01/2006 03:04:05 PM"
	}
	r.b = append(t.AppendFormat(r.b, layout), ',')
	r.integer(f.Duration)
}

func appendID(b []byte, d *meter.Dialect, f *meter.Flow) []byte {
	if f.ID == "" && f.Key.Src.IsValid() {
		return d.AppendID(b, f.Key)
	}
	return append(b, f.ID...)
}

// counts writes columns 9 to 22: packets, lengths and rates.
func (r *cicRow) counts(f *meter.Flow, c *meter.CICColumns) {
	r.integer(int64(f.Fwd))
	r.integer(int64(f.Bwd))
	r.number(float64(f.FwdBytes))
	r.number(float64(f.BwdBytes))
	for _, s := range [2]*meter.Summary{&c.FwdLen, &c.BwdLen} {
		r.group(s.N > 0, s.Max, s.Min, s.Mean, s.Std)
	}
	r.number(f.Features[21])
	r.number(f.Features[22])
}

// times writes columns 23 to 36: gaps of the flow and of each side.
func (r *cicRow) times(f *meter.Flow, c *meter.CICColumns) {
	x := &f.Features
	r.group(f.Packets() > 1, x[1], x[2], x[3], x[4])
	r.group(f.Fwd > 1, c.FwdIATTotal, x[5], x[6], x[7], x[8])
	r.group(f.Bwd > 1, c.BwdIATTotal, x[9], x[10], x[11], x[12])
}

// headers writes columns 37 to 44: flags of each side, headers, rates.
func (r *cicRow) headers(c *meter.CICColumns) {
	for _, n := range [6]int64{int64(c.FwdPSH), int64(c.BwdPSH), int64(c.FwdURG), int64(c.BwdURG), c.FwdHeader, c.BwdHeader} {
		r.integer(n)
	}
	r.number(c.FwdRate)
	r.number(c.BwdRate)
}

// sizes writes columns 45 to 61: lengths of the flow, flags, ratios.
func (r *cicRow) sizes(f *meter.Flow, c *meter.CICColumns) {
	r.number(c.Len.Min)
	r.number(c.Len.Max)
	r.number(c.Len.Mean)
	r.number(c.Len.Std)
	r.number(c.Len.Variance)
	for _, i := range [8]int{0, 1, 2, 3, 4, 5, 7, 6} { // CWR before ECE
		r.integer(int64(c.Flags[i]))
	}
	r.number(c.DownUp)
	r.number(c.AvgSize(f.Packets()))
	r.number(segment(&c.FwdLen))
	r.number(segment(&c.BwdLen))
}

// segment is the average segment of a side, reckoned from the sum: in its last
// digit it may differ from the running mean of column 15 or 19.
func segment(s *meter.Summary) float64 {
	if s.N == 0 {
		return 0
	}
	return s.Sum / float64(s.N)
}

// tail writes columns 62 to 83: bulks, subflows, windows, active and idle.
func (r *cicRow) tail(f *meter.Flow, c *meter.CICColumns) {
	for _, k := range [2]meter.Bulk{c.FwdBulk, c.BwdBulk} {
		for _, x := range [3]float64{k.Bytes, k.Packets, k.Rate} {
			if r.d.Columns {
				r.number(x)
			} else {
				r.integer(int64(x))
			}
		}
	}
	for _, n := range [8]int64{
		c.SubflowFwd, c.SubFwdBytes, c.SubflowBwd, c.SubBwdBytes,
		int64(c.InitFwd), int64(c.InitBwd), int64(c.ActData), int64(c.SegMin),
	} {
		r.integer(n)
	}
	x := &f.Features
	r.group(x[15] > 0, x[13], x[14], x[15], x[16])
	r.group(x[19] > 0, x[17], x[18], x[19], x[20])
}

func (r *cicRow) integer(n int64) { r.b = append(strconv.AppendInt(r.b, n, 10), ',') }

func (r *cicRow) number(x float64) { r.b = append(appendJava(r.b, x), ',') }

// group writes numbers that belong together, or a bare 0 for each where there
// is nothing to measure.
func (r *cicRow) group(measured bool, xs ...float64) {
	for _, x := range xs {
		if measured {
			r.number(x)
		} else {
			r.b = append(r.b, '0', ',')
		}
	}
}

// appendJava writes a number as Java's Double.toString: the shortest digits
// that read back the same; plain with at least one decimal from 1e-3 to below
// 1e7, else as 1.0E-4.
func appendJava(b []byte, x float64) []byte {
	abs := math.Abs(x)
	switch {
	case math.IsNaN(x):
		return append(b, "NaN"...)
	case math.IsInf(x, 1):
		return append(b, "Infinity"...)
	case math.IsInf(x, -1):
		return append(b, "-Infinity"...)
	case abs < 1e7 && x == math.Trunc(x) && (x != 0 || !math.Signbit(x)):
		return append(strconv.AppendInt(b, int64(x), 10), ".0"...)
	case abs >= 1e-3 && abs < 1e7 || x == 0:
		n := len(b)
		b = strconv.AppendFloat(b, x, 'f', -1, 64)
		return withPoint(b, n)
	}
	var tmp [32]byte
	e := strconv.AppendFloat(tmp[:0], x, 'e', -1, 64) // d.ddde±dd
	mark := len(e) - 1
	for e[mark] != 'e' {
		mark--
	}
	n := len(b)
	b = withPoint(append(b, e[:mark]...), n)
	b = append(b, 'E')
	exp, _ := strconv.Atoi(string(e[mark+1:]))
	return strconv.AppendInt(b, int64(exp), 10)
}

// withPoint adds ".0" to digits (from byte n on) that have no point.
func withPoint(b []byte, n int) []byte {
	for _, c := range b[n:] {
		if c == '.' {
			return b
		}
	}
	return append(b, ".0"...)
}
