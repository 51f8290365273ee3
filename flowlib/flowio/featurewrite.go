package flowio

import (
	"math"
	"strconv"
	"strings"
	"time"

	"flowbook/flowlib/meter"
)

// The CSV of the features: the columns of the Parquet table in the same order
// and units, but for superflow, which stands last.

// superflowColumn is known only when a row is written.
const superflowColumn = "superflow"

// FeatureHeader is the header line of the CSV of the features.
func FeatureHeader() string {
	var names []string
	for _, f := range fields() {
		if f.name != superflowColumn {
			names = append(names, f.name)
		}
	}
	return strings.Join(append(names, superflowColumn), ",") + "\n"
}

// AppendFeatures appends the line of a flow but for its last column and the
// end of the line, which AppendSuperflow writes. Times are UTC with µs.
func AppendFeatures(b []byte, d *meter.Dialect, f *meter.Flow) []byte {
	integer := func(n int64) { b = append(strconv.AppendInt(b, n, 10), ',') }
	b = append(appendID(b, d, f), ',')
	b = append(f.Key.Src.AppendTo(b), ',')
	integer(int64(f.Key.SrcPort))
	b = append(f.Key.Dst.AppendTo(b), ',')
	integer(int64(f.Key.DstPort))
	integer(int64(f.Key.Proto))
	b = append(appendTime(b, f.Start), ',')
	for _, n := range [...]int64{
		f.Duration, f.Timeout.Microseconds(), int64(f.Fwd), int64(f.Bwd), f.FwdBytes, f.BwdBytes,
		f.First, f.Last, int64(f.End),
	} {
		integer(n)
	}
	for _, x := range f.Features {
		b = append(appendNumber(b, x), ',')
	}
	return b
}

// AppendSuperflow ends a line of AppendFeatures.
func AppendSuperflow(b []byte, f *meter.Flow) []byte {
	return append(strconv.AppendInt(b, int64(f.Super), 10), '\n')
}

// appendTime writes 2015-04-15 15:41:32.000123.
func appendTime(b []byte, micros int64) []byte {
	return time.UnixMicro(micros).UTC().AppendFormat(b, "2006-01-02 15:04:05.000000")
}

// appendNumber writes the shortest digits that read back the same; whole
// numbers, which most are, without a search for them.
func appendNumber(b []byte, x float64) []byte {
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return strconv.AppendInt(b, int64(x), 10)
	}
	return strconv.AppendFloat(b, x, 'f', -1, 64)
}
