package dataset

import (
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
)

// Traits are marks of the meter that made a table, counted over all its rows,
// those of captures without a label and those that are left out too.
type Traits struct {
	Rows      int `json:"rows"`
	EpochIdle int `json:"epoch_idle"` // Idle holds a moment, in µs since 1970, instead of a length
	Active    int `json:"active"`     // an Active column is not 0
	Protocol0 int `json:"protocol_0"` // pooled packets that are neither TCP nor UDP
	Encrypted int `json:"encrypted"`  // at a port whose protocol is encrypted, such as 443 and 22
}

// The columns Active Mean, Std, Max, Min.
const activeFirst, activeLast = 13, 16

func (t *Traits) count(flows []meter.Flow) {
	for i := range flows {
		f := &flows[i]
		t.Rows++
		if idleIsEpoch(f) {
			t.EpochIdle++
		}
		if f.Key.Proto == 0 {
			t.Protocol0++
		}
		if label.Encrypted(f.Key.Proto, f.Key.SrcPort, f.Key.DstPort) {
			t.Encrypted++
		}
		for j := activeFirst; j <= activeLast; j++ {
			if f.Features[j] != 0 {
				t.Active++
				break
			}
		}
	}
}

// Traits are those of all inputs together.
func (m *Manifest) Traits() Traits {
	var sum Traits
	for _, in := range m.Inputs {
		if in.Traits != nil {
			sum.Rows += in.Traits.Rows
			sum.EpochIdle += in.Traits.EpochIdle
			sum.Active += in.Traits.Active
			sum.Protocol0 += in.Traits.Protocol0
			sum.Encrypted += in.Traits.Encrypted
		}
	}
	return sum
}
