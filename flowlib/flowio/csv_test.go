package flowio

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/flowlib/meter"
	"flowbook/internal/testdata"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

// columns of a small table: the needed ones, in another order and spelling than
// any build writes, with one more that no one needs.
func columns() []string {
	names := []string{" FLOW ID ", "Label", "Source IP", "src port", "Dst IP", "Destination Port", "PROTOCOL", "Timestamp", "Subflow Fwd Pkts",
		"Total Fwd Packet", "Total Backward Packets", "Total Length of Fwd Packets", "TotLen Bwd Pkts"}
	for _, n := range meter.FeatureNames() {
		switch n {
		case "Flow Byts/s":
			n = "Flow Bytes/s"
		case "Flow Pkts/s":
			n = "flow packets/s"
		}
		names = append(names, n)
	}
	return names
}

// line is a row of that table; with replaces single fields by column name.
func line(with map[string]string) string {
	values := map[string]string{
		" FLOW ID ": "1.2.3.4-5.6.7.8-1000-443-6", "Label": "No Label", "Source IP": "1.2.3.4", "src port": "1000", "Dst IP": "5.6.7.8",
		"Destination Port": "443", "PROTOCOL": "6", "Timestamp": "15/04/2015 03:41:32 PM", "Total Fwd Packet": "4", "Total Backward Packets": "3.0",
		"Total Length of Fwd Packets": "18.0", "TotLen Bwd Pkts": "1.0E7", "Flow Duration": "90004764", "Flow Bytes/s": "Infinity", "flow packets/s": "NaN",
	}
	var fields []string
	for _, n := range columns() {
		v, ok := with[n]
		if !ok {
			v = values[n]
		}
		if v == "" {
			v = "0.5"
		}
		fields = append(fields, v)
	}
	return strings.Join(fields, ",")
}

func small(rows ...string) string {
	return strings.Join(append([]string{strings.Join(columns(), ",")}, rows...), "\n") + "\n"
}

func TestDecodeCSV(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(small(line(nil), line(map[string]string{"Label": `"VPN, ""chat"""`})), "\n", "\r\n")
	table, err := DecodeCSV("x.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !table.TwelveHour || len(table.Flows) != 2 || table.Labels[0] != "No Label" || table.Labels[1] != `VPN, "chat"` {
		t.Fatalf("%d flows, labels %q", len(table.Flows), table.Labels)
	}
	f := table.Flows[1]
	got := fmt.Sprint(f.ID, f.Key, f.Start, f.Duration, f.Fwd, f.Bwd, f.FwdBytes, f.BwdBytes, f.Super, f.First, f.Last, f.Timeout)
	if want := "1.2.3.4-5.6.7.8-1000-443-6" + fmt.Sprint(f.Key, 1429112492000000, 90004764, 4, 3, 18, 10000000, -1, -1, -1, "0s"); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("%s\nwant %s", got, want)
	}
	if f.Key.String() != "1.2.3.4-5.6.7.8-1000-443-6" || f.Features[0] != 90004764 || f.Features[1] != 0.5 || !math.IsInf(f.Features[21], 1) || !math.IsNaN(f.Features[22]) {
		t.Errorf("key %v, features %v", f.Key, f.Features)
	}
}

// A broken row is named, and every good row around it is kept.
func TestBrokenRows(t *testing.T) {
	for want, bad := range map[string]string{
		`line 3: found 3 fields, expected 36`:                                             "a,b,c",
		`line 3, column Src Port: found "70000", expected a whole number from 0 to 65535`: line(map[string]string{"src port": "70000"}),
		`line 3, column Protocol: found "tcp", expected a whole number`:                   line(map[string]string{"PROTOCOL": "tcp"}),
		`line 3, column Flow IAT Std: found "0x1p4", expected a number`:                   line(map[string]string{"Flow IAT Std": "0x1p4"}),
		`line 3, column Flow IAT Mean: found "1e999", expected a number`:                  line(map[string]string{"Flow IAT Mean": "1e999"}),
		`line 3, column Dst IP: found "5.6.7", expected an IP address`:                    line(map[string]string{"Dst IP": "5.6.7"}),
		`line 3, column Timestamp: found "31/02/2015 03:41:32 PM", expected a time`:       line(map[string]string{"Timestamp": "31/02/2015 03:41:32 PM"}),
		`line 3, column Tot Fwd Pkts: found "1.5", expected a whole number`:               line(map[string]string{"Total Fwd Packet": "1.5"}),
		`line 3, column Tot Bwd Pkts: found "-1", expected a whole number from 0`:         line(map[string]string{"Total Backward Packets": "-1"}),
		`line 3: found 1 fields, expected 36`:                                             strings.Repeat("x", longest+1<<17),
	} {
		table, err := DecodeCSV("x.csv", strings.NewReader(small(line(nil), bad, line(nil))))
		var rows *RowErrors
		if !errors.As(err, &rows) || rows.Total != 1 || !strings.HasPrefix(err.Error(), "x.csv: "+want) {
			t.Errorf("error %v, expected %q", err, want)
		}
		if len(table.Flows) != 2 || table.LeftOut[BrokenRow] != 1 {
			t.Errorf("%s: %d flows kept, left out %v", want, len(table.Flows), table.LeftOut)
		}
	}
}

