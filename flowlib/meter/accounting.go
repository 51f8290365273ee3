package meter

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"flowbook/flowlib/capture"
)

// Reasons of the flow table, beside those of the decoders (capture.Reason).
const (
	OnePacket = "one_packet_flow" // the dialect does not write flows of one packet
	Dropped   = "dropped"         // the dialect drops the packet (a side's second FIN)
)

// Accounting says what became of every packet of a capture under one flow
// timeout: Packets = InFlows + the sum of NotInFlows, exactly.
type Accounting struct {
	Timeout    time.Duration    // flow timeout
	Packets    int64            // read from the capture
	InFlows    int64            // in the flows that are written
	NotInFlows map[string]int64 // the others, by reason; no zeros
	Flows      int64            // written
	Straddling int64            // flows of this timeout that lie in no single superflow
	Backwards  int64            // packets earlier than the one before them in the file
	SnapCut    int64            // packets of which the capture holds only the beginning
	Duplicates int64            // packets captured twice (capture.Counts); they count twice in flows too
	ZeroTime   int64            // packets without a time
	Late       int64            // packets more than 10 s earlier than the latest before them
	Evicted    int64            // flows that ended for lack of resources (Recipe.MaxFlows)
}

// accountingJSON is the account on disk.
type accountingJSON struct {
	Timeout    span             `json:"timeout"`
	Packets    int64            `json:"packets"`
	InFlows    int64            `json:"in_flows"`
	NotInFlows map[string]int64 `json:"not_in_flows"`
	Flows      int64            `json:"flows"`
	Straddling int64            `json:"straddling_flows"`
	Backwards  int64            `json:"packets_back_in_time"`
	SnapCut    int64            `json:"packets_snap_cut"`
	Duplicates int64            `json:"packets_duplicate"`
	ZeroTime   int64            `json:"packets_without_time"`
	Late       int64            `json:"packets_late,omitempty"`
	Evicted    int64            `json:"evicted_flows,omitempty"`
}

// MarshalJSON writes the account with its timeout as "120s".
func (a Accounting) MarshalJSON() ([]byte, error) {
	return json.Marshal(accountingJSON{
		span(a.Timeout), a.Packets, a.InFlows, a.NotInFlows, a.Flows, a.Straddling,
		a.Backwards, a.SnapCut, a.Duplicates, a.ZeroTime, a.Late, a.Evicted,
	})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Accounting) UnmarshalJSON(b []byte) error {
	var j accountingJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*a = Accounting{
		time.Duration(j.Timeout), j.Packets, j.InFlows, j.NotInFlows, j.Flows, j.Straddling,
		j.Backwards, j.SnapCut, j.Duplicates, j.ZeroTime, j.Late, j.Evicted,
	}
	return nil
}

// Check says whether the account is exact.
func (a Accounting) Check() error {
	sum := a.InFlows
	for _, n := range a.NotInFlows {
		sum += n
	}
	if sum != a.Packets {
		return fmt.Errorf("meter: timeout %v: %d packets read, %d accounted for (%v)", span(a.Timeout), a.Packets, sum, a)
	}
	return nil
}

// String is the account in one line.
func (a Accounting) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "timeout %v: %d packets = %d in %d flows", span(a.Timeout), a.Packets, a.InFlows, a.Flows)
	for _, why := range slices.Sorted(maps.Keys(a.NotInFlows)) {
		fmt.Fprintf(&b, " + %d %s", a.NotInFlows[why], why)
	}
	if a.Straddling > 0 {
		fmt.Fprintf(&b, "; %d flows straddle superflows", a.Straddling)
	}
	for _, note := range []struct {
		n    int64
		what string
	}{
		{a.Backwards, "packets go back in time"}, {a.SnapCut, "packets are cut by the snap length"},
		{a.Duplicates, "packets were captured twice"}, {a.ZeroTime, "packets have no time"},
		{a.Late, "packets are more than 10 s late"}, {a.Evicted, "flows were evicted"},
	} {
		if note.n > 0 {
			fmt.Fprintf(&b, "; %d %s", note.n, note.what)
		}
	}
	return b.String()
}

// Add joins the account of another capture under the same timeout.
func (a *Accounting) Add(b Accounting) {
	if a.Timeout != b.Timeout {
		panic(fmt.Sprintf("meter: accounts of timeouts %v and %v do not add up", a.Timeout, b.Timeout))
	}
	if a.NotInFlows == nil {
		a.NotInFlows = map[string]int64{}
	}
	for why, n := range b.NotInFlows {
		a.NotInFlows[why] += n
	}
	a.Packets += b.Packets
	a.InFlows += b.InFlows
	a.Flows += b.Flows
	a.Straddling += b.Straddling
	a.Backwards += b.Backwards
	a.SnapCut += b.SnapCut
	a.Duplicates += b.Duplicates
	a.ZeroTime += b.ZeroTime
	a.Late += b.Late
	a.Evicted += b.Evicted
}

// lost is the map of an account: the decoder's reasons and the table's.
func lost(c *capture.Counts, onePacket, dropped int64) map[string]int64 {
	m := map[string]int64{}
	for why := capture.Kept + 1; why < capture.NumReasons; why++ {
		if n := c.Reasons[why]; n > 0 {
			m[why.String()] = n
		}
	}
	if onePacket > 0 {
		m[OnePacket] = onePacket
	}
	if dropped > 0 {
		m[Dropped] = dropped
	}
	return m
}
