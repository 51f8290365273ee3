package submission

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/flowlib/dataset"

	"github.com/parquet-go/parquet-go"
)

// small is a set of 12 hosts with 2 classes that one column tells apart.
func small() *dataset.Set {
	set := &dataset.Set{Dir: "small", Hash: "abc", Steps: 1, Features: []string{"x"}, Types: []string{"chat", "voip"}, Apps: []string{"one", "two"}}
	set.Manifest.Unit = "host"
	for i := range 96 {
		host := fmt.Sprintf("host%02d", i/8)
		set.Rows = append(set.Rows, float64(i%2)+0.3*float64(i%5))
		name := fmt.Sprint(host, "-", i)
		set.Windows = append(set.Windows, dataset.Window{Rows: []int32{int32(i)}, Type: int32(i % 2), App: int32(i % 2),
			Groups: &dataset.Groups{Superflow: name, Tuple: name, Capture: name, Session: name, Host: host}})
	}
	return set
}

func task(t *testing.T) Task {
	t.Helper()
	out, err := ParseTask("small-1.0/type/by-host")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// file writes predictions that are right but for every seventh window.
func file(t *testing.T, change func(rows [][]string) [][]string) string {
	t.Helper()
	rows := [][]string{{"window", "truth", "predicted"}}
	for i := range 96 {
		said := i % 2
		if i%7 == 0 {
			said = 1 - said
		}
		rows = append(rows, []string{fmt.Sprint(i), []string{"chat", "voip"}[i%2], []string{"chat", "voip"}[said]})
	}
	if change != nil {
		rows = change(rows)
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mine.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScore(t *testing.T) {
	r, err := Score(file(t, nil), small(), task(t))
	if err != nil {
		t.Fatal(err)
	}
	if r.Groups != 12 || r.Windows != 96 || len(r.Entries) != 4 || r.Entries[0].Interval == nil || r.Entries[0].P != nil || r.Entries[1].P == nil {
		t.Errorf("%+v", r)
	}
	if f := r.Entries[0].MacroF1; f < 0.83 || f > 0.88 { // 14 of 96 are wrong
		t.Errorf("macro F1 %g", f)
	}
	for _, want := range []string{"small-1.0/type/by-host", "96 windows from 12 groups", "mine.csv", "majority", "1-NN L2", "forest", "bootstrap over groups"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("%q is not in\n%s", want, r)
		}
	}
}

// TestParquetAsPandasWritesIt has optional columns and float windows.
func TestParquetAsPandasWritesIt(t *testing.T) {
	type row struct {
		Window *float64 `parquet:"window,optional"`
		Truth  *string  `parquet:"truth,optional"`
		Chat   *float64 `parquet:"p.chat,optional"`
		Voip   *float64 `parquet:"p.voip,optional"`
		Note   *string  `parquet:"note,optional"`
	}
	var rows []row
	for i := range 96 {
		w, truth, p := float64(i), []string{"chat", "voip"}[i%2], float64(i%2)
		q := 1 - p
		rows = append(rows, row{&w, &truth, &q, &p, nil})
	}
	path := filepath.Join(t.TempDir(), "mine.parquet")
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	r, err := Score(path, small(), task(t))
	if err != nil {
		t.Fatal(err)
	}
	if r.Entries[0].MacroF1 != 1 {
		t.Errorf("all right scores %g", r.Entries[0].MacroF1)
	}
}

func TestSeedsAreRepetitions(t *testing.T) {
	path := file(t, func(rows [][]string) [][]string {
		out := [][]string{append(rows[0], "seed")}
		for _, seed := range []string{"1", "2"} {
			for _, r := range rows[1:] {
				out = append(out, append(append([]string(nil), r...), seed))
			}
		}
		return out
	})
	r, err := Score(path, small(), task(t))
	if err != nil {
		t.Fatal(err)
	}
	if r.Entries[0].Seeds != 2 || r.Entries[0].SeedSD == nil {
		t.Errorf("%+v", r.Entries[0])
	}
}

func TestScoreRefuses(t *testing.T) {
	cell := func(row, col int, text string) func([][]string) [][]string {
		return func(rows [][]string) [][]string { rows[row][col] = text; return rows }
	}
	oneHost := small()
	for i := range oneHost.Windows {
		oneHost.Windows[i].Groups.Host = "host00"
	}
	for _, c := range []struct {
		name, want string
		change     func([][]string) [][]string
		set        *dataset.Set
	}{
		{"another data set", `window 0 has the truth "voip", in the data set it is "chat"`, cell(1, 1, "voip"), nil},
		{"a class never seen", `row 3: predicted is "p2p", a class that the data set does not have, expected one of chat, voip`, cell(2, 2, "p2p"), nil},
		{"a truth never seen", `truth is "p2p"`, cell(2, 1, "p2p"), nil},
		{"other windows", "window 900 is in no test part", cell(1, 0, "900"), nil},
		{"a window twice", "window 2 is there twice", cell(1, 0, "2"), nil},
		{"missing windows", "95 of 96", func(r [][]string) [][]string { return r[:2] }, nil},
		{"no number", `window is "x"`, cell(1, 0, "x"), nil},
		{"half a window", `window is "0.5"`, cell(1, 0, "0.5"), nil},
		{"no truth", "column truth is missing", cell(0, 1, "label"), nil},
		{"no prediction", "neither a column predicted", cell(0, 2, "said"), nil},
		{"a column of an unknown class", "column p.p2p is of a class", cell(0, 2, "p.p2p"), nil},
		{"a class without a column", "column p.voip is missing", cell(0, 2, "p.chat"), nil},
		{"no rows", "found no rows", func(r [][]string) [][]string { return r[:1] }, nil},
		{"one group", "expected at least 2 others", nil, oneHost},
	} {
		set := c.set
		if set == nil {
			set = small()
		}
		_, err := Score(file(t, c.change), set, task(t))
		want := c.want
		if c.name == "missing windows" {
			want = "95 of 96 test windows are missing, such as window 1"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, want)
		}
	}
	for _, content := range []string{"", "PAR1 and then nothing", "\"unclosed"} {
		path := filepath.Join(t.TempDir(), "broken")
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Score(path, small(), task(t)); err == nil || !strings.Contains(err.Error(), "broken") {
			t.Errorf("%q: error %v", content, err)
		}
	}
}

func TestParseTask(t *testing.T) {
	for _, name := range []string{"", "type", "course-1.0/type", "course-1.0/mood/by-host", "course-1.0/type/by-moon", "course-1.0/type/host", "/type/by-host"} {
		if _, err := ParseTask(name); err == nil {
			t.Errorf("%q was taken for a task", name)
		}
	}
}

// TestFoldsCoverEveryWindowOnce and keep hosts apart.
func TestFoldsCoverEveryWindowOnce(t *testing.T) {
	var b bytes.Buffer
	if err := task(t).WriteFolds(&b, small()); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]int{}
	side := map[[2]string]string{} // fold, group
	for _, r := range rows[1:] {
		if r[2] == "test" {
			tested[r[0]]++
		}
		key := [2]string{r[1], r[3]}
		if side[key] != "" && side[key] != r[2] {
			t.Errorf("group %s is in %s and %s of fold %s", r[3], side[key], r[2], r[1])
		}
		side[key] = r[2]
	}
	for w, n := range tested {
		if n != 1 {
			t.Errorf("window %s is tested %d times", w, n)
		}
	}
	if len(tested) != 96 {
		t.Errorf("%d windows tested", len(tested))
	}
}

