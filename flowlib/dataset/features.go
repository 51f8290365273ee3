package dataset

import (
	"slices"
	"strings"

	"flowbook/flowlib/meter"
)

// FeatureSets are the inputs that a recipe can name:
//
//	auto               measured23, but no-idle where a table's Idle holds moments instead of lengths
//	measured23         the 23 measured features of the paper
//	paper24            those and the VPN flag, as the paper has them
//	no-idle            19: without the four of Idle
//	clean-nonconstant  18: without Active Std and the four of Idle, which are constant in miniflows of the clean meter
var FeatureSets = []string{"auto", "measured23", "paper24", "no-idle", "clean-nonconstant"}

// vpnColumn is the name of the VPN flag among the inputs.
const vpnColumn = "VPN"

// contaminating are the inputs that tell captures apart rather than traffic,
// by their columns in the flow table.
var contaminating = map[string]string{"Src Port": "src_port", "Dst Port": "dst_port", "Protocol": "protocol", "Start": "start"}

// contaminatingNames are their names, in the order of the inputs.
var contaminatingNames = []string{"Src Port", "Dst Port", "Protocol", "Start"}

// inputs are the names of the inputs of a recipe; epoch says that the Idle
// columns hold moments.
func (r Recipe) inputs(epoch bool) []string {
	var names []string
	for i, name := range meter.FeatureNames() {
		switch {
		case isIdle(i) && (r.Features == "no-idle" || r.Features == "clean-nonconstant" || r.Features == "auto" && epoch):
		case name == "Active Std" && r.Features == "clean-nonconstant":
		default:
			names = append(names, name)
		}
	}
	if r.Contaminating {
		names = append(names, contaminatingNames...)
	}
	if r.VPN || r.Features == "paper24" {
		names = append(names, vpnColumn)
	}
	return names
}

// measured reports whether the recipe uses a measured feature, as far as it can
// be told before the tables are read.
func (r Recipe) measured(feature int) bool {
	return slices.Contains(r.inputs(false), meter.FeatureNames()[feature])
}

// columnOf is the column of the flow table that holds an input.
func columnOf(input string) string {
	if c, ok := contaminating[input]; ok {
		return c
	}
	return strings.TrimSpace(input)
}
