package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/data/course"
	"flowbook/modellib/backend"

	"github.com/spf13/cobra"
)

// flowbook runs one command line as main does.
func flowbook(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// must runs a command line that is expected to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := flowbook(t, args...)
	if code != exitFine {
		t.Fatalf("flowbook %v: exit code %d\n%s%s", args, code, out, errs)
	}
	return out
}

// TestDoctor prints a line a check, or all of them as JSON.
func TestDoctor(t *testing.T) {
	var checks []backend.Check
	if err := json.Unmarshal([]byte(must(t, "doctor", "--json")), &checks); err != nil {
		t.Fatal(err)
	}
	text := must(t, "doctor")
	for _, c := range checks {
		if !strings.Contains(text, c.Name) || c.Found == "" || !c.OK && c.Mend == "" {
			t.Errorf("check %+v is not in the text or does not say what to do", c)
		}
	}
	if len(checks) < 8 {
		t.Errorf("%d checks", len(checks))
	}
}

func TestWrongUsageIsCode2(t *testing.T) {
	dir := t.TempDir()
	twin := func(sub string) string {
		path := filepath.Join(dir, sub, "same.pcap")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, nil, 0o666)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, args := range [][]string{
		{"nosuch"},
		{"extract"},
		{"extract", "x.pcap"}, // no -o
		{"extract", "--nosuch", "-o", "-", "x.pcap"},
		{"extract", "--dialect", "nosuch", "-o", "-", "x.pcap"},
		{"extract", "--format", "xls", "-o", "-", "x.pcap"},
		{"extract", "--format", "parquet", "-o", "-", "x.pcap"},
		{"extract", "--reader", "nosuch", "-o", "-", "x.pcap"},
		{"extract", "--disorder", "sort=0", "-o", "-", "x.pcap"},
		{"extract", "--inner", "--dialect", "cic2018", "-o", "-", "x.pcap"},
		{"extract", "--workers", "0", "-o", dir, "x.pcap"},
		{"extract", "-o", dir, twin("a"), twin("b")}, // one name, two captures
		{"extract", "-o", "-", twin("a"), twin("b")},
		{"extract", "-o", twin("a"), twin("a")}, // over its own input
		{"extract", "-o", "-", "--accounting", "-", twin("a")},
		{"dataset", "x.pcap"}, // no --out
		{"dataset", "--preset", "nosuch", "--out", dir, "x.pcap"},
		{"dataset", "--padding", "nosuch", "--out", dir, "x.pcap"},
		{"dataset", "--super", dir, "--out", dir},                         // no --mini
		{"dataset", "--super", dir, "--mini", dir, "--out", dir, "x.csv"}, // and inputs
		{"train", "--data", dir, "--model", "nosuch", "--out", dir},
		{"train", "--data", dir, "--model", "cnn", "--backend", "foo", "--out", dir},
		{"export", dir}, // no -o
		{"export", dir, "-o", "x.h5"},
		{"export", dir, "-o", "x.npz", "--batch", "3"},
		{"export", dir, "-o", "x.onnx", "--batch", "0"},
		{"export", dir, "-o", "x.npz", "--backend", "foo"},
		{"import", "x.npz", "--like", dir, "--data", dir}, // no --out
		{"train", "--model", "cnn", "--out", dir},         // no --data
		{"train", "--data", dir, "--out", dir},            // no --model
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--schedule", "step:x:2"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--hyper", "units=3"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--task-weights", "1;2"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--class-weights", "some"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--seeds", "0"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--split", "published", "--folds", "3"},
		{"train", "--like", dir, "--out", dir, "--preset", "published"},
		{"resume"},
		{"tune", "--data", dir, "--out", dir}, // no --model
		{"tune", "--data", dir, "--model", "gru", "--out", dir, "--trials", "0"},
		{"tune", "--data", dir, "--model", "gru", "--out", dir, "--keep", "0"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--split", "nosuch"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--split", "group:host:x/5"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--split", "group:host:0/3"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--split", "group:nosuch"},
		{"train", "--data", dir, "--model", "cnn", "--out", dir, "--split-inner", "3/2"},
		{"audit", "--split", "open-world", dir},
		{"audit", "--split", "time:host:2/5", dir},
		{"audit", "--split", "published:host", dir},
		{"audit", "--split", "group:host:1/2", dir},
		{"audit", "--split-repeat", "-1", dir},
		{"evaluate"},
		{"compare", "one"},
		{"predict"}, // no capture
		{"predict", "--card", "x.pcap"},
		{"anonymize", "x.pcap"}, // no -o
		{"iscx", "fetch", dir},  // no --from
		{"paper"},               // no --out
		{"predict", "--run", dir, "--per", "packet", "x.pcap"},
		{"script"},
	} {
		if code, _, errs := flowbook(t, args...); code != exitUsage || errs == "" {
			t.Errorf("flowbook %v: exit code %d, message %q; want 2 and a message", args, code, errs)
		}
	}
}