// Very many broken rows give one message of a few lines.
func TestManyBrokenRows(t *testing.T) {
	rows := []string{line(nil)}
	for range 5000 {
		rows = append(rows, "broken")
	}
	table, err := DecodeCSV("x.csv", strings.NewReader(small(rows...)))
	if len(table.Flows) != 1 || strings.Count(err.Error(), "\n") != listed+1 || !strings.HasSuffix(err.Error(), "and 4990 more") {
		t.Errorf("%d flows, %v", len(table.Flows), err)
	}
	var one *RowError
	if !errors.As(err, &one) || one.Line != 3 {
		t.Errorf("first broken row %+v", one)
	}
}

func TestHeaders(t *testing.T) {
	head := strings.Join(columns(), ",")
	for name, c := range map[string]struct{ text, want string }{
		"empty":     {"", "the file is empty"},
		"old Mac":   {strings.ReplaceAll(small(line(nil)), "\n", "\r"), "line 1: found a carriage return within the line"},
		"text":      {"Dear reader,\nthis is a letter.\n", `found "Dear reader,", expected the header of a CICFlowMeter table`},
		"missing":   {strings.Replace(head, "PROTOCOL", "Proto", 1) + "\n", "the header has no column Protocol"},
		"twice":     {head + ",Src IP\n", `column "Src IP" stands in fields 3 and 37, expected once`},
		"python":    {"src_ip,dst_ip,src_port,dst_port,protocol,timestamp,flow_duration,flow_byts_s\n", "expected the header of a CICFlowMeter table"},
		"only head": {head, ""},
		"no end":    {strings.TrimSuffix(small(line(nil)), "\n"), ""},
		"joined":    {small(line(nil), head, line(nil)), ""},
		"blank":     {small(line(nil), "", "  "), ""},
	} {
		table, err := DecodeCSV("x.csv", strings.NewReader(c.text))
		if c.want != "" && (table != nil || err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.csv")) {
			t.Errorf("%s: error %v, expected %q", name, err, c.want)
		}
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "joined" && (len(table.Flows) != 2 || table.LeftOut[RepeatedHeader] != 1) {
			t.Errorf("joined: %d flows, left out %v", len(table.Flows), table.LeftOut)
		}
	}
}

func TestTimestamps(t *testing.T) {
	const want = 1429112492000000 // 15 April 2015, 15:41:32
	for s, v := range map[string]int64{
		"15/04/2015 03:41:32 PM": want, "15/04/2015 03:41:32 p.m.": want, "15/04/2015 03:41:32 p. m.": want,
		"15/04/2015 03:41:32 p.\u00a0m.": want, "15/04/2015 03:41:32\u202fpm": want, "15/04/2015 03:41:32\xa0PM": want,
		"15/4/2015 3:41:32 下午": want, "15/04/2015 03:41:32 \xcf\xc2\xce\xe7": want, "15/04/2015 03:41:32 \xa4\x55\xa4\xc8": want,
		"15/04/2015 03:41:32 μ.μ.": want, "15/04/2015 03:41:32 오후": want, "15/04/2015 03:41:32 ÖS": want, "15/04/2015 03:41:32 odp.": want,
		"15/04/2015 12:00:00 \xc9\xcf\xce\xe7": want - 56492e6, "15/04/2015 12:00:00 午前": want - 56492e6, "15/04/2015 12:00:00 A. M.": want - 56492e6,
		"15/04/2015 15:41:32": want, "2015-04-15 15:41:32": want, "2015-04-15T15:41:32": want,
		"2015-04-15 15:41:32.000007": want + 7, "2015-04-15 15:41:32.5": want + 500000,
		"15/04/2015 15:41": want - 32e6, "15/04/2015 12:00:00 AM": want - 56492e6, "15/04/2015 12:00:00 a.m.": want - 56492e6,
		"15/04/2015 12:00:00 PM": want - 13292e6,
	} {
		if got, _, ok := parseTimestamp(s); !ok || got != v {
			t.Errorf("%q: %d, %v, want %d", s, got, ok, v)
		}
	}
	for _, s := range []string{
		"", "15/04/2015", "15/04/2015 ", "15/13/2015 03:41:32 PM", "29/02/2015 03:41:32", "15/04/2015 13:41:32 PM", "15/04/2015 24:00:00",
		"15/04/2015 03:60:32", "15/04/2015 03:41:32 XM", "15-04-2015 03:41:32", "2015-04-15 15:41:32.", "2015-04-15 15:41:32.1234567890",
		"15/04/15 03:41:32", "x5/04/2015 03:41:32", "15/04/2015 03:41:32:01", "0/04/2015 03:41:32",
	} {
		if got, _, ok := parseTimestamp(s); ok {
			t.Errorf("%q was read as %d", s, got)
		}
	}
}

