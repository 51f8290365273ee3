package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/label"
	"flowbook/flowlib/meter"
	"flowbook/internal/manifest"
	"flowbook/internal/testdata"

	"github.com/google/go-cmp/cmp"
)

// captures copies real captures to a directory under names that the rules
// beside them label, and returns the directory and the recipe.
func captures(t *testing.T) (string, Recipe) {
	t.Helper()
	dir := t.TempDir()
	for to, from := range map[string]string{
		"zoom1a.pcap": "youtube_quic", "zoom1b.pcap": "whatsapp_call", "zoom2.pcap": "google_meet",
		"vpn_chat1.pcap": "openvpn_nohmac", "vpn_chat2.pcap": "voip_sip_fax", "other.pcap": "skype",
	} {
		copyFile(t, testdata.Shared(t, "oracle", from, "in.pcap"), filepath.Join(dir, to))
	}
	rules := filepath.Join(t.TempDir(), "rules.csv")
	write(t, rules, "prefix,type,app\nzoom,video,zoom\nchat,chat,teams\n")
	r := Recommended()
	r.Labels, r.Window = rules, 3
	return dir, r
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(b))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Windows of captures equal what a slow count over the meter's own flows says,
// in every dialect and with both links.
func TestBuildFromCaptures(t *testing.T) {
	in, r := captures(t)
	for name, preset := range map[string]func() Recipe{"recommended": Recommended, "published": Published, "figures": Figures} {
		p := preset()
		p.Labels, p.Window = r.Labels, r.Window
		s, err := Build(t.TempDir(), p, in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := fmt.Sprint(s.Manifest.Unmatched, s.Types, s.Apps, s.Manifest.Unit); got != "[other] [chat video] [teams zoom]session" {
			t.Errorf("%s: %s", name, got)
		}
		if want := map[string]int{"recommended": 23, "published": 24, "figures": 24}[name]; len(s.Features) != want {
			t.Errorf("%s: features %v", name, s.Features)
		}
		for _, input := range s.Manifest.Inputs {
			if input.Label == nil {
				continue
			}
			checkInput(t, s, p, filepath.Join(in, input.Path), &input)
		}
		checkWindows(t, s)
	}
}

// checkInput counts the windows of one capture again.
func checkInput(t *testing.T, s *Set, r Recipe, path string, in *Input) {
	t.Helper()
	e, err := flowlib.Extract(path, meter.Recipe{Dialect: r.Dialect, Activity: r.Activity, Idle: r.Idle, Timeouts: []time.Duration{r.Superflow, r.Miniflow}})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range in.Accounting {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(e.Accounting[i], a); d != "" {
			t.Errorf("%s: accounting:\n%s", in.Path, d)
		}
	}
	count := map[int]int{}
	for _, f := range e.Flows[1] {
		if f.Super >= 0 && r.leavesOut(&f) == "" {
			count[f.Super]++
		}
	}
	windows := 0
	for _, n := range count {
		windows += max(n-r.Window+1, 0)
	}
	// The published link may lose or admit miniflows at the borders of superflows.
	if r.Link == "lineage" && windows != in.Windows {
		t.Errorf("%s: %d windows, slowly %d", in.Path, in.Windows, windows)
	}
	if (r.Link == "published") != (in.Linking != nil) {
		t.Errorf("%s: link %s counted as %+v", in.Path, r.Link, in.Linking)
	}
}

// A window leads back to the packets in its capture.
func TestLineage(t *testing.T) {
	in, r := captures(t)
	s, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	flows, err := s.Flows()
	if err != nil || len(flows) != s.Manifest.Rows {
		t.Fatalf("%d flows of %d rows, %v", len(flows), s.Manifest.Rows, err)
	}
	for _, w := range s.Windows {
		before := int64(0)
		for _, row := range w.Rows {
			f := flows[row]
			if f.Start < before || f.First < 24 || f.Last < f.First && f.Packets() > 1 {
				t.Fatalf("capture %s: %+v", w.Capture, f)
			}
			if v := s.Rows[int(row)*len(s.Features)]; v != f.Features[0] {
				t.Fatalf("capture %s: duration %v in the inputs, %v in the flow", w.Capture, v, f.Features[0])
			}
			before = f.Start
		}
	}
}

// checkWindows: rows in order, and the VPN flag where it is an input.
func checkWindows(t *testing.T, s *Set) {
	t.Helper()
	width := len(s.Features)
	for i, w := range s.Windows {
		if len(w.Rows) != s.Steps || !strings.HasPrefix(w.Superflow, w.Capture+"#") || w.Tuple == "" {
			t.Fatalf("window %d: %+v", i, w)
		}
		if w.VPN != strings.HasPrefix(w.Capture, "vpn_") {
			t.Fatalf("window %d of %s: VPN %v", i, w.Capture, w.VPN)
		}
		for _, r := range w.Rows {
			if s.Features[width-1] == vpnColumn && (s.Rows[int(r)*width+width-1] == 1) != w.VPN {
				t.Fatalf("window %d: VPN input %v", i, s.Rows[int(r)*width+width-1])
			}
		}
	}
	s.Fill(make([]float32, s.Size(len(s.Windows))), s.all(), FitScaler(s, s.all()))
}

// The same inputs give the same bytes, whatever the number of workers, and
// wherever they lie.
func TestBuildIsDeterministic(t *testing.T) {
	in, r := captures(t)
	moved := t.TempDir()
	entries, _ := os.ReadDir(in)
	for _, e := range entries {
		copyFile(t, filepath.Join(in, e.Name()), filepath.Join(moved, e.Name()))
	}
	var want string
	for i, from := range []string{in, moved, in, moved} {
		calls := 0
		b := Builder{Workers: []int{1, 2, 8, 3}[i], Progress: func(done, total int, _ string) {
			if calls++; done != calls || total != 6 {
				t.Errorf("progress %d of %d after %d calls", done, total, calls)
			}
		}}
		s, err := b.Build(t.TempDir(), r, from)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = s.Hash
		}
		if s.Hash != want || calls != 6 {
			t.Errorf("build %d: hash %s, want %s; %d calls of progress", i, s.Hash, want, calls)
		}
	}
}

