package meter

import (
	"fmt"
)

// Dialect is one exact behaviour of a flow meter, as a set of switches.
// K1 to K8 and C1 to C15 are those of the specification (sections 0 and 10).
// The zero value is the tool of 2018 but for what it prints (K7, K8, Label);
// a correction is a switch that is turned on.
type Dialect struct {
	Name string

	// FirstForward (C1): the first packet of a 5-tuple counts on the forward
	// side: packets, payload bytes, header bytes, window. Without it on the
	// backward side (K2), so that the forward count is one too low, the first
	// forward gap is missing and one backward gap, first packet to first
	// answer, too many. (Fwd IAT, Bwd IAT.)
	FirstForward bool

	// SplitSide (C2): the first packet of a flow that a timeout cut off counts
	// on the side of its sender; source and destination stay those of the flow
	// before. Without it the side is that of FirstForward, whoever sent it.
	// (Fwd IAT, Bwd IAT.)
	SplitSide bool

	FIN FINRule // C3, K3: what a FIN does
	RST RSTRule // C4, K4: what an RST does

	// LastActive (C5): the active period at the end of a flow counts, in µs,
	// and the closing packet belongs to it. A period of a single packet has no
	// length and never counts. Without it a flow that never pauses has Active 0.
	// Mean over the periods, deviation of a sample (ddof 1; 0 for one period),
	// 0 where there is none. (Active.)
	LastActive bool

	// ZeroRates (C6): bytes and packets a second of a flow whose duration is
	// ≤ 0 are 0. Without it x/0 as Java divides: Infinity, or NaN for 0/0, and
	// negative rates for negative durations. (Both rates.)
	ZeroRates bool

	// Singles (C7): flows of one packet are written, with gaps, Active and
	// Idle 0. Without it they are counted under one_packet_flow.
	Singles bool

	// Protocols (C8): the real IP protocol number; ICMP by type and code in
	// place of the ports, an ICMP error never taken for the packet it quotes;
	// later fragments counted as fragment. Without it all that is neither TCP
	// nor UDP has protocol and ports 0.
	Protocols bool

	// LinkTypes (C9): the link type says how a packet begins; IPv6, cooked,
	// loopback and PPP captures are read. Without it every packet is Ethernet
	// at byte 0, or else IPv4 at byte 0, and broadcast ARP makes a flow.
	LinkTypes bool

	// WireLengths (C10): payload bytes are what the IP and UDP headers declare,
	// without Ethernet padding and with what the snap length cut off. Without
	// it the captured bytes after the transport header. (Flow Byts/s.)
	WireLengths bool

	Key KeyRule // C11, K1: Flow ID, and how the direction is told

	// Monotonic (C12): time never goes backwards inside a flow. A packet that
	// is earlier than one before it counts as simultaneous with the latest
	// (gap 0); duration is latest − earliest, in µs. Without it gaps and
	// durations may be negative. (All 23 on disordered files.)
	Monotonic bool

	// Columns (C13): PSH and URG a side over all packets; the first payload
	// length counted once in the lengths of the flow (mean and variance in
	// bytes, ddof 1); bulks a direction, bytes and packets a bulk as real
	// numbers, 0 without a bulk; subflows one more than the gaps above 1 s;
	// Down/Up as a real ratio, 0 without forward packets; initial backward
	// window of the first backward packet; the first packet with payload
	// counted in Fwd Act Data Pkts. (None of the 23.)
	Columns bool

	// Idle (C14): timeouts count from the flow's last packet, not its first.
	// Recipe.Idle turns it on; the paper's text describes it, the tool never
	// did it.
	Idle bool

	// Timestamps (C15): times are written in UTC with µs and 24 hours. Without
	// it to the second, with 12 hours and AM or PM.
	Timestamps bool

	// AllPackets (K5): TCP flags, subflows and bulks are counted over all
	// packets; without it only the first packet of a flow is looked at.
	AllPackets bool

	// NoWindow (K7) stands for the TCP window where there is none.
	NoWindow int32

	// BulkTwice (K8): column 65 repeats column 62.
	BulkTwice bool

	// Linked: the end of a superflow (longest timeout) ends its miniflows,
	// so that each lies in exactly one. Without it every timeout is a meter of
	// its own, as if the tool had run twice.
	Linked bool

	Label string // last column of a CICFlowMeter row
}

// KeyRule says how a Flow ID is written and what tells a packet's direction.
type KeyRule uint8

// The rules. Under the first two the address alone tells the direction, so
// that all packets of a host to itself are forward.
const (
	KeySigned KeyRule = iota // the smaller address first, bytes compared as signed numbers; equal ones in the order of the packet, two flows (K1 "one")
	KeyFirst                 // the sender of the first packet first (K1 "two")
	KeySorted                // the smaller end first, by unsigned address, then port; address and port tell the direction (C11)
)

// FINRule says how a TCP FIN ends a flow.
type FINRule uint8

// The rules.
const (
	// FINFirst: the first FIN ends the flow, what follows opens another.
	FINFirst FINRule = iota
	// FINBackward: the first backward FIN ends the flow; a side's second FIN
	// is dropped (section 4.3 of the specification).
	FINBackward
	// FINBoth: FINs of both sides close the connection; what follows still
	// belongs to it until a SYN opens the next or a timeout comes (C3).
	FINBoth
)

// RSTRule says how a TCP RST ends a flow.
type RSTRule uint8

// The rules.
const (
	RSTIgnored RSTRule = iota // an ordinary packet
	RSTEnds                   // ends the flow at once
	RSTCloses                 // closes the connection as both FINs do: the next SYN starts a new flow (C4)
)

// Clean is the corrected meter, the default for new work: C1 to C15 (the idle
// timeout, C14, is a wish of the recipe).
var Clean = Dialect{
	Name:         "clean",
	FirstForward: true, SplitSide: true, FIN: FINBoth, RST: RSTCloses,
	LastActive: true, ZeroRates: true, Singles: true,
	Protocols: true, LinkTypes: true, WireLengths: true,
	Key: KeySorted, Monotonic: true, Columns: true, Timestamps: true,
	AllPackets: true, Linked: true,
}

// CIC2018 is CICFlowMeter V4 as of 2018-05 to 2019-10, what the paper used.
var CIC2018 = Dialect{Name: "cic2018", NoWindow: -1, BulkTwice: true, Label: "No Label"}

// CIC2021 is CICFlowMeter as of 2021-07, its last version.
var CIC2021 = Dialect{
	Name: "cic2021", FirstForward: true, FIN: FINBackward, RST: RSTEnds, Key: KeyFirst,
	AllPackets: true, Label: "NeedManualLabel",
}

// Named finds a dialect by its name.
func Named(name string) (Dialect, error) {
	for _, d := range []Dialect{Clean, CIC2018, CIC2021} {
		if d.Name == name {
			return d, nil
		}
	}
	return Dialect{}, fmt.Errorf("meter: dialect is %q: known are clean, cic2018, cic2021", name)
}
