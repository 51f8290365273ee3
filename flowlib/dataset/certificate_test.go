package dataset

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"flowbook/flowlib/flowio"

	"pgregory.net/rapid"
)

// files is a second reading of a data set and a split: plain maps of the
// columns of the Parquet files, nothing of Open or ReadSplit.
type files struct {
	flows, windows, split map[string]any
}

func readFiles(t *testing.T, set, split string) files {
	t.Helper()
	read := func(pattern string) map[string]any {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) != 1 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		f, err := os.Open(names[0])
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		c, err := flowio.ReadColumns(f, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		columns := map[string]any{}
		for _, col := range c.Columns {
			columns[col.Name] = col.Data
		}
		return columns
	}
	return files{read(filepath.Join(set, "flows-*.parquet")), read(filepath.Join(set, "windows-*.parquet")), read(filepath.Join(split, "split-*.parquet"))}
}

// part lists the windows of a part.
func (f files) part(name string) []int32 {
	var w []int32
	for i, p := range f.split["part"].([]string) {
		if p == name {
			w = append(w, f.split["window"].([]int32)[i])
		}
	}
	return w
}

// leak compares every window of one part with every one of the other.
func (f files) leak(a, b string, features []string) Leak {
	first, length := f.windows["first_row"].([]int32), f.windows["rows"].([]int32)
	label := func(w int32) string {
		return f.windows["type"].([]string)[w] + "/" + f.windows["app"].([]string)[w]
	}
	inputs := func(w int32) string {
		text := ""
		for r := first[w]; r < first[w]+length[w]; r++ {
			for _, name := range features {
				text += fmt.Sprint(f.flows[name].([]float64)[r], " ")
			}
		}
		return text
	}
	train, part := f.part(a), f.part(b)
	text := map[int32]string{}
	for _, w := range append(slices.Clone(train), part...) {
		text[w] = inputs(w)
	}
	l := Leak{Windows: len(part), Groups: map[string]int{}}
	rows := map[int32]bool{}
	for _, w := range part {
		most, same, other := int32(0), false, false
		for _, v := range train {
			lo, hi := max(first[w], first[v]), min(first[w]+length[w], first[v]+length[v])
			most = max(most, hi-lo)
			for r := lo; r < hi; r++ {
				rows[r] = true
			}
			if text[w] == text[v] {
				same, other = true, other || label(w) != label(v)
			}
		}
		for count, yes := range map[*int]bool{&l.SharingRows: most > 0, &l.Twins: most > 0 && most >= length[w]-1, &l.Duplicates: same, &l.Conflicting: other} {
			if yes {
				*count++
			}
		}
	}
	l.Rows = len(rows)
	for r := range rows {
		l.Packets += int64(f.flows["fwd_packets"].([]int32)[r]) + int64(f.flows["bwd_packets"].([]int32)[r])
	}
	for _, unit := range []string{"superflow", "tuple", "capture", "session", "host", "day", "access", "implementation"} {
		g, both := f.windows[unit].([]string), map[string]bool{}
		for _, w := range part {
			for _, v := range train {
				if g[w] != "" && g[w] == g[v] {
					both[g[w]] = true
				}
			}
		}
		l.Groups[unit] = len(both)
	}
	return l
}

// A certificate that was written is found again, by another way, in the files.
func TestCertificateFromFiles(t *testing.T) {
	dir := buildTiny(t)
	set, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []SplitSpec{{Kind: "published", Seed: 42}, {Kind: "group", Unit: "tuple", Of: 3}, {Kind: "stratified", Unit: "superflow", Of: 4}, {Kind: "leave-one-out", Unit: "superflow"}} {
		split, err := set.Split(spec)
		if err != nil {
			t.Fatalf("%+v: %v", spec, err)
		}
		at, err := WriteSplit(set, split, Certify(set, split))
		if err != nil {
			t.Fatal(err)
		}
		again, c, err := ReadSplit(set, at)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again.Test, split.Test) || !reflect.DeepEqual(again.Train, split.Train) || again.TestGroups != split.TestGroups {
			t.Errorf("%s: another split comes back", split.Name)
		}
		f := readFiles(t, dir, at)
		for _, side := range []struct {
			a, b string
			got  Leak
		}{{"train", "test", c.Test}, {"train", "validation", c.Validation}, {"validation", "test", c.TestValidation}} {
			if want := f.leak(side.a, side.b, set.Features); !reflect.DeepEqual(side.got, want) {
				t.Errorf("%s, %s and %s: certified %+v, found %+v", split.Name, side.a, side.b, side.got, want)
			}
		}
		if err := c.Err(); err != nil || (spec.Kind == "published") != (len(c.Promised) == 0) {
			t.Errorf("%s: %v, promised %v", split.Name, err, c.Promised)
		}
	}
}

