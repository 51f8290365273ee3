package recorder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/data/lab/session"
	"flowbook/data/lab/virtual"
)

// TestCoursePlan proves that the design is crossed.
func TestCoursePlan(t *testing.T) {
	specs, err := plan(Options{Course: true, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	names, seeds, cells, days, last := map[string]bool{}, map[uint64]bool{}, map[string]int{}, map[[2]int]int{}, false
	for _, s := range specs {
		names[fileName(s)], seeds[s.Seed] = true, true
		cells[fmt.Sprint(s.Type, s.App, s.Day, s.Tunnel)]++
		days[[2]int{s.Host, s.Day}]++
		if held := HeldBack(s.Host, s.Day); last && !held {
			t.Fatalf("%s is recorded after what is held back", fileName(s))
		} else {
			last = held
		}
	}
	if len(specs) != 26*CourseHosts || len(names) != len(specs) || len(seeds) != len(specs) || len(cells) != 26*session.Days*3 {
		t.Errorf("%d recordings, %d names, %d seeds, %d cells", len(specs), len(names), len(seeds), len(cells))
	}
	for c, n := range cells {
		want := 1
		if strings.HasSuffix(c, " ") || !strings.Contains(c, "wireguard") && !strings.Contains(c, "tls") {
			want = 2
		}
		if n != want {
			t.Errorf("%s: %d recordings, expected %d", c, n, want)
		}
	}
	if len(days) < CourseHosts*session.Days*9/10 {
		t.Errorf("%d of host and day", len(days))
	}
}

func TestPlanChooses(t *testing.T) {
	specs, err := plan(Options{Hosts: 3, Apps: []string{"skype", "email/mail"}, Access: []string{"dsl", "lte"}, Tunnel: "tls"})
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) != 3*5 { // skype has four types
		t.Errorf("%d recordings", len(specs))
	}
	for _, s := range specs {
		if want := []string{"lte", "dsl"}[s.Host%2]; s.Tunnel != "tls" || s.Access != want {
			t.Errorf("%+v, expected %s inside the VPN", s, want)
		}
	}
	for _, o := range []Options{{Hosts: 1, Apps: []string{"fax"}}, {Hosts: 1, Access: []string{"modem"}}, {}} {
		if _, err := plan(o); err == nil {
			t.Errorf("%+v was planned", o)
		}
	}
}

func TestFileName(t *testing.T) {
	got := fileName(session.Spec{Host: 3, Type: "file transfer", App: "sftp_down", Tunnel: "tls"})
	if want := "host03_file-transfer_sftp_down_vpn.pcap"; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
}

// build makes the program for virtual time.
func build(t *testing.T) string {
	t.Helper()
	program, err := virtual.Build("..", "./cmd/session")
	if err != nil {
		t.Fatal(err)
	}
	lookAtSources(t)
	return program
}

// TestRecordInVirtualTime makes short recordings of a few classes, plain and
// in both tunnels, and makes only what is missing the second time.
func TestRecordInVirtualTime(t *testing.T) {
	program, dir := build(t), t.TempDir()
	for i, tunnel := range []string{"", "wireguard", "tls"} {
		o := Options{Out: filepath.Join(dir, "t"+tunnel), Hosts: 1, Apps: []string{"icq", "ftps", "video/hangouts"}, Seconds: 20, Seed: 9 + uint64(i), Jobs: 2, Tunnel: tunnel}
		reports := 0
		if err := Record(t.Context(), program, o, func(int, int, session.Result) { reports++ }); err != nil {
			t.Fatal(err)
		}
		side := readLabels(t, o.Out)
		if len(side) != 3 || reports != 3 {
			t.Fatalf("%d captures, %d reports", len(side), reports)
		}
		for _, c := range side {
			truth, err := os.ReadFile(filepath.Join(o.Out, c.File+".truth"))
			if err != nil {
				t.Fatal(err)
			}
			if c.Packets < 20 || c.Seconds != 20 || c.VPN != (tunnel != "") || c.Day != "2026-03-02" || len(truth) != c.Packets || bytes.Count(truth, []byte{session.Application}) < 10 {
				t.Errorf("%+v, truth about %d packets", c, len(truth))
			}
		}
		if tunnel == "tls" {
			again(t, program, o, side[1].File)
		}
	}
}

// again removes a recording and records the set once more.
func again(t *testing.T, program string, o Options, gone string) {
	before := map[string]os.FileInfo{}
	entries, err := filepath.Glob(filepath.Join(o.Out, "*.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if before[e], err = os.Stat(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(o.Out, gone)); err != nil {
		t.Fatal(err)
	}
	if err := Record(t.Context(), program, o, func(int, int, session.Result) {}); err != nil {
		t.Fatal(err)
	}
	for name, old := range before {
		now, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if made := !old.ModTime().Equal(now.ModTime()); made != (filepath.Base(name) == gone) {
			t.Errorf("%s: made again %v", name, made)
		}
	}
}

func readLabels(t *testing.T, dir string) []label {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	var side struct {
		Format   string
		Captures []label
	}
	if err := json.Unmarshal(b, &side); err != nil || side.Format != "flowbook-labels/1" {
		t.Fatalf("format %q, error %v", side.Format, err)
	}
	return side.Captures
}

// TestInterruptLeavesNothingTorn stops a set while its recordings are made.
func TestInterruptLeavesNothingTorn(t *testing.T) {
	program, dir := build(t), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Out: dir, Hosts: 1, Apps: []string{"icq", "video/skype"}, Seconds: 600, Seed: 3, Jobs: 1}
	err := Record(ctx, program, o, func(int, int, session.Result) { cancel() })
	if err == nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if strings.Contains(n, ".part") || filepath.Base(n) == "labels.json" {
			t.Errorf("%s was left", n)
		}
	}
}

func TestRecordNamesWhatFailed(t *testing.T) {
	o := Options{Out: t.TempDir(), Hosts: 1, Apps: []string{"icq"}, Jobs: 1}
	err := Record(context.Background(), filepath.Join(o.Out, "no-program"), o, nil)
	if err == nil || !strings.Contains(err.Error(), "host01_chat_icq.pcap") {
		t.Errorf("error %v", err)
	}
}

// lookAtSources tells the cache of test results that this test depends on all
// sources of the module: go test notes which files a test looks at.
func lookAtSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("..", func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == ".build" {
			return filepath.SkipDir
		}
		if err == nil && filepath.Ext(name) == ".go" {
			_, err = os.Stat(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
