package dataset

// Groups are what a window belongs to: what a split may keep on one side. The
// windows of a superflow share one. "" is a group that is not known.
type Groups struct {
	Superflow      string // its name: capture#number
	Tuple          string // 5-tuple without a direction
	Capture        string
	Session        string
	Host           string
	Day            string // of the recording, as 2015-03-27
	Access         string // access network
	Implementation string // program that spoke
}

// Units are the units of groups. Each of the first four holds the ones before
// it, 5-tuples aside, which may come back in another capture.
var Units = []string{"superflow", "tuple", "capture", "session", "host", "day", "access", "implementation"}

// unitField gives each unit its field.
var unitField = map[string]func(*Groups) *string{
	"superflow":      func(g *Groups) *string { return &g.Superflow },
	"tuple":          func(g *Groups) *string { return &g.Tuple },
	"capture":        func(g *Groups) *string { return &g.Capture },
	"session":        func(g *Groups) *string { return &g.Session },
	"host":           func(g *Groups) *string { return &g.Host },
	"day":            func(g *Groups) *string { return &g.Day },
	"access":         func(g *Groups) *string { return &g.Access },
	"implementation": func(g *Groups) *string { return &g.Implementation },
}

// Group is the window's group of a unit, "" when it is not known. It panics
// for a unit that is none of Units.
func (w *Window) Group(unit string) string {
	field, ok := unitField[unit]
	switch {
	case !ok:
		panic("dataset: " + unknownUnit(unit).Error())
	case w.Groups == nil:
		return ""
	}
	return *field(w.Groups)
}