func TestBadInputIsOneClearMessage(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := file("skype_audio1.pcap", "this is not a capture\n")
	empty := file("empty.pcap", "")
	out := filepath.Join(dir, "out.csv")
	set := filepath.Join(dir, "set")
	for _, c := range []struct {
		args []string
		name string // what the message must name
	}{
		{[]string{"extract", "-o", out, filepath.Join(dir, "missing.pcap")}, "missing.pcap"},
		{[]string{"extract", "-o", out, text}, "skype_audio1.pcap"},
		{[]string{"extract", "-o", out, empty}, "empty.pcap"},
		{[]string{"extract", "-o", out, t.TempDir()}, "no capture file"},
		{[]string{"dataset", "--out", set, text}, "skype_audio1.pcap"},
		{[]string{"audit", dir}, dir},
		{[]string{"train", "--data", dir, "--model", "cnn", "--out", out}, dir},
		{[]string{"train", "--like", dir, "--out", out}, dir},
		{[]string{"resume", dir}, dir},
		{[]string{"tune", "--data", dir, "--model", "cnn", "--out", out}, dir},
		{[]string{"tune", "--data", dir, "--model", "cnn", "--out", out, "--space", text}, "skype_audio1.pcap"},
		{[]string{"evaluate", dir}, dir},
		{[]string{"evaluate", filepath.Join(dir, "missing")}, "missing"},
		{[]string{"script", text}, "skype_audio1.pcap"},
	} {
		code, _, errs := flowbook(t, c.args...)
		if code != exitFailed && code != exitInputs {
			t.Errorf("flowbook %v: exit code %d, want 1 or 3", c.args, code)
		}
		if !strings.Contains(errs, c.name) || strings.Contains(errs, "panic") {
			t.Errorf("flowbook %v: message %q does not name %q", c.args, errs, c.name)
		}
	}
	for _, path := range []string{out, filepath.Join(set, "manifest.json")} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was written although its input was bad", path)
		}
	}
}

// unpacked is the tiny course set, unpacked once a test.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "course")
	must(t, "course", "--tiny", "--quiet", "--out", dir)
	return dir
}

