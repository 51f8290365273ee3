package dataset

import (
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
)

// windowTable is the windows on disk: the first row and the number of rows of
// each, its labels and its groups. The rows of a window stand one after the other.
type windowTable struct {
	first, length []int32
	typ, app      []string
	vpn           []bool
	start, end    flowio.Times
	groups        []*Groups
}

func (t *windowTable) add(first int, rows []meter.Flow, l *label.Label, g *Groups) {
	end := rows[0].Start + rows[0].Duration
	for i := range rows {
		end = max(end, rows[i].Start+rows[i].Duration)
	}
	t.first = append(t.first, int32(first))
	t.length = append(t.length, int32(len(rows)))
	t.typ = append(t.typ, l.Type)
	t.app = append(t.app, l.App)
	t.vpn = append(t.vpn, l.VPN)
	t.start = append(t.start, rows[0].Start)
	t.end = append(t.end, end)
	t.groups = append(t.groups, g)
}

func (t *windowTable) columns() []flowio.Column {
	columns := []flowio.Column{
		{Name: "first_row", Data: t.first}, {Name: "rows", Data: t.length},
		{Name: "type", Data: t.typ}, {Name: "app", Data: t.app}, {Name: "vpn", Data: t.vpn},
		{Name: "start", Unit: "µs", Data: t.start}, {Name: "end", Unit: "µs", Data: t.end},
	}
	for _, unit := range Units {
		names := make([]string, len(t.groups))
		for i, g := range t.groups {
			names[i] = *unitField[unit](g)
		}
		columns = append(columns, flowio.Column{Name: unit, Data: names})
	}
	return columns
}

func (t *windowTable) read(c *flowio.Columns) error {
	for name, dst := range map[string]*[]int32{"first_row": &t.first, "rows": &t.length} {
		if err := flowio.Get(c, name, dst); err != nil {
			return err
		}
	}
	if err := flowio.Get(c, "vpn", &t.vpn); err != nil {
		return err
	}
	for name, dst := range map[string]*flowio.Times{"start": &t.start, "end": &t.end} {
		if err := flowio.Get(c, name, dst); err != nil {
			return err
		}
	}
	for name, dst := range map[string]*[]string{"type": &t.typ, "app": &t.app} {
		if err := flowio.Get(c, name, dst); err != nil {
			return err
		}
	}
	return t.readGroups(c)
}

// readGroups gives windows whose groups are all equal one value to share.
func (t *windowTable) readGroups(c *flowio.Columns) error {
	names := make([][]string, len(Units))
	for i, unit := range Units {
		if err := flowio.Get(c, unit, &names[i]); err != nil {
			return err
		}
	}
	known := map[Groups]*Groups{}
	var last *Groups
	t.groups = make([]*Groups, c.Rows)
	for i := range t.groups {
		var g Groups
		for j, unit := range Units {
			*unitField[unit](&g) = names[j][i]
		}
		if last == nil || *last != g {
			if last = known[g]; last == nil {
				last = &g
				known[g] = last
			}
		}
		t.groups[i] = last
	}
	return nil
}
