package capture

import (
	"hash/maphash"
)

// Counts says what was read: each packet is counted under one Reason, and the
// sum of them is Packets. The other counters are notes about packets, whether
// they were kept or not.
type Counts struct {
	Packets    int64
	Reasons    [NumReasons]int64
	SnapCut    int64 // fewer bytes captured than were on the wire
	Duplicates int64 // captured twice, as Duplicate says
	Backwards  int64 // earlier than the packet before in the file
	ZeroTime   int64 // without a time: the record has none, or it is 0
}

// Add adds the counts of other packets.
func (c *Counts) Add(d *Counts) {
	c.Packets += d.Packets
	for i := range c.Reasons {
		c.Reasons[i] += d.Reasons[i]
	}
	c.SnapCut += d.SnapCut
	c.Duplicates += d.Duplicates
	c.Backwards += d.Backwards
	c.ZeroTime += d.ZeroTime
}

// A packet counts as a duplicate if one of the few before it, no more than a
// millisecond ago, has the same lengths and begins with the same bytes. These
// hold the checksums of all headers, and so stand for the rest. Devices that
// mirror traffic, and captures on several interfaces, make such packets.
const (
	duplicatePackets = 4
	duplicateBytes   = 96
	duplicateTime    = 1_000_000 // ns
)

// notes counts what there is to note about packets.
type notes struct {
	last   int64 // ns
	seed   maphash.Seed
	recent [duplicatePackets]print
	at     int
}

// print is the fingerprint of a packet.
type print struct {
	sum  uint64
	time int64
}

// see notes one packet in c, before it is counted.
func (n *notes) see(p *Packet, c *Counts, first bool) {
	if len(p.Data) < p.WireLen {
		c.SnapCut++
	}
	if p.NoTime || p.Time == 0 {
		c.ZeroTime++
	}
	if p.Time < n.last && !first {
		c.Backwards++
	}
	n.last = p.Time
	sum := maphash.Bytes(n.seed, p.Data[:min(len(p.Data), duplicateBytes)]) ^ uint64(p.WireLen)<<32 ^ uint64(len(p.Data))
	for i := range n.recent {
		if q := &n.recent[i]; q.sum == sum && max(p.Time-q.time, q.time-p.Time) <= duplicateTime {
			c.Duplicates++
			break
		}
	}
	n.recent[n.at] = print{sum, p.Time}
	n.at = (n.at + 1) % duplicatePackets
}
