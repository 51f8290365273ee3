package meter

// Correction is one switch of a dialect, or a few that belong together.
type Correction struct {
	Name string // as in the specification: "C1"
	What string // in a few words
	take func(to, from *Dialect)
}

// Take copies the switch from one dialect to another.
func (c Correction) Take(to *Dialect, from Dialect) { c.take(to, &from) }

// Corrections are the switches in which dialects differ, C1 to C15 and what is
// left; taking all of them turns any dialect into the other. They are not
// independent: what one changes may depend on those before it.
func Corrections() []Correction {
	return []Correction{
		{"C1", "first packet forward", func(to, from *Dialect) { to.FirstForward = from.FirstForward }},
		{"C2", "side after a split", func(to, from *Dialect) { to.SplitSide = from.SplitSide }},
		{"C3", "both FINs close", func(to, from *Dialect) { to.FIN = from.FIN }},
		{"C4", "RST closes", func(to, from *Dialect) { to.RST = from.RST }},
		{"C5", "last active period", func(to, from *Dialect) { to.LastActive = from.LastActive }},
		{"C6", "rates without duration", func(to, from *Dialect) { to.ZeroRates = from.ZeroRates }},
		{"C7", "one-packet flows", func(to, from *Dialect) { to.Singles = from.Singles }},
		{"C8", "protocol numbers", func(to, from *Dialect) { to.Protocols = from.Protocols }},
		{"C9", "link types, IPv6", func(to, from *Dialect) { to.LinkTypes = from.LinkTypes }},
		{"C10", "wire lengths", func(to, from *Dialect) { to.WireLengths = from.WireLengths }},
		{"C11", "key with ports", func(to, from *Dialect) { to.Key = from.Key }},
		{"C12", "time never back", func(to, from *Dialect) { to.Monotonic = from.Monotonic }},
		{"C13", "flag, bulk and subflow columns", func(to, from *Dialect) {
			to.Columns, to.AllPackets, to.NoWindow, to.BulkTwice = from.Columns, from.AllPackets, from.NoWindow, from.BulkTwice
		}},
		{"C14", "idle timeout", func(to, from *Dialect) { to.Idle = from.Idle }},
		{"C15", "time stamps", func(to, from *Dialect) { to.Timestamps = from.Timestamps }},
		{"label", "names", func(to, from *Dialect) {
			to.Name, to.Label, to.Linked = from.Name, from.Label, from.Linked
		}},
	}
}