func TestReadSplitRefuses(t *testing.T) {
	dir := buildTiny(t)
	set, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	split, err := set.Split(SplitSpec{Kind: "group", Unit: "superflow"})
	if err != nil {
		t.Fatal(err)
	}
	c := Certify(set, split)
	at, err := WriteSplit(set, split, c)
	if err != nil {
		t.Fatal(err)
	}
	other := *set
	other.Hash = "another"
	if _, _, err := ReadSplit(&other, at); err == nil || !strings.Contains(err.Error(), "expected another") {
		t.Errorf("split of another set: %v", err)
	}
	names, _ := filepath.Glob(filepath.Join(at, "split-*.parquet"))
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(names[0], text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadSplit(set, at); err == nil || !strings.Contains(err.Error(), "torn") {
		t.Errorf("cut file: %v", err)
	}
	c.Parts = "0"
	if at, err = WriteSplit(set, split, c); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadSplit(set, at); err == nil || !strings.Contains(err.Error(), "not those of the certificate") {
		t.Errorf("certificate of other parts: %v", err)
	}
}

// A split that breaks its word is found out.
func TestBrokenPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		split, err := s.Split(SplitSpec{Kind: "group", Unit: "session", Of: 3})
		if err != nil {
			return
		}
		if c := Certify(s, split); c.Err() != nil || !slices.Contains(c.Promised, "superflow") || !slices.Contains(c.Promised, "capture") {
			t.Fatalf("%v, promised %v", c.Err(), c.Promised)
		}
		// A window of train, of a session that has others there, goes to test.
		for i, w := range split.Train {
			if i > 0 && split.Group[split.Train[i-1]] == split.Group[w] {
				split.Train = slices.Delete(slices.Clone(split.Train), i, i+1)
				split.Test = append(slices.Clone(split.Test), w)
				if c := Certify(s, split); c.Err() == nil || !slices.Contains(c.Broken, "session") {
					t.Fatalf("broken %v", c.Broken)
				}
				return
			}
		}
	})
}

func TestBound(t *testing.T) {
	s := grid([][]float64{{1}, {1}, {1}, {2}, {2}}, 1)
	s.Types, s.Apps = []string{"a", "b"}, []string{"x"}
	s.Windows[1].Type, s.Windows[4].Type = 1, 1
	prints := s.prints()
	if got := s.bound("type", s.all(), prints); got != 0.6 {
		t.Errorf("bound %v, expected 0.6", got)
	}
	if got := s.bound("app", s.all(), prints); got != 1 {
		t.Errorf("bound %v, expected 1", got)
	}
}

// Labels drawn for groups that stand on both sides are found by their
// neighbours; for groups that do not they are found as often as by chance.
func TestProbe(t *testing.T) {
	s := &Set{Types: []string{"a", "b", "c", "d"}}
	for i := range 400 {
		s.Windows = append(s.Windows, Window{Groups: &Groups{Superflow: fmt.Sprint(i / 4), Tuple: fmt.Sprint(i), Capture: fmt.Sprint(i / 200)}})
	}
	n := Neighbours{Split: &Split{Name: "x", Unit: "superflow"}}
	for i := range 200 {
		n.Query = append(n.Query, 2*i)
		n.Nearest = append(n.Nearest, 2*i+1)
		n.Distance = append(n.Distance, rand.Float64())
	}
	p := NewProbe(s, []Neighbours{n}, 7)
	for _, c := range p.Rows[0].Cells {
		together := c.Level != "tuple"
		if (c.Right == 1) != together || c.Inside == together {
			t.Errorf("%+v", c)
		}
		if c.Low > 0.25 || c.High < 0.25 {
			t.Errorf("%s: range %v to %v does not hold chance", c.Level, c.Low, c.High)
		}
	}
	if len(p.Rows[0].Cells) != 3 || p.Windows != 200 {
		t.Errorf("%+v", p)
	}
	again, _ := json.Marshal(NewProbe(s, []Neighbours{n}, 7))
	if first, _ := json.Marshal(p); string(first) != string(again) {
		t.Error("the same seed gave other draws")
	}
}

// buildTiny builds a data set of a few real captures.
func buildTiny(t *testing.T) string {
	t.Helper()
	in, r := captures(t)
	dir := t.TempDir()
	if _, err := Build(dir, r, in); err != nil {
		t.Fatal(err)
	}
	return dir
}
