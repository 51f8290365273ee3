package label

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/internal/testdata"

	"pgregory.net/rapid"
)

// truth is one entry of the reference labels of the real captures.
type truth struct {
	Capture string `json:"capture"`
	Label   []any  `json:"label"` // type, app, 0 or 1 for VPN; null for none
	Session string `json:"session"`
}

func realCaptures(t *testing.T) []truth {
	t.Helper()
	text, err := os.ReadFile(testdata.Shared(t, "golden", "realdata", "captures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []truth
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestISCXOnRealCaptureNames(t *testing.T) {
	rules := ISCX()
	all := realCaptures(t)
	var unmatched []string
	for _, c := range all {
		got, ok := rules.Match(c.Capture)
		if !ok {
			unmatched = append(unmatched, c.Capture)
		}
		if ok != (c.Label != nil) {
			t.Errorf("%s: matched %v, expected label %v", c.Capture, ok, c.Label)
			continue
		}
		if !ok {
			continue
		}
		want := Label{Type: c.Label[0].(string), App: c.Label[1].(string), VPN: c.Label[2].(float64) == 1, Session: c.Session}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", c.Capture, got, want)
		}
	}
	if len(all) != 146 || len(unmatched) != 9 {
		t.Errorf("%d captures, unmatched %v", len(all), unmatched)
	}
	for _, name := range unmatched {
		if !strings.HasPrefix(name, "tor") {
			t.Errorf("%s has no label", name)
		}
	}
}

// The four captures of the original 150 that the reference labels lack.
func TestISCXOnMissingCaptures(t *testing.T) {
	for name, want := range map[string]Label{
		"facebook_audio4.pcapng": {Type: "voip", App: "facebook", Session: "facebook_audio4"},
		"hangouts_audio4.pcap":   {Type: "voip", App: "hangouts", Session: "hangouts_audio4"},
		"skype_audio3.pcapng":    {Type: "voip", App: "skype", Session: "skype_audio3"},
		"skype_file8.pcap":       {Type: "file transfer", App: "skype", Session: "skype_file8"},
	} {
		if got, ok := ISCX().Match(name); !ok || got != want {
			t.Errorf("%s: got %+v, %v", name, got, ok)
		}
	}
}

// For ISCX the longest prefix and the released program's first match agree.
func TestLongestPrefixEqualsFirstMatch(t *testing.T) {
	order := strings.Split(string(iscx), "\n")
	for _, c := range realCaptures(t) {
		got, _ := ISCX().Match(c.Capture)
		plain, _ := strings.CutPrefix(strings.ToLower(c.Capture), vpnPrefix)
		first := ""
		for _, line := range order {
			p, labels, ok := strings.Cut(line, ",")
			if ok && !strings.HasPrefix(p, "#") && strings.HasPrefix(plain, p) {
				first = labels
				break
			}
		}
		if want := strings.TrimPrefix(got.Type+","+got.App, ","); first != want {
			t.Errorf("%s: longest prefix gives %q, first match %q", c.Capture, want, first)
		}
	}
}

func TestStemAndSession(t *testing.T) {
	for path, want := range map[string][2]string{
		"vpn_email2a.pcap_Flow.csv":       {"vpn_email2a", "vpn_email2"},
		"x/AIMchat2.csv":                  {"AIMchat2", "aimchat2"},
		"vpn_ftps_A.pcap.gz":              {"vpn_ftps_A", "vpn_ftps_a"},
		"voipbuster_4b.pcapng":            {"voipbuster_4b", "voipbuster_4"},
		"youtubeHTML5_1.pcap":             {"youtubeHTML5_1", "youtubehtml5_1"},
		"a":                               {"a", "a"},
		".csv":                            {".csv", ".csv"},
		"capture.2026.pcap.zst":           {"capture.2026", "capture.2026"},
		"skype_files1a.PCAP_FLOW.CSV":     {"skype_files1a", "skype_files1"},
		"host03-voip.pcapng_Flow.parquet": {"host03-voip", "host03-voip"},
	} {
		stem := Stem(path)
		if got := [2]string{stem, Session(stem)}; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestLoad(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"good":      {"# mine\nPrefix, Type, App\n\nzoom,video,zoom\nzoom_chat, chat , zoom\n", ""},
		"bom":       {"\ufeffprefix,type,app\nzoom,video,zoom\r\n", ""},
		"empty":     {"", "found no rule"},
		"no header": {"zoom,video,zoom\n", "line 1: found \"zoom,video,zoom\", expected the header"},
		"fields":    {"prefix,type,app\nzoom,video\n", "line 2: found 2 fields, expected 3"},
		"reference": {"prefix,type,app\nzoom,=teams\nteams,=meet\nmeet,video,zoom\n", ""},
		"cycle":     {"prefix,type,app\nzoom,=teams\nteams,=zoom\n", "found a cycle: zoom = teams = zoom"},
		"unknown":   {"prefix,type,app\nzoom,=teams\n", "line 2: zoom refers to \"teams\""},
		"blank":     {"prefix,type,app\nzoom,,zoom\n", "line 2: found an empty field"},
		"twice":     {"prefix,type,app\nzoom,a,b\nteams,a,b\nZoom,a,c\n", "line 4: prefix \"zoom\" stands on line 2 already"},
		"vpn":       {"prefix,type,app\nvpn_zoom,a,b\n", "expected it without"},
	} {
		path := filepath.Join(t.TempDir(), "rules.csv")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		rules, err := Load(path)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path)):
			t.Errorf("%s: error %v, expected %q", name, err, c.want)
		case c.want == "":
			if l, ok := rules.Match("vpn_Zoom3b.pcap"); !ok || l != (Label{Type: "video", App: "zoom", VPN: true, Session: "vpn_zoom3"}) {
				t.Errorf("%s: %+v, %v", name, l, ok)
			}
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("missing file: %v", err)
	}
}

// The order of the lines does not matter.
func TestOrderOfRules(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(iscx)), "\n")
	head := 0
	for lines[head] != rulesHeader {
		head++
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := rapid.Permutation(lines[head+1:]).Draw(t, "lines")
		rules, err := parse("x", []byte(rulesHeader+"\n"+strings.Join(shuffled, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"scpDown3", "scp1", "sftpUp1", "vpn_ftps_A", "ftps_down_1a", "nothing"}).Draw(t, "name")
		got, ok := rules.Match(name)
		want, wok := ISCX().Match(name)
		if got != want || ok != wok {
			t.Fatalf("%s: %+v, want %+v", name, got, want)
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add(iscx, "vpn_skype_files1a.pcap")
	f.Add([]byte("prefix,type,app\nx,y,z"), "X1b")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		rules, err := parse("x", text)
		if err != nil {
			return
		}
		if l, ok := rules.Match(name); ok && (l.Type == "" || l.App == "") {
			t.Errorf("%q: matched with an empty label %+v", name, l)
		}
	})
}
