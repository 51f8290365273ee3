package predict

import (
	"fmt"
	"strings"
	"time"
)

// Found is what a capture holds.
type Found struct {
	Capture string
	Windows []Prediction // superflow after superflow, in the order of their first packets
	Lost    int          // windows left out because a feature is infinite
}

// Prediction is one window, or one superflow.
type Prediction struct {
	Capture   string   `json:"capture"`   // the file
	Superflow string   `json:"superflow"` // name of the capture and number of the superflow in it
	Tuple     string   `json:"tuple"`     // its ends: addresses, ports, protocol
	Window    int      `json:"window"`    // which of the superflow, from 0; -1 for the superflow as a whole
	Windows   int      `json:"windows"`   // how many windows it stands for
	Tasks     []Answer `json:"tasks"`
	Distance  float64  `json:"distance"`  // to the training windows (mean over windows)
	Outside   bool     `json:"outside"`   // beyond the 99 % range of the training data: no class is named
	Miniflows []Piece  `json:"miniflows"` // what it was made of

	rows []int32 // row numbers of the miniflows
}

// Answer is what a network says for one task.
type Answer struct {
	Task          string    `json:"task"`
	Class         string    `json:"class"`         // "" where it abstains
	Best          string    `json:"best"`          // the most probable class, whether it abstains or not
	Probability   float64   `json:"probability"`   // of Best, calibrated
	Classes       []string  `json:"classes"`       // names of all
	Probabilities []float64 `json:"probabilities"` // calibrated, one a class
	Raw           []float64 `json:"raw"`           // as flowbook evaluate counts them
}

// Piece is one miniflow and where its packets lie in the capture: those of its
// 5-tuple between the first and the last offset.
type Piece struct {
	Start    int64 `json:"start"`    // µs since 1970 UTC
	Duration int64 `json:"duration"` // µs
	Packets  int   `json:"packets"`
	First    int64 `json:"first_offset"` // byte offset of its first packet in the (unpacked) capture
	Last     int64 `json:"last_offset"`  // of its last packet
}

// Packets is the number of packets behind the prediction.
func (p *Prediction) Packets() int {
	n := 0
	for _, m := range p.Miniflows {
		n += m.Packets
	}
	return n
}

// Start is the time of the first packet.
func (p *Prediction) Start() time.Time { return time.UnixMicro(p.Miniflows[0].Start).UTC() }

// Seconds is how long its miniflows last, from the first packet to the last.
func (p *Prediction) Seconds() float64 {
	last := p.Miniflows[len(p.Miniflows)-1]
	return float64(last.Start+last.Duration-p.Miniflows[0].Start) / 1e6
}

// String is the prediction as one line: where it lies, what it is, how sure,
// and which packets it was made of.
func (p Prediction) String() string {
	var b strings.Builder
	name := p.Superflow
	if p.Window >= 0 {
		name += fmt.Sprintf("/%d", p.Window)
	}
	fmt.Fprintf(&b, "%s %s %s %.1fs", name, p.Start().Format("15:04:05.000"), p.Tuple, p.Seconds())
	for _, a := range p.Tasks {
		if a.Class == "" {
			fmt.Fprintf(&b, "  %s: abstains (%s %.2f)", a.Task, a.Best, a.Probability)
		} else {
			fmt.Fprintf(&b, "  %s: %s %.2f", a.Task, a.Class, a.Probability)
		}
	}
	where := "inside"
	if p.Outside {
		where = "outside"
	}
	fmt.Fprintf(&b, "  distance %.2f %s  %d packets, bytes %d–%d", p.Distance, where, p.Packets(), p.Miniflows[0].First, p.Miniflows[len(p.Miniflows)-1].Last)
	return b.String()
}
