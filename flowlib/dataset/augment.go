package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Augmentation changes the inputs of train windows a little, each time anew,
// so that a model cannot learn a capture by heart. Validation and test never go
// through it: Fill knows nothing of it.
type Augmentation struct {
	TimeScale float64 `json:"time-scale"` // a window's times are stretched by a factor from 1/(1+v) to 1+v
	Drop      float64 `json:"drop"`       // share of packets that are lost: rates fall, gaps grow
}

// Check says what is wrong with an augmentation.
func (a Augmentation) Check() error {
	if !(a.TimeScale >= 0 && a.TimeScale <= 10) || !(a.Drop >= 0 && a.Drop < 1) {
		return fmt.Errorf("augmentation: time-scale is %v and drop %v, expected 0 to 10 and 0 to less than 1", a.TimeScale, a.Drop)
	}
	return nil
}

// effect is how an input follows time and packets: value × time^t × kept^k.
type effect struct{ time, kept float64 }

// effectOf is the effect on an input by its name. Durations follow time, rates
// go against it. Of packets that are lost at random the mean gap grows by what
// is kept, the rates fall by it, and the duration stays nearly what it was.
func effectOf(name string) effect {
	switch {
	case slices.Contains([]string{"Flow Byts/s", "Flow Pkts/s", "Flow Bytes/s", "Flow Packets/s"}, name):
		return effect{-1, 1}
	case name == "Flow IAT Mean" || name == "Fwd IAT Mean" || name == "Bwd IAT Mean":
		return effect{1, -1}
	case slices.Contains(contaminatingNames, name) || name == vpnColumn:
		return effect{}
	}
	return effect{time: 1}
}

// FillAugmented is Fill with the inputs of every window changed at random, as
// the generator says: one factor of time and one of packets a window. Only
// windows of train should come here.
func (s *Set) FillAugmented(dst []float32, windows []int, scale *Scaler, a Augmentation, r *rand.Rand) {
	effects := make([]effect, len(s.Features))
	for j, name := range s.Features {
		effects[j] = effectOf(name)
	}
	size := s.Size(1)
	for i, w := range windows {
		out := dst[i*size : (i+1)*size]
		time := math.Exp((2*r.Float64() - 1) * math.Log1p(a.TimeScale))
		kept := 1 - float64(a.Drop*r.Float64())
		one := [1]int{w}
		s.Fill(out, one[:], scale)
		for step, row := range s.Windows[w].Rows {
			if row < 0 {
				continue
			}
			for j, e := range effects {
				v := s.Rows[int(row)*len(effects)+j] * math.Pow(time, e.time) * math.Pow(kept, e.kept)
				out[step*len(effects)+j] = float32(scale.At(j, v))
			}
		}
	}
}
