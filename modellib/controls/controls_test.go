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

// TestAWrongSetIsNotAsExpected: a control that cannot fail controls nothing.
func TestAWrongSetIsNotAsExpected(t *testing.T) {
	p := plants()
	signal, leak, nothing := p[0], p[1], p[2]
	signal.Set, leak.Set, nothing.Set = nothing.Set, nothing.Set, signal.Set
	r, err := controls.Planted([]controls.Plant{signal, leak, nothing})
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}
	for _, row := range r.Failed() {
		kind, _, _ := strings.Cut(row.Name, ",")
		failed[kind] = true
	}
	if !failed["signal"] || !failed["leak"] || !failed["nothing"] {
		t.Errorf("sets in each other's place were taken for right:\n%s", r)
	}
}

// TestImportanceFindsTheColumns: the first four columns of a signal hold its
// classes, the others hold noise.
func TestImportanceFindsTheColumns(t *testing.T) {
	set, split := control.Default(control.Signal).Make(), dataset.SplitSpec{Kind: "group", Seed: 42}
	all, drops, err := controls.Importance(set, "type", split)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range drops {
		noise := d.Name == "control 5" || d.Name == "control 6"
		if noise != (i >= 4) || !noise && d.Loss < 0.05 || noise && d.Loss > 0.03 {
			t.Errorf("place %d: %s loses %.3f of %.3f", i+1, d.Name, d.Loss, all.MacroF1())
		}
	}
	single, err := controls.SingleFeature(set, "type", split)
	if err != nil {
		t.Fatal(err)
	}
	if first := single.Rows[0]; first.Name > "control 4" || first.MacroF1 > 0.6 {
		t.Errorf("best alone: %+v", first)
	}
}

// TestSequenceOfASignalWithoutOrder: all steps of a superflow are alike, so
// their order cannot matter.
func TestSequenceOfASignalWithoutOrder(t *testing.T) {
	set := control.Default(control.Signal).Make()
	r, err := controls.Sequence(set, "type", dataset.SplitSpec{Kind: "group", Seed: 42})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Notes) != 3 || strings.Count(strings.Join(r.Notes, " "), "no significant difference") != 2 {
		t.Errorf("order seems to matter:\n%s", r)
	}
}

func TestFamilies(t *testing.T) {
	f := controls.Families([]string{"Flow Duration", "Flow IAT Mean", "Flow IAT Std", "Idle Max", "Flow Pkts/s"})
	if len(f) != 4 || f[1].Name != "Flow IAT" || len(f[1].Features) != 2 || f[2].Name != "Idle" {
		t.Errorf("%v", f)
	}
}

// TestOpenWorldNeedsAnotherOfTheType: each control type has one program, so
// none can be left out.
func TestOpenWorldNeedsAnotherOfTheType(t *testing.T) {
	set := control.Default(control.Signal).Make()
	split := dataset.SplitSpec{Kind: "group", Seed: 42}
	if got, err := controls.OpenWorld(set, split); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	set.Types = []string{"one type"} // of all programs
	for i := range set.Windows {
		set.Windows[i].Type = 0
	}
	got, err := controls.OpenWorld(set, split)
	if err != nil || len(got) != 4 {
		t.Fatalf("%v, %v", got, err)
	}
	for _, u := range got {
		if u.TypeHit != 1 || u.Open.AUROC < 0.5 || u.Accepted < 0.85 || u.Groups != 30 {
			t.Errorf("%+v", u)
		}
	}
}

func TestContaminatingNeedsFlows(t *testing.T) {
	set := control.Default(control.Nothing).Make()
	if _, err := controls.Contaminating(set, "type", dataset.SplitSpec{Kind: "group"}); err == nil {
		t.Error("a set in memory has no flows, but they were read")
	}
}

func TestThin(t *testing.T) {
	set := control.Default(control.Leak).Make()
	if got := controls.Thin(set, len(set.Windows)); len(got.Windows) != len(set.Windows) {
		t.Errorf("%d of %d windows kept, want all", len(got.Windows), len(set.Windows))
	}
	half := controls.Thin(set, len(set.Windows)/2)
	if len(half.Windows) != len(set.Windows)/2 || len(set.Windows) != 1440 {
		t.Errorf("%d windows kept of %d", len(half.Windows), len(set.Windows))
	}
	flows := map[string]bool{}
	for _, w := range controls.Thin(set, 1).Windows {
		flows[w.Superflow] = true
	}
	if len(flows) != 360 {
		t.Errorf("%d superflows left, want one window of each of 360", len(flows))
	}
}
