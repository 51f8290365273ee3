package main

import (
	"slices"
	"strings"
	"time"

	"flowbook/flowlib/dataset"
	"flowbook/flowlib/sequence"

	"github.com/spf13/cobra"
)

// presets are the recipes of DESIGN section 5, by name.
var presets = map[string]func() dataset.Recipe{
	"published":   dataset.Published,
	"figures":     dataset.Figures,
	"recommended": dataset.Recommended,
}

// recipeFlag is one flag of the recipe: where its value lands.
type recipeFlag struct {
	name, help string
	field      func(*dataset.Recipe) any // *string, *int, *bool or *time.Duration
}

// recipeFlags are the fields of dataset.Recipe, under their JSON names.
var recipeFlags = []recipeFlag{
	{"dialect", "flow meter for captures: clean, cic2018, cic2021", func(r *dataset.Recipe) any { return &r.Dialect }},
	{"superflow", "flow timeout of superflows", func(r *dataset.Recipe) any { return &r.Superflow }},
	{"miniflow", "flow timeout of miniflows", func(r *dataset.Recipe) any { return &r.Miniflow }},
	{"activity-timeout", "a longer gap between packets makes a flow idle", func(r *dataset.Recipe) any { return &r.Activity }},
	{"idle", "count timeouts from the last packet, as the paper's text has it", func(r *dataset.Recipe) any { return &r.Idle }},
	{"sequence", "what a window is made of: miniflows of a superflow, or flows of a 5-tuple", func(r *dataset.Recipe) any { return &r.Sequence }},
	{"link", "miniflow to superflow: lineage (exact) or published", func(r *dataset.Recipe) any { return &r.Link }},
	{"window", "flows a window", func(r *dataset.Recipe) any { return &r.Window }},
	{"stride", "from one window to the next", func(r *dataset.Recipe) any { return &r.Stride }},
	{"min-length", "with padding: shorter sequences give no window", func(r *dataset.Recipe) any { return &r.MinLength }},
	{"padding", "of sequences that are too short: " + strings.Join(sequence.Paddings, ", ") + " or constant:V", func(r *dataset.Recipe) any { return &r.Padding }},
	{"min-duration", "leave shorter flows out", func(r *dataset.Recipe) any { return &r.MinDuration }},
	{"protocol-0", "keep rows of protocol 0", func(r *dataset.Recipe) any { return &r.Protocol0 }},
	{"background", "keep the flows of DNS, mDNS, NTP and their like", func(r *dataset.Recipe) any { return &r.Background }},
	{"contaminating", "make ports, protocol and start inputs (they tell captures apart, not traffic)", func(r *dataset.Recipe) any { return &r.Contaminating }},
	{"features", strings.Join(dataset.FeatureSets, ", "), func(r *dataset.Recipe) any { return &r.Features }},
	{"vpn", "make the VPN flag an input (it is an answer, not a measurement)", func(r *dataset.Recipe) any { return &r.VPN }},
	{"infinities", "leave-out or column-max (as published)", func(r *dataset.Recipe) any { return &r.Infinities }},
	{"labels", "auto, iscx, or a file of rules", func(r *dataset.Recipe) any { return &r.Labels }},
}

// bindRecipe makes the flags; what is not given keeps the preset's value.
func bindRecipe(c *cobra.Command, r *dataset.Recipe) {
	base := dataset.Recommended()
	for _, f := range recipeFlags {
		switch p := f.field(r).(type) {
		case *string:
			c.Flags().StringVar(p, f.name, *f.field(&base).(*string), f.help)
		case *int:
			c.Flags().IntVar(p, f.name, *f.field(&base).(*int), f.help)
		case *bool:
			c.Flags().BoolVar(p, f.name, *f.field(&base).(*bool), f.help)
		case *time.Duration:
			c.Flags().DurationVar(p, f.name, *f.field(&base).(*time.Duration), f.help)
		}
	}
}

// recipeFrom is the preset with the flags that were given on top.
func recipeFrom(c *cobra.Command, preset string, given dataset.Recipe) (dataset.Recipe, error) {
	make, ok := presets[preset]
	if !ok {
		return dataset.Recipe{}, usageError("--preset is %q: known are %s", preset, strings.Join(presetNames(), ", "))
	}
	r := make()
	for _, f := range recipeFlags {
		if c.Flags().Changed(f.name) {
			assign(f.field(&r), f.field(&given))
		}
	}
	if err := r.Check(); err != nil {
		return r, usageError("%v", err)
	}
	return r, nil
}

// assign copies between two pointers of one of the flag types.
func assign(to, from any) {
	switch p := to.(type) {
	case *string:
		*p = *from.(*string)
	case *int:
		*p = *from.(*int)
	case *bool:
		*p = *from.(*bool)
	case *time.Duration:
		*p = *from.(*time.Duration)
	}
}

func presetNames() []string {
	var names []string
	for n := range presets {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
