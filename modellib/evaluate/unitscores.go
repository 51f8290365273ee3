package evaluate

import (
	"fmt"

	"flowbook/modellib/run"
)

// UnitScore is how a network does on whole superflows or captures.
type UnitScore struct {
	Unit        string    `json:"unit"` // "superflow", "capture"
	How         Pooling   `json:"how"`
	Units       int       `json:"units"`
	Accuracy    float64   `json:"accuracy"`
	MacroF1     float64   `json:"macro_f1"` // over the scored classes
	MacroF1CI   *Interval `json:"macro_f1_interval,omitempty"`
	ECE         float64   `json:"ece"` // CalibrationBins of equal width
	ECEInterval *Interval `json:"ece_interval,omitempty"`
}

// AddUnits scores every head once more, with one prediction a unit: by votes
// of the unit's windows and by their mean probability. name gives the unit of
// a window of the data set. A unit that holds several classes is an error.
func (r *Report) AddUnits(of *run.Run, unit string, name func(window int) string) error {
	for i := range r.Heads {
		h := &r.Heads[i]
		p, err := networkFor(of, h.Task)
		if err != nil {
			return err
		}
		names := make([]string, len(p.Window))
		for k, w := range p.Window {
			names[k] = name(w)
		}
		for _, how := range []Pooling{Votes, MeanProbability} {
			pooled, err := PoolUnits(p, names, how)
			if err != nil {
				return fmt.Errorf("per %s: %w", unit, err)
			}
			s := h.score(pooled, h.scored())
			h.Units = append(h.Units, UnitScore{Unit: unit, How: how, Units: len(pooled.Window), Accuracy: s.Accuracy,
				MacroF1: s.MacroF1, MacroF1CI: s.MacroF1CI, ECE: s.ByWidth.ECE, ECEInterval: s.ByWidth.Interval})
		}
	}
	return nil
}

// scored are the numbers of the classes of the macro mean.
func (h *Head) scored() []int {
	var out []int
	for k, class := range h.Confusion.Classes {
		for _, s := range h.Scored {
			if s == class {
				out = append(out, k)
			}
		}
	}
	return out
}

// UnitTable has a row a unit and pooling.
func (h *Head) UnitTable() *Table {
	t := &Table{Caption: "Whole units, " + h.Network.Model, Header: []string{"One prediction a", "By", "Units", "Macro F1", "95 %", "Accuracy", "ECE"}}
	for _, u := range h.Units {
		t.Rows = append(t.Rows, []string{u.Unit, string(u.How), thousands(u.Units), three(u.MacroF1), interval(u.MacroF1CI), three(u.Accuracy), three(u.ECE)})
	}
	return t
}
