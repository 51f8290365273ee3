package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/internal/testdata"
)

// pairs lays out the tables that the original tool wrote for some captures.
func pairs(t *testing.T, names map[string]string) (super, mini string) {
	t.Helper()
	super, mini = t.TempDir(), t.TempDir()
	for to, from := range names {
		copyFile(t, testdata.Shared(t, "oracle", from, "v2018", "120s5s.csv"), filepath.Join(super, to+".pcap_Flow.csv"))
		copyFile(t, testdata.Shared(t, "oracle", from, "v2018", "3s5s.csv"), filepath.Join(mini, to+".pcap_Flow.csv"))
	}
	return super, mini
}

// From the captures or from the original tool's tables of them, the published
// way gives the same windows: the same inputs, however the tool orders its rows.
func TestPairsEqualCaptures(t *testing.T) {
	in, r := captures(t)
	super, mini := pairs(t, map[string]string{
		"zoom1a": "youtube_quic", "zoom1b": "whatsapp_call", "zoom2": "google_meet", "vpn_chat1": "openvpn_nohmac", "vpn_chat2": "voip_sip_fax", "other": "skype",
	})
	p := Published()
	p.Labels, p.Window = r.Labels, r.Window
	a, err := Build(t.TempDir(), p, in)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	b, err := BuildPairs(dir, p, super, mini)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Windows) != len(b.Windows) || len(a.Windows) < 50 {
		t.Fatalf("%d windows of captures, %d of tables", len(a.Windows), len(b.Windows))
	}
	prints := func(s *Set) (all []string) {
		for _, p := range s.prints() {
			all = append(all, string(p[:]))
		}
		slices.Sort(all)
		return all
	}
	if !slices.Equal(prints(a), prints(b)) {
		t.Error("the inputs of the windows differ")
	}
	built := false
	again, err := Builder{Progress: func(int, int, string) { built = true }}.EnsurePairs(dir, p, super, mini)
	if err != nil || built || again.Hash != b.Hash {
		t.Errorf("EnsurePairs built again: %v, %v", built, err)
	}
	copyFile(t, filepath.Join(mini, "zoom1b.pcap_Flow.csv"), filepath.Join(mini, "zoom1a.pcap_Flow.csv"))
	if _, err = (Builder{Progress: func(int, int, string) { built = true }}).EnsurePairs(dir, p, super, mini); err != nil || !built {
		t.Errorf("EnsurePairs did not see another table of miniflows: %v", err)
	}
}

func TestBadPairs(t *testing.T) {
	_, r := captures(t)
	r.Window = 1
	super, mini := pairs(t, map[string]string{"zoom1a": "youtube_quic", "zoom1b": "whatsapp_call", "zoom2": "google_meet", "zoom3": "google_meet"})
	os.Remove(filepath.Join(super, "zoom1b.pcap_Flow.csv"))
	os.Remove(filepath.Join(mini, "zoom2.pcap_Flow.csv"))
	write(t, filepath.Join(mini, "zoom3.pcap_Flow.csv"), "")
	set, err := BuildPairs(t.TempDir(), r, super, mini)
	var bad *InputErrors
	if !errors.As(err, &bad) || len(bad.Errs) != 3 || set == nil {
		t.Fatalf("set %v, error %v", set != nil, err)
	}
	for i, want := range []string{"no table of the miniflows of \"zoom2\"", "zoom3.pcap_Flow.csv: the file is empty", "no table of the superflows of \"zoom1b\""} {
		if !strings.Contains(bad.Errs[i].Error(), want) {
			t.Errorf("error %v, expected %q", bad.Errs[i], want)
		}
	}
	r.Sequence = "flows"
	if _, err := BuildPairs(t.TempDir(), r, super, mini); err == nil || !strings.Contains(err.Error(), "pairs of tables give windows of miniflows") {
		t.Error(err)
	}
	if _, err := BuildPairs(t.TempDir(), Published(), super, filepath.Join(mini, "none")); !os.IsNotExist(err) {
		t.Errorf("no directory: %v", err)
	}
}

// Tables of another timeout than the recipe's are bad inputs, named.
func TestMixedTimeouts(t *testing.T) {
	_, r := captures(t)
	super, mini := pairs(t, map[string]string{"zoom1a": "youtube_quic", "zoom1b": "whatsapp_call", "zoom2": "google_meet", "vpn_chat2": "voip_sip_fax"})
	p := Published()
	p.Labels, p.Window = r.Labels, r.Window
	_, err := BuildPairs(t.TempDir(), p, mini, super)
	if err == nil || !strings.Contains(err.Error(), "expected at most the flow timeout of 3s") {
		t.Errorf("directories the wrong way round: %v", err)
	}
	long := filepath.Join(super, "zoom2.pcap_Flow.csv")
	copyFile(t, long, filepath.Join(mini, "zoom2.pcap_Flow.csv"))
	var bad *InputErrors
	s, err := BuildPairs(t.TempDir(), p, super, mini)
	if s == nil || !errors.As(err, &bad) || len(bad.Errs) != 1 || !strings.Contains(bad.Errs[0].Error(), "zoom2.pcap_Flow.csv: flow") {
		t.Errorf("one table of 120 s among those of 3 s: %v", err)
	}
}
