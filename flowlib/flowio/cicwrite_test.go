package flowio

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib/meter"

	"pgregory.net/rapid"
)

// TestAppendJava is Double.toString by the rules of its documentation.
func TestAppendJava(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.0", 1: "1.0", -1: "-1.0", 0.1: "0.1", 100: "100.0", 9999999: "9999999.0",
		1e7: "1.0E7", 12345678: "1.2345678E7", 2.2135615e7: "2.2135615E7", 1e21: "1.0E21", -3e8: "-3.0E8",
		0.001: "0.001", 0.00099: "9.9E-4", 1e-4: "1.0E-4", 5.737360357957074: "5.737360357957074",
		9999999.999999998: "9999999.999999998", 1.0 / 3: "0.3333333333333333", 1e-300: "1.0E-300",
		math.Inf(1): "Infinity", math.Inf(-1): "-Infinity", math.MaxFloat64: "1.7976931348623157E308",
	} {
		if got := string(appendJava(nil, x)); got != want {
			t.Errorf("%g: got %s, want %s", x, got, want)
		}
	}
	if got := string(appendJava([]byte("x"), math.NaN())); got != "xNaN" {
		t.Error(got)
	}
	if got := string(appendJava(nil, math.Copysign(0, -1))); got != "-0.0" {
		t.Error(got)
	}
}

// TestAppendJavaReadsBack: the text is the number again, and in one form only.
func TestAppendJavaReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x := rapid.Float64().Draw(rt, "x")
		text := string(appendJava(nil, x))
		back, err := strconv.ParseFloat(text, 64)
		if err != nil || back != x {
			rt.Fatalf("%g printed as %s reads back as %g, %v", x, text, back, err)
		}
		if a := math.Abs(x); strings.Contains(text, "E") != (x != 0 && (a < 1e-3 || a >= 1e7)) || !strings.Contains(text, ".") {
			rt.Fatalf("%g printed as %s", x, text)
		}
	})
}

func oneFlow() meter.Flow {
	return meter.Flow{
		ID:    "10.0.0.1-10.0.0.2-1000-80-6",
		Key:   meter.Key{Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr("10.0.0.2"), SrcPort: 1000, DstPort: 80, Proto: 6},
		Start: time.Date(2016, 8, 2, 14, 19, 41, 999_999_000, time.UTC).UnixMicro(), Duration: 1500, Fwd: 2, Bwd: 1, FwdBytes: 10, BwdBytes: 20,
	}
}

// TestWriteCIC: 84 columns in every dialect, and the time as it prints it.
func TestWriteCIC(t *testing.T) {
	for dialect, want := range map[string]struct{ time, bytes, label string }{
		"cic2018": {"02/08/2016 02:19:41 PM", "Flow Byts/s", "No Label"},
		"cic2021": {"02/08/2016 02:19:41 PM", "Flow Bytes/s", "NeedManualLabel"},
		"clean":   {"02/08/2016 14:19:41.999999", "Flow Byts/s", ""},
	} {
		var b bytes.Buffer
		if err := WriteCIC(&b, dialect, []meter.Flow{oneFlow()}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		head, row := strings.Split(lines[0], ","), strings.Split(lines[1], ",")
		if len(lines) != 3 || len(head) != 84 || len(row) != 84 {
			t.Fatalf("%s: %d lines, %d names, %d columns", dialect, len(lines), len(head), len(row))
		}
		if row[6] != want.time || head[20] != want.bytes || row[83] != want.label {
			t.Errorf("%s: time %q, column 21 %q, label %q", dialect, row[6], head[20], row[83])
		}
		if got := strings.Join(row[7:12], " "); got != "1500 2 1 10.0 20.0" {
			t.Errorf("%s: %s", dialect, got)
		}
	}
}

func TestWriteCICErrors(t *testing.T) {
	if err := WriteCIC(&bytes.Buffer{}, "cic", nil); err == nil || !strings.Contains(err.Error(), `"cic"`) {
		t.Errorf("unknown dialect: %v", err)
	}
	if err := WriteCIC(full{}, "clean", []meter.Flow{oneFlow()}); !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
