package controls_test

import (
	"strings"
	"testing"

	"flowbook/data/control"
	"flowbook/flowlib/dataset"
	"flowbook/modellib/controls"
)

// plants are the default control sets.
func plants() []controls.Plant {
	var out []controls.Plant
	for _, kind := range control.Kinds {
		spec := control.Default(kind)
		e := spec.Expected()
		out = append(out, controls.Plant{Kind: string(kind), Set: spec.Make(), Best: e.Best, Chance: e.Chance})
	}
	return out
}

func TestPlantedIsFound(t *testing.T) {
	r, err := controls.Planted(plants())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", r)
	if len(r.Rows) != 12 || len(r.Failed()) > 0 {
		t.Errorf("%d rows, failed: %v", len(r.Rows), r.Failed())
	}
}

func TestShuffledLabelsGiveChance(t *testing.T) {
	set := control.Default(control.Signal).Make()
	r, err := controls.Shuffled(set, "type", dataset.SplitSpec{Kind: "group", Seed: 42})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", r)
	if len(r.Failed()) > 0 {
		t.Errorf("failed: %v", r.Failed())
	}
	leak := r.Rows[1]
	if !strings.HasPrefix(leak.Name, "labels shuffled") || leak.MacroF1 < 0.9 {
		t.Errorf("by the random split 1-NN scores %.3f on labels shuffled between captures, want about 1", leak.MacroF1)
	}
}