func TestEnsure(t *testing.T) {
	in, r := captures(t)
	dir := filepath.Join(t.TempDir(), "new", "set")
	ensure := func(r Recipe) (hash string, built bool) {
		t.Helper()
		b := Builder{Progress: func(int, int, string) { built = true }}
		s, err := b.Ensure(dir, r, in)
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash, built
	}
	steps := []struct {
		name   string
		change func()
		built  bool
	}{
		{"the first time", func() {}, true},
		{"again", func() {}, false},
		{"another recipe", func() { r.Window = 2 }, true},
		{"a touched input", func() {
			if err := os.Chtimes(filepath.Join(in, "zoom2.pcap"), time.Now(), time.Unix(1e9, 0)); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"no memory of sizes and times", func() { os.Remove(filepath.Join(dir, seenName)) }, false},
		{"another input", func() { copyFile(t, filepath.Join(in, "zoom1a.pcap"), filepath.Join(in, "zoom3.pcap")) }, true},
		{"other rules", func() { write(t, r.Labels, "prefix,type,app\nzoom,call,zoom\nchat,chat,teams\n") }, true},
		{"a torn file", func() { tear(t, dir, kindFlows) }, true},
		{"no manifest", func() { os.Remove(filepath.Join(dir, manifest.Name)) }, true},
		{"at last", func() {}, false},
	}
	for _, step := range steps {
		step.change()
		if _, built := ensure(r); built != step.built {
			t.Errorf("%s: built %v, want %v", step.name, built, step.built)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 5 {
		t.Errorf("the directory holds %v, %v", entries, err)
	}
}

// tear cuts the data file of a kind short.
func tear(t *testing.T, dir, kind string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, kind+"-*.parquet"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if err := os.Truncate(found[0], 100); err != nil {
		t.Fatal(err)
	}
	return found[0]
}

func TestOpenBadDirectory(t *testing.T) {
	in, r := captures(t)
	for name, c := range map[string]struct {
		spoil func(dir string) string // returns what the message must name
		want  string
	}{
		"missing":    {func(dir string) string { os.RemoveAll(dir); return dir }, "no such directory, expected a data set"},
		"unfinished": {func(dir string) string { os.Remove(filepath.Join(dir, manifest.Name)); return dir }, "there is no manifest.json, expected a data set"},
		"version": {func(dir string) string {
			write(t, filepath.Join(dir, manifest.Name), `{"format":"flowbook-dataset/0"}`)
			return manifest.Name
		}, `format is "flowbook-dataset/0", expected "flowbook-dataset/2"`},
		"a run": {func(dir string) string {
			write(t, filepath.Join(dir, manifest.Name), `{"format":"flowbook-run/1"}`)
			return manifest.Name
		}, "not a data set"},
		"no JSON": {func(dir string) string { write(t, filepath.Join(dir, manifest.Name), `{"for`); return manifest.Name }, "not a manifest"},
		"torn":    {func(dir string) string { return tear(t, dir, kindWindows) }, "torn: found 100 bytes"},
		"gone": {func(dir string) string {
			path := tear(t, dir, kindFlows)
			os.Remove(path)
			return path
		}, "listed in manifest.json"},
	} {
		dir := t.TempDir()
		if _, err := Build(dir, r, in); err != nil {
			t.Fatal(err)
		}
		named := c.spoil(dir)
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), named) {
			t.Errorf("%s: error %v, expected %q and %s", name, err, c.want, named)
		}
	}
}

// Bad inputs among good ones: the good ones are kept, the others are named.
func TestBadInputs(t *testing.T) {
	in, r := captures(t)
	write(t, filepath.Join(in, "zoom8.pcap"), "this is no capture\n")
	cut, err := os.ReadFile(filepath.Join(in, "zoom1a.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(in, "zoom9.pcap"), string(cut[:len(cut)*2/3]))
	write(t, filepath.Join(in, "zoom5.csv"), "Flow ID,Src IP\n")
	same := filepath.Join(t.TempDir(), "zoom2.pcapng")
	copyFile(t, filepath.Join(in, "zoom2.pcap"), same)
	dir := t.TempDir()
	set, err := Build(dir, r, in, same)
	var bad *InputErrors
	if !errors.As(err, &bad) || set == nil {
		t.Fatalf("set %v, error %v", set, err)
	}
	for i, want := range []string{"zoom5.csv: a table holds the flows of one timeout", "zoom8.pcap", "zoom9.pcap", `zoom2.pcapng: capture "zoom2" was given already as ` + filepath.Join(in, "zoom2.pcap")} {
		if i >= len(bad.Errs) || !strings.Contains(bad.Errs[i].Error(), want) {
			t.Errorf("error %d of\n%v\nexpected %q", i, err, want)
		}
	}
	good := 0
	for _, input := range set.Manifest.Inputs {
		if input.Path == "zoom9.pcap" {
			good = input.Rows
		}
	}
	if good == 0 {
		t.Error("what was good before the cut is lost")
	}
	if !strings.Contains(set.Summary(), "bad input: ") {
		t.Errorf("the summary hides bad inputs:\n%s", set.Summary())
	}
	_, err = Ensure(dir, r, in, same)
	var still *InputErrors
	if !errors.As(err, &still) || len(still.Errs) != len(bad.Errs) || still.Error() != bad.Error() {
		t.Errorf("Ensure on the same inputs: %v", err)
	}
}

// A pipe would be waited for.
func TestPipeInADirectoryIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.pcap"), "")
	if err := os.Symlink("a.pcap", filepath.Join(dir, "b.pcap")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.pcap"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := findSources(Recommended(), []string{dir})
	if err != nil || len(s.all) != 2 {
		t.Errorf("found %d files (%v), expected the file and the link", len(s.all), err)
	}
}

// A build that fails leaves what was there.
func TestFailedBuildKeepsTheOld(t *testing.T) {
	in, r := captures(t)
	dir := t.TempDir()
	old, err := Build(dir, r, in)
	if err != nil {
		t.Fatal(err)
	}
	long, wrong, rules := r, r, r
	long.Window, wrong.Padding, rules.Labels = 500, "ten", filepath.Join(dir, "none.csv")
	for want, build := range map[string]func() (*Set, error){
		"no window of 500 miniflows: 6 inputs, 1 without a label": func() (*Set, error) { return Build(dir, long, in) },
		`padding is "ten", known are none`:                        func() (*Set, error) { return Build(dir, wrong, in) },
		"none.csv":                                                func() (*Set, error) { return Build(dir, rules, in) },
		"nowhere":                                                 func() (*Set, error) { return Build(dir, r, filepath.Join(in, "nowhere")) },
		"no input given":                                          func() (*Set, error) { return Build(dir, r) },
		"found no capture (.pcap, .pcapng, .cap) and no table": func() (*Set, error) { return Build(dir, r, t.TempDir()) },
		"found only tables (": func() (*Set, error) {
			return Build(dir, r, testdata.Shared(t, "iscx-flows-120s"))
		},
		"no label for other": func() (*Set, error) { return Build(dir, r, filepath.Join(in, "other.pcap")) },
	} {
		if set, err := build(); err == nil || set != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected %q", err, want)
		}
		if now, err := Open(dir); err != nil || now.Hash != old.Hash {
			t.Errorf("%s: the old set is gone: %v", want, err)
		}
	}
}

func TestBuildRefusesAnotherKindOfDirectory(t *testing.T) {
	in, r := captures(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, manifest.Name), `{"format":"flowbook-run/1"}`)
	if _, err := Build(dir, r, in); err == nil || !strings.Contains(err.Error(), "holds a flowbook-run/1") {
		t.Error(err)
	}
}

// Labels of a sidecar decide over rules, and hosts become the unit.
func TestSidecar(t *testing.T) {
	in, r := captures(t)
	r.Labels = "auto"
	side := label.Sidecar{Format: label.SidecarFormat}
	for i, name := range []string{"zoom1a.pcap", "zoom1b.pcap", "zoom2.pcap"} {
		side.Captures = append(side.Captures, label.Capture{File: name, Label: label.Label{Type: "t", App: "a", Host: fmt.Sprint("h", i)}})
	}
	text, err := json.Marshal(side)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(in, label.SidecarName), string(text))
	s, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	if s.Manifest.Unit != "host" || len(s.Manifest.Unmatched) != 3 || len(s.Manifest.Labels) != 1 {
		t.Errorf("unit %s, unmatched %v, label files %v", s.Manifest.Unit, s.Manifest.Unmatched, s.Manifest.Labels)
	}
	write(t, filepath.Join(in, label.SidecarName), `{"format":"flowbook-labels/9"}`)
	if _, err := Build(t.TempDir(), r, in); err == nil || !strings.Contains(err.Error(), label.SidecarName) {
		t.Errorf("another version of the sidecar: %v", err)
	}
}