func TestCutCaptureKeepsWhatWasGood(t *testing.T) {
	dir := unpacked(t)
	paths, _, err := captures([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut"+strings.TrimPrefix(filepath.Base(paths[0]), "x"))
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "flows.csv")
	code, _, errs := flowbook(t, "extract", "-o", out, cut)
	if code != exitInputs || !strings.Contains(errs, filepath.Base(cut)) {
		t.Errorf("exit code %d, message %q; want 3 and the name of the capture", code, errs)
	}
	rows, err := os.ReadFile(out)
	if err != nil || bytes.Count(rows, []byte("\n")) < 2 {
		t.Errorf("the flows before the cut are missing: %d bytes, %v", len(rows), err)
	}
}

// TestTheWholeWay goes from the embedded captures to a comparison of two runs.
func TestTheWholeWay(t *testing.T) {
	captures := unpacked(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, "extract", "--quiet", "--accounting", at("accounting.json"), "-o", at("flows"), captures)
	tables, err := filepath.Glob(at("flows/*_Flow.csv"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("no flow tables written (%v)", err)
	}
	must(t, "dataset", "--quiet", "--out", at("set"), captures)
	if out := must(t, "audit", "--split", "published", at("set")); !strings.Contains(out, "share") {
		t.Errorf("the audit does not say what windows share:\n%s", out)
	}
	for _, model := range []string{"gru", "cnn"} {
		out := must(t, "train", "--data", at("set"), "--model", model, "--epochs", "1",
			"--split", "published", "--quiet", "--out", at(model))
		for _, want := range []string{"majority", "1-NN", "superflows, not kept apart"} {
			if !strings.Contains(out, want) {
				t.Errorf("train %s: the score does not name %q:\n%s", model, want, out)
			}
		}
	}
	// A run says all that is needed to repeat it.
	must(t, "train", "--like", at("gru"), "--quiet", "--out", at("again"))
	if a, b := weightsOf(t, at("gru")), weightsOf(t, at("again")); a != b {
		t.Errorf("repeated, a run has the weights %s, not %s", b, a)
	}
	if code, _, errs := flowbook(t, "resume", at("again")); code != exitFine || !strings.Contains(errs, "has finished already") {
		t.Errorf("resume of a finished run: exit code %d, %s", code, errs)
	}
	search := []string{"tune", "--data", at("set"), "--model", "gru", "--backend", "go", "--epochs", "2", "--trials", "3",
		"--split", "published", "--quiet", "--out", at("search")}
	out := must(t, search...)
	if !strings.Contains(out, "Cost of the search: 3 trials") || out != must(t, search...) { // the second time from what is there
		t.Errorf("tune printed\n%s", out)
	}
	must(t, "train", "--like", at("search"), "--quiet", "--out", at("best"))
	if out := must(t, "evaluate", "--json", at("gru")); !strings.HasPrefix(out, "{") {
		t.Errorf("evaluate --json printed %q", out)
	}
	if out := must(t, "compare", at("cnn"), at("gru")); !strings.Contains(out, "H0") {
		t.Errorf("compare does not state its hypotheses:\n%s", out)
	}
}

// weightsOf is the name of a run's weights, which holds their hash.
func weightsOf(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "weights-*.npz"))
	if err != nil || len(found) != 1 {
		t.Fatalf("weights of %s: %q, %v", dir, found, err)
	}
	return filepath.Base(found[0])
}

func TestCourseIsEmbedded(t *testing.T) {
	if n := len(course.Captures()); n < 48 {
		t.Errorf("%d captures embedded, want 48 or more", n)
	}
}

func TestThePresetBringsItsSplit(t *testing.T) {
	for _, c := range []struct {
		args []string
		kind string
	}{
		{nil, "group"},
		{[]string{"--preset", "published"}, "published"},
		{[]string{"--preset", "published", "--split", "group"}, "group"},
		{[]string{"--split", "published"}, "published"},
	} {
		var f trainFlags
		cmd := &cobra.Command{}
		f.bind(cmd)
		if err := cmd.ParseFlags(append(c.args, "--data", "d", "--model", "gru", "--split-seed", "7")); err != nil {
			t.Fatal(err)
		}
		r, err := f.recipe(cmd)
		if err != nil || r.Split.Kind != c.kind || r.Split.Seed != 7 {
			t.Errorf("train %v: split %+v (%v), want kind %s and seed 7", c.args, r.Split, err, c.kind)
		}
	}
}

func TestExtractIntoDirectoriesAndBesideBadInput(t *testing.T) {
	courseDir, dir := unpacked(t), t.TempDir()
	paths, _, err := captures([]string{courseDir})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(paths[0]) + "_Flow.csv"
	must(t, "extract", "--quiet", "-o", dir, paths[0]) // a directory that is there
	must(t, "extract", "--quiet", "-o", filepath.Join(dir, "new")+"/", paths[0])
	code, _, errs := flowbook(t, "extract", "--quiet", "-o", filepath.Join(dir, "some"), paths[0], filepath.Join(dir, "missing.pcap"))
	if code != exitInputs || !strings.Contains(errs, "missing.pcap") {
		t.Errorf("a missing capture beside a good one: exit code %d, message %q", code, errs)
	}
	for _, sub := range []string{".", "new", "some"} {
		if _, err := os.Stat(filepath.Join(dir, sub, name)); err != nil {
			t.Errorf("%s: %v", sub, err)
		}
	}
	if out := must(t, "extract", "--quiet", "--accounting", "-", "-o", filepath.Join(dir, "one.csv"), paths[0]); !strings.HasPrefix(out, "[") {
		t.Errorf("--accounting - printed %q", out)
	}
}
