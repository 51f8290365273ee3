package meter

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Recipe says how to measure flows.
type Recipe struct {
	Dialect  string          // name of a dialect: "clean", "cic2018", "cic2021"
	Timeouts []time.Duration // flow timeouts, each a pass of its own over the same packets; ≥ 1 µs
	Activity time.Duration   // a longer gap between packets makes a flow idle
	Idle     bool            // count timeouts from the flow's last packet instead of its first (correction C14; clean only)

	FeaturesOnly  bool // leave out what CICFlowMeter writes beyond key, counts and the 23 features: Flow.CIC is nil
	Offsets       bool // keep the byte offset of each packet: Flow.Offsets
	OriginalOrder bool // rows in the order of the tool (cic dialects only); superflows are not numbered then

	// MaxFlows, if not 0, is how many 5-tuples may have open flows at once. One
	// more evicts the one silent for longest, and endpoints are forgotten when
	// their flow ends by silence. Evicted flows end for lack of resources and
	// are counted.
	MaxFlows int
}

// MostTimeouts is how many flow timeouts one pass can have.
const MostTimeouts = 64

// recipeJSON is the recipe on disk: durations as "120s".
type recipeJSON struct {
	Dialect  string `json:"dialect"`
	Timeouts []span `json:"timeouts"`
	Activity span   `json:"activity"`
	Idle     bool   `json:"idle,omitempty"`

	FeaturesOnly  bool `json:"features_only,omitempty"`
	Offsets       bool `json:"offsets,omitempty"`
	OriginalOrder bool `json:"original_order,omitempty"`
	MaxFlows      int  `json:"max_flows,omitempty"`
}

// MarshalJSON writes durations as strings such as "120s".
func (r Recipe) MarshalJSON() ([]byte, error) {
	j := recipeJSON{r.Dialect, []span{}, span(r.Activity), r.Idle, r.FeaturesOnly, r.Offsets, r.OriginalOrder, r.MaxFlows}
	for _, t := range r.Timeouts {
		j.Timeouts = append(j.Timeouts, span(t))
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Recipe) UnmarshalJSON(b []byte) error {
	var j recipeJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*r = Recipe{j.Dialect, nil, time.Duration(j.Activity), j.Idle, j.FeaturesOnly, j.Offsets, j.OriginalOrder, j.MaxFlows}
	for _, t := range j.Timeouts {
		r.Timeouts = append(r.Timeouts, time.Duration(t))
	}
	return nil
}

// Check says what is wrong with a recipe.
func (r Recipe) Check() error {
	d, err := Named(r.Dialect)
	switch {
	case err != nil:
		return err
	case len(r.Timeouts) == 0:
		return errors.New("meter: no flow timeout given, expected at least one")
	case slices.Min(r.Timeouts) < time.Microsecond:
		return fmt.Errorf("meter: flow timeout is %v, expected at least 1µs", slices.Min(r.Timeouts))
	case r.Activity < time.Microsecond:
		return fmt.Errorf("meter: activity timeout is %v, expected at least 1µs", r.Activity)
	case len(r.Timeouts) > MostTimeouts:
		return fmt.Errorf("meter: %d flow timeouts, expected at most %d", len(r.Timeouts), MostTimeouts)
	case r.MaxFlows < 0:
		return fmt.Errorf("meter: at most %d flows at once, expected 1 or more, or 0 for no limit", r.MaxFlows)
	case r.OriginalOrder && d.Linked:
		return fmt.Errorf("meter: dialect %s has no original order, only cic2018 and cic2021 have", d.Name)
	case r.Idle && !d.Linked:
		return fmt.Errorf("meter: dialect %s has no idle timeout, only clean has", d.Name)
	}
	return nil
}

// span is a duration that prints as whole seconds where it can: "120s".
type span time.Duration

func (s span) String() string {
	if d := time.Duration(s); d%time.Second != 0 {
		return d.String()
	}
	return strconv.FormatInt(int64(time.Duration(s)/time.Second), 10) + "s"
}

// MarshalText writes "120s".
func (s span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (s *span) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	*s = span(d)
	return err
}

// TimeoutName is a timeout as names of files and messages have it: "120s".
func TimeoutName(d time.Duration) string { return span(d).String() }