// TestFrozenParts: captures of the first six hosts train, one validates, five test.
func TestFrozenParts(t *testing.T) {
	set, frozen := small(), task(t)
	frozen.Part = map[string]string{}
	for i := range set.Windows {
		part := "test"
		switch host := i / 8; {
		case host < 6:
			part = "train"
		case host == 6:
			part = "validation"
		}
		frozen.Part[set.Windows[i].Capture] = part
	}
	delete(frozen.Part, set.Windows[95].Capture)
	tested := func(rows [][]string) [][]string { return append(rows[:1:1], rows[57:96]...) }
	r, err := Score(file(t, tested), set, frozen)
	if err != nil {
		t.Fatal(err)
	}
	if r.Windows != 39 || r.Groups != 5 || r.Split != "frozen, by host" || r.Entries[0].Interval != nil || !strings.Contains(r.String(), "No interval: 5 groups, 10 needed") {
		t.Errorf("%+v\n%s", r, r)
	}
	if _, err := Score(file(t, nil), set, frozen); err == nil || !strings.Contains(err.Error(), "window 0 is in no test part") {
		t.Errorf("a window of train: %v", err)
	}
	frozen.Part = map[string]string{"elsewhere": "test"}
	if _, err := Score(file(t, tested), set, frozen); err == nil || !strings.Contains(err.Error(), "leave 0 windows to train on") {
		t.Errorf("captures of another set: %v", err)
	}
}
