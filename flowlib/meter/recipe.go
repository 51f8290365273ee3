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
}

// recipeJSON is the recipe on disk: durations as "120s".
type recipeJSON struct {
	Dialect  string `json:"dialect"`
	Timeouts []span `json:"timeouts"`
	Activity span   `json:"activity"`
	Idle     bool   `json:"idle,omitempty"`
}

// MarshalJSON writes durations as strings such as "120s".
func (r Recipe) MarshalJSON() ([]byte, error) {
	j := recipeJSON{Dialect: r.Dialect, Timeouts: []span{}, Activity: span(r.Activity), Idle: r.Idle}
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
	*r = Recipe{Dialect: j.Dialect, Activity: time.Duration(j.Activity), Idle: j.Idle}
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
