package dataset

import (
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/label"
)

// windowTable is the windows on disk: the first row and the number of rows of
// each, its labels and its groups. The rows of a window stand one after the other.
type windowTable struct {
	first, length             []int32
	typ, app                  []string
	vpn                       []bool
	superflow, tuple, capture []string
	session, host             []string
}

func (t *windowTable) add(first, length int, l *label.Label, capture string, r run) {
	t.first = append(t.first, int32(first))
	t.length = append(t.length, int32(length))
	t.typ = append(t.typ, l.Type)
	t.app = append(t.app, l.App)
	t.vpn = append(t.vpn, l.VPN)
	t.superflow = append(t.superflow, r.superflow)
	t.tuple = append(t.tuple, r.tuple)
	t.capture = append(t.capture, capture)
	t.session = append(t.session, l.Session)
	t.host = append(t.host, l.Host)
}

func (t *windowTable) columns() []flowio.Column {
	return []flowio.Column{
		{Name: "first_row", Data: t.first}, {Name: "rows", Data: t.length},
		{Name: "type", Data: t.typ}, {Name: "app", Data: t.app}, {Name: "vpn", Data: t.vpn},
		{Name: "superflow", Data: t.superflow}, {Name: "tuple", Data: t.tuple}, {Name: "capture", Data: t.capture},
		{Name: "session", Data: t.session}, {Name: "host", Data: t.host},
	}
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
	for name, dst := range map[string]*[]string{
		"type": &t.typ, "app": &t.app, "superflow": &t.superflow, "tuple": &t.tuple,
		"capture": &t.capture, "session": &t.session, "host": &t.host,
	} {
		if err := flowio.Get(c, name, dst); err != nil {
			return err
		}
	}
	return nil
}
