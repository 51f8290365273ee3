package flowio

import (
	"fmt"
	"strings"

	"flowbook/flowlib/meter"
)

// The columns that a row is made of: the fixed ones, then the features.
const (
	colFlowID = iota
	colSrcIP
	colSrcPort
	colDstIP
	colDstPort
	colProtocol
	colTimestamp
	colFwdPackets
	colBwdPackets
	colFwdBytes
	colBwdBytes
	numFixed
	numColumns = numFixed + meter.NumFeatures
)

// spellings has, for each fixed column, every known name in the form that
// plainName makes: CICFlowMeter of 2018 (Tot Fwd Pkts), of 2021 (Total Fwd
// Packet), and the tables published with CIC-IDS-2017 (Source IP, Total
// Backward Packets). The specification, section 8.
var spellings = [numFixed][]string{
	colFlowID:     {"flowid"},
	colSrcIP:      {"srcip", "sourceip"},
	colSrcPort:    {"srcport", "sourceport"},
	colDstIP:      {"dstip", "destinationip"},
	colDstPort:    {"dstport", "destinationport"},
	colProtocol:   {"protocol"},
	colTimestamp:  {"timestamp"},
	colFwdPackets: {"totfwdpkts", "totalfwdpacket", "totalfwdpackets"},
	colBwdPackets: {"totbwdpkts", "totalbwdpacket", "totalbwdpackets", "totalbackwardpackets"},
	colFwdBytes:   {"totlenfwdpkts", "totallengthoffwdpacket", "totallengthoffwdpackets"},
	colBwdBytes:   {"totlenbwdpkts", "totallengthofbwdpacket", "totallengthofbwdpackets"},
}

// fixedNames are the names that messages use.
var fixedNames = [numFixed]string{
	"Flow ID", "Src IP", "Src Port", "Dst IP", "Dst Port", "Protocol", "Timestamp",
	"Tot Fwd Pkts", "Tot Bwd Pkts", "TotLen Fwd Pkts", "TotLen Bwd Pkts",
}

// columnName is the name of a column in CICFlowMeter's spelling of 2018.
func columnName(col int) string {
	if col < numFixed {
		return fixedNames[col]
	}
	return meter.FeatureNames()[col-numFixed]
}

// plainName is a header field without case and spaces. Underscores stay: the
// Python program of the same name writes flow_duration, in seconds.
func plainName(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), " ", "")
}

// header says in which field of a row each column stands.
type header struct {
	fields int             // fields of a row
	at     [numColumns]int // field number of each column
	label  int             // field number of the label, -1 for none
}

// known maps the plain name of every spelling to its column.
var known = func() map[string]int {
	m := map[string]int{"flowbytes/s": numColumns - 2, "flowpackets/s": numColumns - 1}
	for col, names := range spellings {
		for _, n := range names {
			m[n] = col
		}
	}
	for i, n := range meter.FeatureNames() {
		m[plainName(n)] = numFixed + i
	}
	return m
}()

// parseHeader finds the columns by name.
func parseHeader(path string, fields []string) (*header, error) {
	h := &header{fields: len(fields), label: -1}
	for i := range h.at {
		h.at[i] = -1
	}
	for i, f := range fields {
		name := plainName(f)
		if name == "label" {
			h.label = i
		}
		col, ok := known[name]
		if !ok {
			continue
		}
		if h.at[col] >= 0 {
			return nil, fmt.Errorf("%s: line 1: column %q stands in fields %d and %d, expected once", path, columnName(col), h.at[col]+1, i+1)
		}
		h.at[col] = i
	}
	var missing []string
	for col, i := range h.at {
		if i < 0 {
			missing = append(missing, columnName(col))
		}
	}
	switch {
	case len(missing) > numColumns/2:
		return nil, fmt.Errorf("%s: line 1: found %s, expected the header of a CICFlowMeter table (Flow ID,Src IP,Src Port,…)", path, quoted(strings.Join(fields, ",")))
	case len(missing) > 0:
		return nil, fmt.Errorf("%s: line 1: the header has no column %s", path, strings.Join(missing, ", "))
	}
	return h, nil
}
