package evaluate

import (
	"fmt"
	"strings"
	"testing"

	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	a, b := made("cnn", 12, 0.95, 1, "type", "app"), made("gru", 12, 0.6, 2, "type", "app")
	c, err := Compare(a, b, "app")
	if err != nil {
		t.Fatal(err)
	}
	want := [2][2]int{}
	ya, yb := Argmax(a.Predictions[1].Probs), Argmax(b.Predictions[1].Probs)
	for i, y := range a.Predictions[1].Truth {
		want[b2i(ya[i] != y)][b2i(yb[i] != y)]++
	}
	if c.Table != want || c.P != McNemar(want[0][1], want[1][0]) {
		t.Errorf("table %v, p %g, want %v", c.Table, c.P, want)
	}
	if !c.Reject || !strings.Contains(c.Decision, "H0 is rejected: CNN MT is better") {
		t.Errorf("decision %q", c.Decision)
	}
	if !strings.Contains(c.Warning, "windows are not independent: 120 windows from 12 groups") {
		t.Errorf("warning %q", c.Warning)
	}
	swapped, err := Compare(b, a, "app")
	if err != nil {
		t.Fatal(err)
	}
	if swapped.P != c.P || swapped.Table[0][1] != c.Table[1][0] || !strings.Contains(swapped.Decision, "CNN MT is better") {
		t.Errorf("the other way round: %+v", swapped)
	}
	same, err := Compare(a, a, "type")
	if err != nil {
		t.Fatal(err)
	}
	if same.P != 1 || same.Reject || same.A != "CNN MT (1)" || !strings.Contains(same.Decision, "not rejected") {
		t.Errorf("a run against itself: %+v", same)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestCompareRefuses(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*run.Run)
	}{
		{"task", `run runs/gru has no task "type"`, func(r *run.Run) { r.Manifest.Tasks[0].Name = "vpn" }},
		{"data", "data set 0123456789ab in one and other in the other", func(r *run.Run) { r.Manifest.Data.Hash = "other" }},
		{"classes", "classes chat, file transfer, p2p, voip in one and a, b, c, d in the other", func(r *run.Run) {
			r.Manifest.Tasks[0].Classes = []string{"a", "b", "c", "d"}
		}},
		{"window", "test window 2 is number 2 of the data set in one and 99 in the other", func(r *run.Run) { r.Predictions[0].Window[1] = 99 }},
		{"truth", "test window 3 (number 4) has class 0 in one and 3 in the other", func(r *run.Run) { r.Predictions[0].Truth[2] = 3 }},
		{"group", `is in group "host00" in one and "x" in the other`, func(r *run.Run) { r.Predictions[0].Group[0] = "x" }},
		{"length", "30 windows in one and 29 windows in the other", func(r *run.Run) { r.Predictions[0].Window = r.Predictions[0].Window[:29] }},
		{"predictions", "found no predictions for task type", func(r *run.Run) { r.Predictions = nil }},
	} {
		a, b := made("cnn", 3, 1, 1, "type"), made("gru", 3, 1, 1, "type")
		c.change(b)
		if _, err := Compare(a, b, "type"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestTable3(t *testing.T) {
	cnn, gru := made("cnn", 12, 0.9, 1, "type", "app"), made("gru", 12, 0.8, 2, "type", "app")
	single := []*run.Run{made("cnn", 12, 0.9, 3, "type"), made("cnn", 12, 0.9, 4, "app")}
	table, err := Table3(gru, cnn, single[0], single[1])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range table.Rows {
		got = append(got, row[0]+"|"+row[1])
	}
	want := []string{"GRU MT|Type", "|App.", "CNN MT|Type", "|App.", "CNN ST|Type", "|App.", "majority|Type", "|App."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, note := range []string{"by host, fold 1 of 4", "120 test windows from 12 groups (host)", "bootstrap over 12 groups"} {
		if !strings.Contains(table.String(), note) && !strings.Contains(strings.Join(table.Notes, " "), note) {
			t.Errorf("no %q below the table", note)
		}
	}
	for _, line := range strings.Split(table.String(), "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("line %q is longer than 80 columns", line)
		}
	}
}

func TestTable3Refuses(t *testing.T) {
	a, b := made("cnn", 3, 1, 1, "type"), made("gru", 3, 1, 1, "app")
	b.Manifest.Split.Name = "published random split (leaks)"
	if _, err := Table3(a, b); err == nil || !strings.Contains(err.Error(), "cannot stand in one table: split") {
		t.Errorf("two splits: %v", err)
	}
	c := made("gru", 4, 1, 1, "type")
	if _, err := Table3(a, c); err == nil || !strings.Contains(err.Error(), "30 windows in one and 40 windows in the other") {
		t.Errorf("other windows: %v", err)
	}
	if _, err := Table3(); err == nil {
		t.Error("a table of no runs")
	}
	if _, err := Table4(); err == nil {
		t.Error("a table of no runs")
	}
}

func TestTable4SumsSingleTasks(t *testing.T) {
	table, err := Table4(made("cnn", 3, 1, 1, "type", "app"), made("cnn", 3, 1, 1, "type"), made("cnn", 3, 1, 1, "app"), made("cnn", 3, 1, 2, "app"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"CNN MT", "12.5", "7.2", "1", "3", "4,900"},
		{"CNN ST", "25.0", "14.5", "2", "6", "9,800"},
		{"CNN ST (2)", "12.5", "7.2", "1", "3", "4,900"},
	}
	if diff := cmp.Diff(want, table.Rows); diff != "" {
		t.Error(diff)
	}
}

func ExampleCompare() {
	c := &Comparison{Task: "app", A: "CNN MT", B: "CNN ST", Split: run.Split{Name: "published random split (leaks)", Unit: "window"},
		Windows: 1637, Groups: 500, Table: [2][2]int{{1536, 37}, {19, 45}}, Alpha: Alpha,
		H0: "p(correct, incorrect) = p(incorrect, correct)", H1: "p(correct, incorrect) ≠ p(incorrect, correct)"}
	c.decide() // Table 8 of the paper; its superflows are not known, 500 stand for them
	fmt.Print(c)
	// Output:
	// Application: CNN MT against CNN ST
	//
	// CNN MT \ CNN ST  Correct  Incorrect
	// Correct            1,536         37
	// Incorrect             19         45
	//
	// Split: published random split (leaks), 1,637 test windows from 500 superflows,
	// not kept apart.
	// H0: p(correct, incorrect) = p(incorrect, correct)
	// H1: p(correct, incorrect) ≠ p(incorrect, correct)
	// McNemar, exact, two-sided, per window (not independent), 37 + 19 discordant
	// windows: p = 0.0222, alpha = 0.05.
	// p = 0.0222 is below alpha = 0.05, so H0 is rejected: CNN MT is better on these
	// windows.
	// Warning: windows are not independent: 1,637 windows from 500 superflows, not
	// kept apart. The test takes them for independent, so its p is too small.
}

func ExampleTable_Markdown() {
	t := &Table{Caption: "Two classes", Header: []string{"Class", "Windows"}, Rows: [][]string{{"ftps_down", "1,200"}, {"a|b", "–"}}, Notes: []string{"Made up."}}
	fmt.Print(t.Markdown())
	// Output:
	// **Two classes**
	//
	// | Class | Windows |
	// | :-- | --: |
	// | ftps\_down | 1,200 |
	// | a\|b | – |
	//
	// Made up.
}
