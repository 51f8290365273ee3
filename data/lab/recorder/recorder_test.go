package recorder

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/data/lab/session"
	"flowbook/data/lab/virtual"
)

func TestPlan(t *testing.T) {
	specs, err := plan(Options{Hosts: 12, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) != 12*12 {
		t.Errorf("%d recordings", len(specs))
	}
	names, seeds, vpn := map[string]bool{}, map[uint64]bool{}, 0
	for _, s := range specs {
		names[fileName(s)], seeds[s.Seed] = true, true
		if s.VPN {
			vpn++
		}
	}
	if len(names) != len(specs) || len(seeds) != len(specs) || vpn != 6*12 {
		t.Errorf("%d names, %d seeds, %d in the VPN", len(names), len(seeds), vpn)
	}
}

func TestPlanChooses(t *testing.T) {
	specs, err := plan(Options{Hosts: 3, Apps: []string{"skype", "email/mail"}, Access: []string{"dsl", "lte"}, VPN: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) != 3*5 { // skype has four types
		t.Errorf("%d recordings", len(specs))
	}
	for _, s := range specs {
		if want := []string{"lte", "dsl"}[s.Host%2]; !s.VPN || s.Access != want {
			t.Errorf("%+v, expected %s inside the VPN", s, want)
		}
	}
	for _, o := range []Options{{Apps: []string{"fax"}}, {Access: []string{"modem"}}} {
		if _, err := plan(o); err == nil {
			t.Errorf("%+v was planned", o)
		}
	}
}

func TestFileName(t *testing.T) {
	got := fileName(session.Spec{Host: 3, Type: "file transfer", App: "sftp_down", VPN: true})
	if want := "host03_file-transfer_sftp_down_vpn.pcap"; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
}

// TestRecordInVirtualTime builds the program for virtual time and makes four
// short recordings with it, two of them inside the VPN.
func TestRecordInVirtualTime(t *testing.T) {
	program, err := virtual.Build("..", "./cmd/session")
	if err != nil {
		t.Fatal(err)
	}
	lookAtSources(t)
	dir := t.TempDir()
	o := Options{Out: dir, Hosts: 2, Apps: []string{"icq", "sftp_down"}, Seconds: 30, Seed: 9, Parallel: 2, Any: true}
	reports := 0
	if err := Record(t.Context(), program, o, func(int, int, session.Result) { reports++ }); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	var side struct {
		Format   string
		Captures []label
	}
	if err := json.Unmarshal(b, &side); err != nil {
		t.Fatal(err)
	}
	if len(side.Captures) != 4 || reports != 4 || side.Format != "flowbook-labels/1" {
		t.Fatalf("%d captures, %d reports, format %q", len(side.Captures), reports, side.Format)
	}
	for _, c := range side.Captures {
		if _, err := os.Stat(filepath.Join(dir, c.File)); err != nil {
			t.Error(err)
		}
		if c.Packets < 20 || c.Seconds != 30 || c.VPN != (c.Host == "host02") || c.Session == "" {
			t.Errorf("%+v", c)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 5 {
		t.Errorf("%v, error %v, expected four captures and labels.json", entries, err)
	}

	o.Any, o.Hosts, o.Apps = false, 1, []string{"icq"} // 30 s have no window
	if err := Record(t.Context(), program, o, func(int, int, session.Result) {}); err == nil || !strings.Contains(err.Error(), "windows") {
		t.Errorf("a recording without windows: %v", err)
	}
}

func TestRecordNamesWhatFailed(t *testing.T) {
	o := Options{Out: t.TempDir(), Hosts: 1, Apps: []string{"icq"}, Parallel: 1}
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
