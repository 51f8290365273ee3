package meter

// second is the longest gap inside a bulk and a subflow, in µs.
const second = 1_000_000

// bulks counts the bulks of a side: four or more packets with payload,
// no gap between them above a second.
type bulks struct {
	from, last     int64 // of the run that is or may become a bulk
	run, runBytes  int64
	n              int64
	packets, bytes int64
	duration       int64 // µs
}

// add takes a packet of the side, at t with size bytes of payload.
func (b *bulks) add(t, size int64) {
	if size <= 0 {
		return
	}
	if b.from == 0 || t-b.last > second { // a start at time 0 counts as none, as in the tool
		b.from, b.last, b.run, b.runBytes = t, t, 1, size
		return
	}
	b.run++
	b.runBytes += size
	switch {
	case b.run == 4:
		b.n++
		b.packets += b.run
		b.bytes += b.runBytes
		b.duration += t - b.from
	case b.run > 4:
		b.packets++
		b.bytes += size
		b.duration += t - b.last
	}
	b.last = t
}

// means gives bytes and packets a bulk and bytes per second, all 0 without a
// bulk; exact says not to cut them to whole numbers.
func (b *bulks) means(exact bool) Bulk {
	if b.n == 0 {
		return Bulk{}
	}
	out := Bulk{Bytes: float64(b.bytes) / float64(b.n), Packets: float64(b.packets) / float64(b.n)}
	if b.duration != 0 {
		out.Rate = float64(b.bytes) / (float64(b.duration) / 1e6)
	}
	if !exact {
		out = Bulk{float64(b.bytes / b.n), float64(b.packets / b.n), float64(int64(out.Rate))}
	}
	return out
}

// subflows counts the gaps above a second.
type subflows struct {
	last int64
	gaps int64
}

func (p *subflows) begin(t int64) { p.last = t }

// add reports whether a gap ends at t.
func (p *subflows) add(t int64) bool {
	gap := t-p.last > second
	if gap {
		p.gaps++
	}
	p.last = t
	return gap
}

// number is by how many the totals are divided: the subflows (C13), the gaps
// between them, or 1 where only the first packet is looked at.
func (p *subflows) number(d *Dialect) int64 {
	switch {
	case !d.AllPackets:
		return 1
	case d.Columns:
		return p.gaps + 1
	}
	return p.gaps
}
