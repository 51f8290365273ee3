package iscx

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/flowlib/label"
	"flowbook/internal/testdata"
)

// The list and the rules say the same of every capture.
func TestCapturesAgreeWithRules(t *testing.T) {
	all, rules := Captures(), label.ISCX()
	unlabelled, sessions := 0, map[string]bool{}
	for _, c := range all {
		l, ok := rules.Match(c.Name)
		if ok != c.Labelled || ok && l != c.Label {
			t.Errorf("%s: rules say %+v, %v", c.Name, l, ok)
		}
		if !c.Labelled {
			unlabelled++
		}
		sessions[c.Session] = true
	}
	if len(all) != 150 || unlabelled != 9 || len(sessions) < 100 {
		t.Errorf("%d captures, %d without a label, %d sessions", len(all), unlabelled, len(sessions))
	}
}

func TestVerifyRealTables(t *testing.T) {
	f, err := Verify(testdata.Shared(t, "iscx-flows-120s"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"facebook_audio4", "hangouts_audio4", "skype_audio3", "skype_file8"}
	if len(f.Files) != 146 || !slices.Equal(f.Missing, want) || f.Unknown != nil || f.Twice != nil || f.Complete() {
		t.Errorf("%v", f)
	}
}

func TestVerify(t *testing.T) {
	dir := t.TempDir()
	for i, c := range Captures() {
		name := c.Name + ".pcap"
		if i%2 == 0 {
			name = c.Name + ".pcapng.gz"
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := Verify(dir); err != nil || !f.Complete() || f.String() != "150 of 150 captures" {
		t.Errorf("%v, %v", f, err)
	}
	below := filepath.Join(dir, "more")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"email1a.pcap_Flow.csv", "mine.pcap", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(below, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Verify(dir)
	if err != nil || f.Complete() || len(f.Twice) != 1 || len(f.Unknown) != 1 || !strings.Contains(f.String(), "not of ISCX-VPN-NonVPN: "+filepath.Join(below, "mine.pcap")) {
		t.Errorf("%v, %v", f, err)
	}
	if _, err := Verify(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("no directory: %v", err)
	}
}

func ExampleCaptures() {
	for _, c := range Captures()[:3] {
		fmt.Println(c.Name, c.Type, c.App, c.Session)
	}
	// Output:
	// aim_chat_3a chat aim aim_chat_3
	// aim_chat_3b chat aim aim_chat_3
	// aimchat1 chat aim aimchat1
}
