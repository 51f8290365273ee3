package dataset

import (
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
	"flowbook/flowlib/sequence"
	"flowbook/internal/manifest"
)

// Format names the version of the data set directory that this code reads.
const Format = "flowbook-dataset/2"

// Manifest is manifest.json: what a data set was made of and how. It holds no
// times and no places, so that the same inputs and recipe give the same bytes.
type Manifest struct {
	Format     string          `json:"format"`
	Code       string          `json:"code"` // flowlib.Code: another one makes Ensure build anew
	Recipe     Recipe          `json:"recipe"`
	Features   []string        `json:"features"` // the F inputs of a row
	Steps      int             `json:"steps"`    // rows a window
	Rows       int             `json:"rows"`
	Windows    int             `json:"windows"`
	Superflows int             `json:"superflows"` // with at least one window
	Types      []string        `json:"types"`      // traffic types that occur in windows, sorted
	Apps       []string        `json:"apps"`       // applications likewise
	Vanished   []string        `json:"vanished"`   // labels of captures that gave no window: "type web", "app chrome"
	Unit       string          `json:"unit"`       // the set's own unit of a group split
	LeftOut    map[string]int  `json:"left_out"`   // rows left out, by reason
	Notes      []string        `json:"notes"`      // decisions that the data asked for
	Unmatched  []string        `json:"unmatched"`  // inputs without a label, left out
	Labels     []Input         `json:"label_files"`
	Inputs     []Input         `json:"inputs"` // in the order of the rows
	Files      []manifest.File `json:"files"`
}

// Input is one capture or table, and what became of it.
type Input struct {
	Path       string               `json:"path"` // below the directory that was given, or the file's name
	Capture    string               `json:"capture,omitempty"`
	Kind       string               `json:"kind"` // "capture", "table", "pair", "rules" or "sidecar"
	Bytes      int64                `json:"bytes"`
	SHA256     string               `json:"sha256"`
	Mini       *Input               `json:"mini,omitempty"`  // of a pair: the table of miniflows
	Label      *label.Label         `json:"label,omitempty"` // none for unmatched inputs
	Accounting []meter.Accounting   `json:"accounting,omitempty"`
	LeftOut    map[string]int       `json:"left_out,omitempty"`   // rows, by reason
	Superflows int                  `json:"superflows"`           // all that the meter or the table had
	Sequences  int                  `json:"sequences"`            // of them, those with a row
	Long       int                  `json:"long"`                 // of them, those as long as a window
	Background map[string]int       `json:"background,omitempty"` // rows by service, kept or not
	Traits     *Traits              `json:"traits,omitempty"`     // of a table's rows; of a capture's flows
	Rows       int                  `json:"rows"`
	Windows    int                  `json:"windows"`
	Linking    *sequence.Difference `json:"linking,omitempty"` // of the published link, against lineage
	Error      string               `json:"error,omitempty"`   // what was bad; what was good is in the set
}

// InputErrors says which inputs were bad. The data set holds what was good.
type InputErrors struct {
	Errs []error
}

func (e *InputErrors) Error() string {
	s := ""
	for i, err := range e.Errs {
		if i > 0 {
			s += "\n"
		}
		s += err.Error()
	}
	return s
}

// Unwrap gives errors.Is and errors.As the single errors.
func (e *InputErrors) Unwrap() []error { return e.Errs }

// inputError is an error that was read back from a manifest.
type inputError string

func (e inputError) Error() string { return string(e) }

// inputErrors are the errors of the inputs, nil for none.
func (m *Manifest) inputErrors() error {
	var errs []error
	for _, in := range m.Inputs {
		if in.Error != "" {
			errs = append(errs, inputError(in.Error))
		}
	}
	if errs == nil {
		return nil
	}
	return &InputErrors{errs}
}
