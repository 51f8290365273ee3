package main

import (
	"path/filepath"
	"strings"
	"testing"

	"flowbook/flowlib/label"
)

// TestRecord records one short session through the command.
func TestRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	must(t, "record", "--quiet", "--out", dir, "--app", "voip/skype", "--access", "dsl", "--vpn", "--seconds", "12", "--seed", "5")
	side, err := label.ReadSidecar(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(side.Captures) != 1 || side.Captures[0].Access != "dsl" || !side.Captures[0].VPN || side.Captures[0].Packets < 100 {
		t.Errorf("%+v", side.Captures)
	}
	must(t, "extract", "--quiet", "-o", filepath.Join(dir, "flows.csv"), filepath.Join(dir, side.Captures[0].File))
}

func TestRecordRefusesNonsense(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	for _, c := range []struct {
		args []string
		code int
		name string
	}{
		{[]string{"--app", "fax"}, exitFailed, `"fax"`},
		{[]string{"--app", "icq", "--access", "modem"}, exitFailed, `"modem"`},
		{[]string{"--app", "icq", "--rate", "-3"}, exitFailed, "-3 Mbit/s"},
		{[]string{"--app", "icq", "--seconds", "-1"}, exitFailed, "-1 s"},
		{[]string{"--jobs", "0"}, exitUsage, "--jobs"},
	} {
		code, _, errs := flowbook(t, append([]string{"record", "--quiet", "--out", dir}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.name) || strings.Contains(errs, "panic") {
			t.Errorf("record %v: exit code %d, want %d: %s", c.args, code, c.code, errs)
		}
		left, err := filepath.Glob(filepath.Join(dir, "*.pcap*"))
		if err != nil || len(left) > 0 {
			t.Errorf("record %v left %v", c.args, left)
		}
	}
}

func TestCourseSubsets(t *testing.T) {
	dir := t.TempDir()
	must(t, "course", "--quiet", "--out", dir, "--subset", "tiny", "--truth", "--comments")
	if tables, err := filepath.Glob(filepath.Join(dir, "*.truth.csv.gz")); err != nil || len(tables) != 16 {
		t.Errorf("%d tables of truth, error %v", len(tables), err)
	}
	for _, args := range [][]string{{"--subset", "huge"}, {"--tiny", "--subset", "balanced"}} {
		if code, _, errs := flowbook(t, append([]string{"course", "--out", dir}, args...)...); code != exitUsage {
			t.Errorf("course %v: exit code %d: %s", args, code, errs)
		}
	}
}