func TestReadCompressed(t *testing.T) {
	text := []byte(small(line(nil), line(nil)))
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(text)
	w.Close()
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(text)
	z.Close()
	dir := t.TempDir()
	for name, b := range map[string][]byte{"a.csv": text, "a.csv.gz": gz.Bytes(), "a.csv.zst": zst.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if table, err := ReadCSV(path); err != nil || len(table.Flows) != 2 || !IsTableName(path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cut := filepath.Join(dir, "cut.csv.gz")
	var many bytes.Buffer
	w = gzip.NewWriter(&many)
	w.Write([]byte(small(strings.Split(strings.Repeat(line(nil)+"\n", 3000), "\n")...)))
	w.Close()
	if err := os.WriteFile(cut, many.Bytes()[:many.Len()*9/10], 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := ReadCSV(cut)
	if err == nil || table == nil || len(table.Flows) == 0 || !strings.Contains(err.Error(), cut+": after line") {
		t.Errorf("cut file: table %v, error %v", table != nil, err)
	}
	if err := os.WriteFile(cut, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadCSV(cut); err == nil || !strings.Contains(err.Error(), "not a gzip file") {
		t.Errorf("no gzip: %v", err)
	}
	if _, err := ReadCSV(filepath.Join(dir, "none.csv")); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	if IsTableName("a.pcap.gz") || IsTableName("csv") {
		t.Error("names of other files pass")
	}
}

// Every table that the original tool wrote for the reference captures is read
// whole, whatever the build.
func TestOriginalTables(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata.Shared(t, "oracle"), "*", "*", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("Flow ID")) {
			continue
		}
		table, err := DecodeCSV(path, bytes.NewReader(text))
		if err != nil {
			t.Error(err)
			continue
		}
		if rows := bytes.Count(text, []byte("\n")) - 1; len(table.Flows) != rows {
			t.Errorf("%s: %d flows of %d rows", path, len(table.Flows), rows)
		}
		read++
	}
	if read < 28*4 {
		t.Errorf("%d tables read, expected at least two builds and two timeouts of 28 captures", read)
	}
}

// What is written as a row is read as that row, for any numbers.
func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Inf(1), math.Inf(-1), 1e7, 1.4291268921512545e15})).Draw(t, "v")
		d := rapid.Int64().Draw(t, "duration")
		text := fmt.Sprint(v)
		if math.IsInf(v, 0) {
			text = strings.Replace(fmt.Sprint(v), "Inf", "Infinity", 1)
		}
		table, err := DecodeCSV("x", strings.NewReader(small(line(map[string]string{"Idle Max": text, "Flow Duration": fmt.Sprint(d)}))))
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Flows[0]; got.Features[19] != v || got.Duration != d {
			t.Fatalf("%v read as %v, %d as %d", v, got.Features[19], d, got.Duration)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(small(line(nil), "a,b", line(map[string]string{"Label": `"x`}))))
	f.Add([]byte("\ufeff" + small(line(map[string]string{"Timestamp": "2015-04-15 15:41:32.5"}))))
	f.Add([]byte("Flow ID"))
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := DecodeCSV("x", bytes.NewReader(text))
		if table == nil && err == nil {
			t.Fatal("neither a table nor an error")
		}
		if table == nil {
			return
		}
		if len(table.Flows) != len(table.Labels) {
			t.Fatalf("%d flows, %d labels", len(table.Flows), len(table.Labels))
		}
		if n := table.LeftOut[BrokenRow]; (n > 0) != (err != nil) {
			t.Fatalf("%d broken rows, error %v", n, err)
		}
	})
}

func ExampleDecodeCSV() {
	const text = `Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Tot Fwd Pkts,Tot Bwd Pkts,TotLen Fwd Pkts,TotLen Bwd Pkts,Flow Byts/s,Flow Pkts/s,Flow IAT Mean,Flow IAT Std,Flow IAT Max,Flow IAT Min,Fwd IAT Mean,Fwd IAT Std,Fwd IAT Max,Fwd IAT Min,Bwd IAT Mean,Bwd IAT Std,Bwd IAT Max,Bwd IAT Min,Active Mean,Active Std,Active Max,Active Min,Idle Mean,Idle Std,Idle Max,Idle Min,Label
10.0.0.1-10.0.0.2-5000-53-17,10.0.0.1,5000,10.0.0.2,53,17,15/04/2015 03:41:32 PM,134449,1,1,40.0,85.0,929.7,14.87,134449,0,134449,134449,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,No Label
10.0.0.1-10.0.0.2-5000-53-17,10.0.0.1,5000,10.0.0.2,53,udp
`
	table, err := DecodeCSV("dns.csv", strings.NewReader(text))
	for _, f := range table.Flows {
		fmt.Println(f.Key, f.Packets(), "packets in", f.Duration, "µs")
	}
	fmt.Println(err)
	// Output:
	// 10.0.0.1-10.0.0.2-5000-53-17 2 packets in 134449 µs
	// dns.csv: line 3: found 6 fields, expected 35
}
