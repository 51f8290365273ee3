package dataset

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"flowbook/flowlib/meter"
	"flowbook/flowlib/sequence"
)

// Recipe says how a data set is made. Its JSON names are the flags of
// flowbook dataset.
type Recipe struct {
	Dialect   string        // flow meter for captures: "clean", "cic2018", …
	Superflow time.Duration // flow timeout of superflows
	Miniflow  time.Duration // flow timeout of miniflows
	Activity  time.Duration // a longer gap between packets makes a flow idle
	Idle      bool          // count the timeouts from the last packet instead of the first (correction C14)

	Sequence    string        // what a window is made of: "miniflows" of one superflow, or "flows" of one 5-tuple at the superflow timeout
	Link        string        // miniflow to superflow: "lineage" (exact) or "published" (as the paper's program)
	Window      int           // flows a window
	Stride      int           // from one window to the next
	MinLength   int           // with padding: shorter sequences give no window
	Padding     string        // of sequences that are too short: one of sequence.Paddings, or "constant:V"
	MinDuration time.Duration // shorter flows are left out before windows are cut
	Background  bool          // keep the flows of DNS, mDNS, NTP and their like (label.Background)
	Protocol0   bool          // keep the rows of protocol 0, in which CICFlowMeter pools what is neither TCP nor UDP

	Features      string // one of FeatureSets
	Contaminating bool   // ports, protocol and start are inputs too: they tell captures apart, not traffic
	VPN           bool   // the VPN flag is an input; it is an answer, not a measurement
	Infinities    string // "leave-out" the row, or "column-max": as published, the largest finite value of the column over all windows
	Labels        string // "auto": labels.json beside the inputs, else the ISCX rules; "iscx"; or a file of rules
}

// Recommended is the default: the clean meter, 20 miniflows of 3 s in a
// superflow of 120 s, measured inputs only.
func Recommended() Recipe {
	return Recipe{
		Dialect: "clean", Superflow: 120 * time.Second, Miniflow: 3 * time.Second, Activity: 5 * time.Second,
		Sequence: "miniflows", Link: "lineage", Window: 20, Stride: 1, Padding: "none", Background: true,
		Features: "auto", Infinities: "leave-out", Labels: "auto",
	}
}

// Published is what the paper's program does: CICFlowMeter of 2018, linking by
// times cut to seconds, the VPN flag as the 24th input, infinities replaced by
// the column's maximum over all data.
func Published() Recipe {
	r := Recommended()
	r.Dialect, r.Link, r.Protocol0 = "cic2018", "published", true
	r.Features, r.VPN, r.Infinities = "measured23", true, "column-max"
	return r
}

// Figures is what the paper's text and figures say: timeouts counted from the
// last packet, linking by lineage, the VPN flag as the 24th input.
func Figures() Recipe {
	r := Recommended()
	r.Idle = true
	r.Features, r.VPN, r.Infinities = "measured23", true, "column-max"
	return r
}

// Check says what is wrong with a recipe, by the name of the flag.
func (r Recipe) Check() error {
	for _, f := range []struct {
		name, value string
		known       []string
	}{
		{"sequence", r.Sequence, []string{"miniflows", "flows"}},
		{"link", r.Link, []string{"lineage", "published"}},
		{"features", r.Features, FeatureSets},
		{"infinities", r.Infinities, []string{"leave-out", "column-max"}},
	} {
		if !slices.Contains(f.known, f.value) {
			return fmt.Errorf("dataset: %s is %q, known are %q", f.name, f.value, f.known)
		}
	}
	if r.Labels == "" {
		return fmt.Errorf("dataset: labels is empty, expected auto, iscx or a file of rules")
	}
	if r.MinDuration < 0 {
		return fmt.Errorf("dataset: min-duration is %v, expected none or more", r.MinDuration)
	}
	if r.Sequence == "miniflows" && r.Miniflow >= r.Superflow {
		return fmt.Errorf("dataset: miniflow timeout is %v, expected less than the superflow timeout of %v", r.Miniflow, r.Superflow)
	}
	if err := r.windows().Check(); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	return r.meter().Check()
}

// meter is the part of the recipe that the flow meter follows.
func (r Recipe) meter() meter.Recipe {
	m := meter.Recipe{Dialect: r.Dialect, Activity: r.Activity, Idle: r.Idle, Timeouts: []time.Duration{r.Superflow}}
	if r.Sequence == "miniflows" {
		m.Timeouts = append(m.Timeouts, r.Miniflow)
	}
	return m
}

func (r Recipe) windows() sequence.Spec {
	return sequence.Spec{Length: r.Window, Stride: r.Stride, MinLength: r.MinLength, Padding: r.Padding}
}

// recipeJSON is the recipe on disk.
type recipeJSON struct {
	Dialect       string `json:"dialect"`
	Superflow     span   `json:"superflow"`
	Miniflow      span   `json:"miniflow"`
	Activity      span   `json:"activity-timeout"`
	Idle          bool   `json:"idle"`
	Sequence      string `json:"sequence"`
	Link          string `json:"link"`
	Window        int    `json:"window"`
	Stride        int    `json:"stride"`
	MinLength     int    `json:"min-length"`
	Padding       string `json:"padding"`
	MinDuration   span   `json:"min-duration"`
	Background    bool   `json:"background"`
	Protocol0     bool   `json:"protocol-0"`
	Features      string `json:"features"`
	Contaminating bool   `json:"contaminating"`
	VPN           bool   `json:"vpn"`
	Infinities    string `json:"infinities"`
	Labels        string `json:"labels"`
}

// MarshalJSON writes durations as "120s".
func (r Recipe) MarshalJSON() ([]byte, error) {
	return json.Marshal(recipeJSON{
		r.Dialect, span(r.Superflow), span(r.Miniflow), span(r.Activity), r.Idle,
		r.Sequence, r.Link, r.Window, r.Stride, r.MinLength, r.Padding, span(r.MinDuration), r.Background, r.Protocol0,
		r.Features, r.Contaminating, r.VPN, r.Infinities, r.Labels,
	})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Recipe) UnmarshalJSON(b []byte) error {
	var j recipeJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*r = Recipe{
		j.Dialect, time.Duration(j.Superflow), time.Duration(j.Miniflow), time.Duration(j.Activity), j.Idle,
		j.Sequence, j.Link, j.Window, j.Stride, j.MinLength, j.Padding, time.Duration(j.MinDuration), j.Background, j.Protocol0,
		j.Features, j.Contaminating, j.VPN, j.Infinities, j.Labels,
	}
	return nil
}

// span is a duration that prints in whole seconds where it can.
type span time.Duration

// MarshalText writes "120s".
func (s span) MarshalText() ([]byte, error) {
	if d := time.Duration(s); d%time.Second != 0 {
		return []byte(d.String()), nil
	}
	return fmt.Appendf(nil, "%ds", time.Duration(s)/time.Second), nil
}

// UnmarshalText reads what time.ParseDuration reads.
func (s *span) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	*s = span(d)
	return err
}
