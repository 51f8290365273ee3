package tune

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"flowbook/modellib"
	"flowbook/modellib/keras"
	"flowbook/modellib/models"
	"flowbook/modellib/run"
)

// Rate is the dimension that is no hyperparameter of the model.
const Rate = "learning-rate"

// ranges are where the hyperparameters of any model are looked for, by their
// JSON names. The paper tuned filters, windows and pools (section 3.5) and
// rates (section 3.8), without saying where it looked, and names the GRU's
// activations as untried (section 6); the ranges are ours.
var ranges = map[string]run.Dimension{
	"filters":              {Kind: "whole-log", Min: 16, Max: 128},
	"kernel":               {Kind: "whole", Min: 2, Max: 5},
	"pool":                 {Kind: "whole", Min: 2, Max: 3},
	"units":                {Kind: "whole-log", Min: 12, Max: 96},
	"dropout":              {Kind: "linear", Min: 0, Max: 0.3},
	"activation":           {Kind: "choice", Choices: []string{"tanh", "relu", "softsign", "elu"}},
	"recurrent_activation": {Kind: "choice", Choices: []string{"sigmoid", "hard_sigmoid", "tanh"}},
}

// Space is the usual space of a model: its learning rate from 1e-5 to 1e-2,
// and every hyperparameter for which there is a range.
func Space(model string) ([]run.Dimension, error) {
	defaults, err := hyper(model)
	if err != nil {
		return nil, err
	}
	space := []run.Dimension{{Name: Rate, Kind: "log", Min: 1e-5, Max: 1e-2}}
	for _, name := range sortedKeys(defaults) {
		d, ok := ranges[name]
		if !ok {
			continue
		}
		several, ok := defaults[name].([]any)
		if !ok {
			d.Name = name
			space = append(space, d)
			continue
		}
		for i := range several {
			d.Name = fmt.Sprintf("%s[%d]", name, i)
			space = append(space, d)
		}
	}
	return space, nil
}

// hyper are the hyperparameters of a model with their usual values.
func hyper(model string) (map[string]any, error) {
	m, err := models.New(model, false)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("model %s as JSON: %w", model, err)
	}
	var defaults map[string]any
	return defaults, json.Unmarshal(raw, &defaults)
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// checkSpace says which dimension makes no sense.
func checkSpace(space []run.Dimension) error {
	if len(space) == 0 {
		return errors.New("space is empty, expected at least one dimension")
	}
	for _, d := range space {
		switch d.Kind {
		case "choice":
			if len(d.Choices) == 0 {
				return fmt.Errorf("space: %s has no choices", d.Name)
			}
		case "log", "whole-log", "linear", "whole":
			if !(d.Min <= d.Max) || math.IsInf(d.Min, 0) || math.IsInf(d.Max, 0) || strings.HasSuffix(d.Kind, "log") && d.Min <= 0 {
				return fmt.Errorf("space: %s is %s from %g to %g, expected a range, above 0 for a logarithm", d.Name, d.Kind, d.Min, d.Max)
			}
		default:
			return fmt.Errorf("space: %s is of kind %q, expected log, linear, whole, whole-log or choice", d.Name, d.Kind)
		}
	}
	return nil
}

// draw takes the settings of a trial. They depend on seed and number only.
func draw(space []run.Dimension, seed int64, number int) map[string]any {
	settings := map[string]any{}
	for _, d := range space {
		settings[d.Name] = value(d, keras.Rand(seed, fmt.Sprintf("trial %d, %s", number, d.Name)))
	}
	return settings
}

func value(d run.Dimension, r *rand.Rand) any {
	u := r.Float64()
	switch d.Kind {
	case "choice":
		return d.Choices[r.IntN(len(d.Choices))]
	case "log":
		return round(d.Min * math.Pow(d.Max/d.Min, u))
	case "linear":
		return round(d.Min + u*(d.Max-d.Min))
	case "whole-log": // every whole number has its share of the logarithm
		return min(math.Floor(d.Min*math.Pow((d.Max+1)/d.Min, u)), d.Max)
	default:
		return d.Min + float64(r.IntN(int(d.Max-d.Min)+1))
	}
}

// round keeps three digits: what a person would write, and enough.
func round(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(v)))
	return math.Round(v*scale) / scale
}

// usual are the settings that a recipe has as it is.
func usual(space []run.Dimension, r modellib.Recipe) (map[string]any, error) {
	all, err := hyper(r.Model)
	if err != nil {
		return nil, err
	}
	for name, v := range r.Hyper {
		all[name] = v
	}
	settings := map[string]any{}
	for _, d := range space {
		if d.Name == Rate {
			settings[d.Name] = r.LearningRate
			continue
		}
		name, at, several := place(d.Name)
		v, ok := all[name]
		if list, isList := v.([]any); ok && several && isList && at < len(list) {
			v = list[at]
		} else if !ok || several != isList {
			return nil, fmt.Errorf("space: model %s has no hyperparameter %s, it has %s", r.Model, d.Name, strings.Join(sortedKeys(all), ", "))
		}
		settings[d.Name] = v
	}
	return settings, nil
}

// place reads "filters[1]".
func place(name string) (base string, at int, several bool) {
	n, _ := fmt.Sscanf(strings.NewReplacer("[", " ", "]", " ").Replace(name), "%s %d", &base, &at)
	return base, at, n == 2
}

// Apply puts settings into a recipe.
func Apply(r modellib.Recipe, settings map[string]any) (modellib.Recipe, error) {
	all, err := hyper(r.Model)
	if err != nil {
		return r, err
	}
	changed := map[string]any{}
	for name, v := range r.Hyper {
		all[name], changed[name] = v, v
	}
	for name, v := range settings {
		base, at, several := place(name)
		switch list, isList := all[base].([]any); {
		case name == Rate:
			rate, ok := v.(float64)
			if !ok {
				return r, fmt.Errorf("setting %s is %v, expected a number", name, v)
			}
			r.LearningRate = rate
		case several && isList && at < len(list):
			list[at], changed[base] = v, list
		case !several && !isList:
			changed[base] = v
		default:
			return r, fmt.Errorf("setting %s does not fit model %s", name, r.Model)
		}
	}
	r.Hyper = changed
	return r, nil
}
