package flowio

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"flowbook/flowlib/meter"
)

// splitFields cuts a line at its commas into dst. CICFlowMeter quotes
// nothing, but programs that rewrite its tables do.
func splitFields(dst []string, line string) []string {
	dst = dst[:0]
	for strings.IndexByte(line, '"') < 0 {
		i := strings.IndexByte(line, ',')
		if i < 0 {
			return append(dst, line)
		}
		dst = append(dst, line[:i])
		line = line[i+1:]
	}
	for {
		var field string
		var more bool
		field, line, more = cutQuoted(line)
		dst = append(dst, field)
		if !more {
			return dst
		}
	}
}

// cutQuoted takes one field, which may be in double quotes, off a line.
func cutQuoted(line string) (field, rest string, more bool) {
	if !strings.HasPrefix(line, `"`) {
		return strings.Cut(line, ",")
	}
	var b strings.Builder
	for i := 1; i < len(line); i++ {
		if line[i] != '"' {
			b.WriteByte(line[i])
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		tail, rest, more := strings.Cut(line[i+1:], ",")
		return b.String() + tail, rest, more
	}
	return b.String(), "", false
}

// row decodes the fields of one row; the first thing wrong stays in err.
type row struct {
	h      *header
	fields []string
	err    *RowError
	twelve bool // the time names the half of the day
}

func (r *row) text(col int) string { return strings.TrimSpace(r.fields[r.h.at[col]]) }

func (r *row) fail(col int, found, expected string) {
	if r.err == nil {
		r.err = &RowError{Column: columnName(col), Found: quoted(found), Expected: expected}
	}
}

// float reads a number; NaN and Infinity are numbers that the meter writes.
func (r *row) float(col int) float64 {
	s := r.text(col)
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.ContainsAny(s, "xX_") {
		r.fail(col, s, "a number")
	}
	return v
}

// integer reads a whole number from lo to hi, which may be written as 85.0 or 1.0E7.
func (r *row) integer(col int, lo, hi int64) int64 {
	s := r.text(col)
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(s, 64)
		// Beyond 2^53 a float64 no longer says which whole number was meant.
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 || strings.ContainsAny(s, "xX_") {
			r.fail(col, s, "a whole number")
			return 0
		}
		v = int64(f)
	}
	if v < lo || v > hi {
		r.fail(col, s, "a whole number from "+strconv.FormatInt(lo, 10)+" to "+strconv.FormatInt(hi, 10))
	}
	return v
}

func (r *row) addr(col int) netip.Addr {
	s := r.text(col)
	a, err := netip.ParseAddr(s)
	if err != nil {
		r.fail(col, s, "an IP address")
	}
	return a
}

func (r *row) time(col int) int64 {
	s := r.text(col)
	v, twelve, ok := parseTimestamp(s)
	if !ok {
		r.fail(col, s, timestampExpected)
	}
	r.twelve = twelve
	return v
}

// flow decodes the row. The flow says nothing about timeout, superflow and
// place in the capture: the table does not hold them.
func (r *row) flow() (meter.Flow, *RowError) {
	const most = math.MaxInt64
	f := meter.Flow{
		ID: r.text(colFlowID),
		Key: meter.Key{
			Src: r.addr(colSrcIP), Dst: r.addr(colDstIP),
			SrcPort: uint16(r.integer(colSrcPort, 0, 65535)),
			DstPort: uint16(r.integer(colDstPort, 0, 65535)),
			Proto:   uint8(r.integer(colProtocol, 0, 255)),
		},
		Start:    r.time(colTimestamp),
		Duration: r.integer(numFixed, math.MinInt64, most),
		Fwd:      int(r.integer(colFwdPackets, 0, most)),
		Bwd:      int(r.integer(colBwdPackets, 0, most)),
		FwdBytes: r.integer(colFwdBytes, 0, most),
		BwdBytes: r.integer(colBwdBytes, 0, most),
		Super:    -1,
		First:    -1,
		Last:     -1,
	}
	for i := range f.Features {
		f.Features[i] = r.float(numFixed + i)
	}
	return f, r.err
}
