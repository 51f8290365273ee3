package meter

import (
	"fmt"

	"flowbook/flowlib/capture"
)

// Dialect is one exact behaviour of a flow meter, as a set of switches.
// K1 to K8 and C1 to C15 are those of the specification (sections 0 and 10),
// and so is what a switch changes.
type Dialect struct {
	Name   string
	Decode capture.Decoder // C8, C9, C10: which packets it understands and what their payload is
	ID     IDRule          // K1, C11: how the Flow ID is written
	First  FirstRule       // K2, C1, C2: the side on which a flow's first packet counts
	Close  CloseRule       // K3, K4, C3, C4: how TCP closes a flow

	// PortsTell (C11): the direction of a packet is told by address and port,
	// so that a connection of a host to itself has two directions. Without it
	// by the address alone, and both directions are forward. (Fwd/Bwd IAT.)
	PortsTell bool

	// LastActive (C5): the active period at the end of a flow counts, and the
	// closing packet belongs to it. Without it a flow that never pauses has
	// Active 0. A period of a single packet has no length and never counts. (Active.)
	LastActive bool

	// ZeroRates (C6): rates of a flow without duration are 0; without it
	// x/0 as Java divides: Infinity, or NaN for 0/0. (Both rates.)
	ZeroRates bool

	// Singles (C7): flows of one packet are written; without it they are lost.
	Singles bool

	// Monotonic (C12): time never goes backwards inside a flow. A packet that
	// is earlier than one before it counts as simultaneous with the latest
	// (gap 0); duration is latest − earliest. Without it gaps and durations
	// may be negative. (All 23 on disordered files.)
	Monotonic bool

	// AllPackets (K5): TCP flags, subflows and bulks are counted over all
	// packets; without it only the first packet of a flow is looked at.
	AllPackets bool

	// Columns (C13): per-side flag counts over all packets, first length
	// counted once, bulks per direction with real division, subflows one more
	// than the gaps between them, real Down/Up ratio, initial backward window
	// from the first backward packet, first packet with payload counted.
	// (None of the 23.)
	Columns bool

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

// IDRule says how a Flow ID is written.
type IDRule uint8

// The rules.
const (
	IDSorted IDRule = iota // the smaller end first, by unsigned address, then port (C11)
	IDSigned               // the smaller address first, bytes compared as signed numbers; equal ones in the order of the packet (K1 "one")
	IDFirst                // the sender of the first packet first (K1 "two")
)

// FirstRule says on which side a flow's first packet counts.
type FirstRule uint8

// The rules.
const (
	FirstReal     FirstRule = iota // where it belongs (C1, C2)
	FirstBackward                  // always backward (K2, issue #45 of CICFlowMeter)
	FirstForward                   // always forward, even when a split flow goes on with a packet backward (K2)
)

// CloseRule says how TCP ends a flow.
type CloseRule uint8

// The rules.
const (
	// CloseBoth: FINs of both sides, or an RST, close the connection; what
	// follows still belongs to it until a SYN opens the next (C3, C4).
	CloseBoth CloseRule = iota
	// CloseFirstFIN: the first FIN ends the flow, what follows opens another; RST is an ordinary packet.
	CloseFirstFIN
	// CloseBackwardFIN: the first backward FIN or any RST ends the flow; a
	// side's second FIN is dropped (section 4.3 of the specification).
	CloseBackwardFIN
)

// Clean is the corrected meter, the default for new work: C1 to C15.
var Clean = Dialect{
	Name: "clean", Decode: capture.DecodeClean,
	PortsTell: true, LastActive: true, ZeroRates: true, Singles: true, Monotonic: true,
	AllPackets: true, Columns: true, Linked: true,
}

// CIC2018 is CICFlowMeter V4 as of 2018-05 to 2019-10, what the paper used.
var CIC2018 = Dialect{
	Name: "cic2018", Decode: capture.DecodeCIC,
	ID: IDSigned, First: FirstBackward, Close: CloseFirstFIN,
	NoWindow: -1, BulkTwice: true, Label: "No Label",
}

// CIC2021 is CICFlowMeter as of 2021-07, its last version.
var CIC2021 = Dialect{
	Name: "cic2021", Decode: capture.DecodeCIC,
	ID: IDFirst, First: FirstForward, Close: CloseBackwardFIN,
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
