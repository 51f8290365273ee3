package meter

import (
	"net/netip"
	"time"
)

// NumFeatures is the number of measured features of the paper; the 24th
// input, the VPN flag, is a label and not measured.
const NumFeatures = 23

// FeatureNames returns the measured features in the paper's order, in
// CICFlowMeter's spelling of 2018. Times are in µs, rates per second.
func FeatureNames() []string {
	return []string{
		"Flow Duration",
		"Flow IAT Mean", "Flow IAT Std", "Flow IAT Max", "Flow IAT Min",
		"Fwd IAT Mean", "Fwd IAT Std", "Fwd IAT Max", "Fwd IAT Min",
		"Bwd IAT Mean", "Bwd IAT Std", "Bwd IAT Max", "Bwd IAT Min",
		"Active Mean", "Active Std", "Active Max", "Active Min",
		"Idle Mean", "Idle Std", "Idle Max", "Idle Min",
		"Flow Byts/s", "Flow Pkts/s",
	}
}

// Key is a bidirectional 5-tuple, seen from the sender of the flow's first packet.
type Key struct {
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	Proto            uint8 // IP protocol number
}

// Flow is one finished flow.
type Flow struct {
	ID       string               // Flow ID as the dialect prints it; equal for both directions of a connection. Empty in a stream: Dialect.AppendID makes it
	Key      Key                  // addresses and ports from the first packet's sender
	Start    int64                // time of the first packet (clean: the earliest), µs since 1970 UTC
	Duration int64                // µs
	Timeout  time.Duration        // flow timeout of the pass that made it; 0 when read from a table that does not say
	Fwd, Bwd int                  // packets per direction
	FwdBytes int64                // transport payload, bytes
	BwdBytes int64                // transport payload, bytes
	Features [NumFeatures]float64 // in the order of FeatureNames
	Super    int                  // number of the superflow it lies in (index into the flows of the longest timeout), -1 for none
	First    int64                // byte offset of its first packet in the capture
	Last     int64                // byte offset of its last packet
	End      EndReason
	Offsets  []int64     // byte offset of each of its packets, where Recipe.Offsets asks for them
	CIC      *CICColumns // the other CICFlowMeter columns; nil where nobody measured them
}

// Packets is the number of packets in both directions.
func (f *Flow) Packets() int { return f.Fwd + f.Bwd }

// EndReason says why a flow ended, numbered as IPFIX flowEndReason (RFC 5102, element 136).
type EndReason uint8

// The reasons; 0 is "not known", as for flows read from a CICFlowMeter table.
const (
	EndUnknown   EndReason = iota
	EndIdle                // idle timeout
	EndActive              // active (flow) timeout
	EndDetected            // FIN or RST
	EndForced              // end of the capture
	EndResources           // evicted for lack of memory
)
