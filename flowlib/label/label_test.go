package label

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/internal/testdata"
)

func TestReadSidecar(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadSidecar(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no sidecar: %v", err)
	}
	const capture = `{"file":"a.pcap","type":"voip","app":"sip","vpn":true,"host":"h1","day":"2015-03-27","access":"lte","implementation":"pion","seed":7}`
	for name, c := range map[string]struct{ text, want string }{
		"good":        {`{"format":"flowbook-labels/1","captures":[` + capture + `,{"file":"b1.pcap.gz","type":"t","app":"a","session":"s"}]}`, ""},
		"mark first":  {"\ufeff" + `{"format":"flowbook-labels/1","captures":[` + capture + `,{"file":"b1.pcap.gz","type":"t","app":"a","session":"s"}]}`, ""},
		"version":     {`{"format":"flowbook-labels/2","captures":[]}`, `format is "flowbook-labels/2", expected "flowbook-labels/1"`},
		"no format":   {`{"captures":[]}`, `format is "", expected`},
		"no JSON":     {"file,type,app\n", "not a label file"},
		"wrong type":  {`{"format":"flowbook-labels/1","captures":[{"file":3}]}`, "not a label file"},
		"twice":       {`{"format":"flowbook-labels/1","captures":[` + capture + `,` + capture + `]}`, `capture 2: file "a.pcap" stands twice`},
		"no file":     {`{"format":"flowbook-labels/1","captures":[{"type":"t","app":"a"}]}`, `capture 1: file is ""`},
		"another dir": {`{"format":"flowbook-labels/1","captures":[{"file":"../a.pcap","type":"t","app":"a"}]}`, `file is "../a.pcap", expected the name of a file`},
		"no app":      {`{"format":"flowbook-labels/1","captures":[{"file":"a","type":"t"}]}`, `a: type is "t" and app is "", expected both`},
		"day":         {`{"format":"flowbook-labels/1","captures":[{"file":"a","type":"t","app":"a","day":"2015-02-30"}]}`, `day is "2015-02-30", expected a date`},
		"hash":        {`{"format":"flowbook-labels/1","captures":[{"file":"a","type":"t","app":"a","sha256":"XY"}]}`, `sha256 is "XY", expected 64`},
	} {
		path := filepath.Join(dir, SidecarName)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := ReadSidecar(dir)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("%s: error %v, expected %q", name, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for file, want := range map[string]Label{
			"x/a.pcap":        {Type: "voip", App: "sip", VPN: true, Host: "h1", Session: "a", Day: "2015-03-27", Access: "lte", Implementation: "pion"},
			"a.pcap_Flow.csv": {Type: "voip", App: "sip", VPN: true, Host: "h1", Session: "a", Day: "2015-03-27", Access: "lte", Implementation: "pion"},
			"b1.pcap.gz":      {Type: "t", App: "a", Session: "s"},
		} {
			if got, ok := s.Match(file); !ok || got != want {
				t.Errorf("%s: %+v, %v", file, got, ok)
			}
		}
		if _, ok := s.Match("c.pcap"); ok {
			t.Error("c.pcap has a label")
		}
	}
}

func FuzzSidecar(f *testing.F) {
	f.Add([]byte(`{"format":"flowbook-labels/1","captures":[{"file":"a.pcap","type":"t","app":"a"}]}`))
	f.Add([]byte(`{"format":"flowbook-labels/1","captures":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parseSidecar(text)
		if err != nil {
			return
		}
		for _, c := range s.Captures {
			if c.Type == "" || c.App == "" || c.Session == "" || strings.ContainsRune(c.File, filepath.Separator) {
				t.Errorf("passed: %+v", c)
			}
			if _, ok := s.Match(c.File); !ok {
				t.Errorf("%q does not match itself", c.File)
			}
		}
	})
}

// paperCounts are the windows per pair whose proportions all round to Table 9.
func paperCounts(t *testing.T) Counts {
	t.Helper()
	text, err := os.ReadFile(testdata.Shared(t, "golden", "split", "paper_split.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Counts map[string]int }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	c := Counts{}
	for pair, n := range file.Counts {
		typ, app, _ := strings.Cut(pair, "/")
		c[Pair{typ, app}] = n
	}
	return c
}

// Table 9 comes out as it is printed in the paper.
func TestTable9(t *testing.T) {
	c := paperCounts(t)
	if c.Total() != 10908 || c.OfType("voip") != 6569 || c.OfType("p2p") != 19 || len(c.Apps()) != 16 || len(c.Types()) != 7 {
		t.Errorf("%d windows, %d voip, apps %v, types %v", c.Total(), c.OfType("voip"), c.Apps(), c.Types())
	}
	const want = `application   chat  email  file transfer    p2p  streaming  video   voip  proportion
aim          0.010      0              0      0          0      0      0       0.001
bittorrent       0      0              0  1.000          0      0      0       0.002
facebook     0.030      0              0      0          0  0.260  0.045       0.050
ftps             0      0          0.030      0          0      0      0       0.003
ftps_down        0      0          0.358      0          0      0      0       0.035
hangouts     0.177      0              0      0          0  0.435  0.361       0.270
icq          0.154      0              0      0          0      0      0       0.018
mail             0  1.000              0      0          0      0      0       0.031
netflix          0      0              0      0      0.353      0      0       0.028
sftp             0      0          0.039      0          0      0      0       0.004
sftp_down        0      0          0.006      0          0      0      0       0.001
sftp_up          0      0          0.003      0          0      0      0      0.0003
skype        0.629      0          0.565      0          0  0.305  0.219       0.282
vimeo            0      0              0      0      0.644      0      0       0.050
voipbuster       0      0              0      0          0      0  0.375       0.226
youtube          0      0              0      0      0.004      0      0      0.0003
`
	if got := c.String(); got != want {
		t.Errorf("Table 9 is\n%s\nwant\n%s", got, want)
	}
	if d, at := c.Dependence(); at != (Pair{"p2p", "bittorrent"}) || math.Abs(d-(1-19.0/10908)) > 1e-12 {
		t.Errorf("dependence %v at %v", d, at)
	}
	if m := c.Matrix(); !strings.Contains(m, "mail            0    340") || !strings.HasSuffix(m, "10908\n") {
		t.Errorf("counts\n%s", m)
	}
}

func TestIndependentTasks(t *testing.T) {
	c := Counts{{"a", "x"}: 2, {"a", "y"}: 4, {"b", "x"}: 1, {"b", "y"}: 2, {"c", "z"}: 0}
	if d, _ := c.Dependence(); d > 1e-15 {
		t.Errorf("dependence %v of independent tasks", d)
	}
	if got := fmt.Sprint(c.Types(), c.Apps()); got != "[a b] [x y]" {
		t.Errorf("classes that do not occur: %s", got)
	}
	if v := (Counts{}).Within(Pair{"a", "x"}); v != 0 {
		t.Errorf("%v of nothing", v)
	}
	if got := (Counts{}).String(); got != "application  proportion\n" {
		t.Errorf("%q", got)
	}
}

func ExampleRules_Match() {
	rules := ISCX()
	for _, name := range []string{"vpn_skype_files1b.pcap", "gmailchat3.pcapng", "torFacebook.pcap"} {
		l, ok := rules.Match(name)
		fmt.Println(ok, l.Type, l.App, l.VPN, l.Session)
	}
	// Output:
	// true file transfer skype true vpn_skype_files1
	// true chat hangouts false gmailchat3
	// false   false
}

func ExampleCounts() {
	fmt.Print(Counts{{"chat", "skype"}: 3, {"chat", "icq"}: 1, {"voip", "skype"}: 4})
	// Output:
	// application   chat   voip  proportion
	// icq          0.250      0       0.125
	// skype        0.750  1.000       0.875
}
