package meter

import "flowbook/flowlib/capture"

// columns measures what CICFlowMeter writes besides the 23 features. The
// switches are K5, K7, K8 and C13.
type columns struct {
	fwdLen, bwdLen, all  moments
	twice                int64 // the first payload, where it is entered twice
	fwdHeader, bwdHeader int64
	flags                [8]int
	fwdPSH, bwdPSH       int
	fwdURG, bwdURG       int
	windowFwd, windowBwd int32
	actData              int
	segMin               int32
	fwdBulk, bwdBulk     bulks
}

func (c *columns) begin(d *Dialect, h *capture.Header, forward bool) {
	*c = columns{windowFwd: d.NoWindow, windowBwd: d.NoWindow, segMin: -1}
	if !d.FirstForward {
		c.segMin = 0 // the tool never sets it
	}
	c.all.add(float64(h.Payload))
	if !d.Columns {
		c.all.add(float64(h.Payload)) // entered twice
		c.twice = int64(h.Payload)
	}
	c.countFlags(h)
	c.urgent(h, forward)
	if d.AllPackets {
		c.bulk(d, h, h.Time, forward)
	}
	if forward {
		c.windowFwd = d.window(h)
	} else {
		c.windowBwd = d.window(h)
	}
	if d.Columns && forward && h.Payload > 0 {
		c.actData++
	}
	c.lengths(h, forward)
}

// add takes a further packet, at t; firstBack says that it is the first backward.
func (c *columns) add(d *Dialect, h *capture.Header, t int64, forward, firstBack bool) {
	c.all.add(float64(h.Payload))
	if d.AllPackets {
		c.countFlags(h)
		c.bulk(d, h, t, forward)
	}
	if d.Columns {
		c.urgent(h, forward)
	}
	switch {
	case forward && h.Payload > 0:
		c.actData++
	case !forward && (!d.Columns || firstBack):
		c.windowBwd = d.window(h)
	}
	c.lengths(h, forward)
}

// lengths counts payload and header on a side.
func (c *columns) lengths(h *capture.Header, forward bool) {
	if !forward {
		c.bwdLen.add(float64(h.Payload))
		c.bwdHeader += int64(h.Header)
		return
	}
	c.fwdLen.add(float64(h.Payload))
	c.fwdHeader += int64(h.Header)
	if c.segMin < 0 || h.Header < c.segMin {
		c.segMin = h.Header
	}
}

func (c *columns) countFlags(h *capture.Header) {
	for f, i := h.Flags, 0; f != 0; f, i = f>>1, i+1 {
		c.flags[i] += int(f & 1)
	}
}

// urgent counts PSH and URG by side.
func (c *columns) urgent(h *capture.Header, forward bool) {
	psh, urg := int(h.Flags>>3&1), int(h.Flags>>5&1)
	if forward {
		c.fwdPSH += psh
		c.fwdURG += urg
	} else {
		c.bwdPSH += psh
		c.bwdURG += urg
	}
}

// bulk sorts the packet to a side's bulks: without C13 all to the backward side.
func (c *columns) bulk(d *Dialect, h *capture.Header, t int64, forward bool) {
	if forward && d.Columns {
		c.fwdBulk.add(t, int64(h.Payload))
	} else {
		c.bwdBulk.add(t, int64(h.Payload))
	}
}

func (d *Dialect) window(h *capture.Header) int32 {
	if h.Window < 0 {
		return d.NoWindow
	}
	return h.Window
}

// finish fills out, whose flow is f.
func (c *columns) finish(d *Dialect, s *state, f *Flow, out *CICColumns) {
	*out = CICColumns{
		FwdLen: c.fwdLen.summary(f.FwdBytes), BwdLen: c.bwdLen.summary(f.BwdBytes),
		Len:         c.all.summary(f.FwdBytes + f.BwdBytes + c.twice),
		FwdIATTotal: s.gaps.fwd.total(), BwdIATTotal: s.gaps.bwd.total(),
		FwdPSH: c.fwdPSH, BwdPSH: c.bwdPSH, FwdURG: c.fwdURG, BwdURG: c.bwdURG,
		FwdHeader: c.fwdHeader, BwdHeader: c.bwdHeader,
		FwdRate: sideRate(f.Fwd, f.Duration), BwdRate: sideRate(f.Bwd, f.Duration),
		Flags: c.flags, InitFwd: c.windowFwd, InitBwd: c.windowBwd,
		ActData: c.actData, SegMin: max(c.segMin, 0),
		FwdBulk: c.fwdBulk.means(d.Columns), BwdBulk: c.bwdBulk.means(d.Columns),
	}
	if d.BulkTwice {
		out.BwdBulk.Bytes = out.FwdBulk.Bytes
	}
	if f.Fwd > 0 {
		out.DownUp = float64(f.Bwd / f.Fwd)
		if d.Columns {
			out.DownUp = float64(f.Bwd) / float64(f.Fwd)
		}
	}
	if n := s.parts.number(d); n > 0 {
		out.SubflowFwd, out.SubflowBwd = int64(f.Fwd)/n, int64(f.Bwd)/n
		out.SubFwdBytes, out.SubBwdBytes = f.FwdBytes/n, f.BwdBytes/n
	}
}
