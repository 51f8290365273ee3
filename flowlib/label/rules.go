package label

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed iscx.csv
var iscx []byte

// Rules give captures their labels by the beginning of their file names.
type Rules struct {
	Path  string // the file they were read from
	Rules []Rule // longest prefix first
}

// Rule labels every capture whose name begins with Prefix.
type Rule struct {
	Prefix string // in lower case
	Type   string
	App    string
}

// ISCX returns the rules for the captures of the ISCX-VPN-NonVPN data set.
func ISCX() *Rules {
	r, err := parse("iscx.csv", iscx)
	if err != nil {
		panic("label: " + err.Error())
	}
	return r
}

// Load reads rules from a file: lines "prefix,type,app" below a header that
// says so; empty lines and lines that begin with # are passed over. The longest
// prefix that fits a name decides, whatever the order of the lines. A line
// "prefix,=other" has the label of the line that begins with other.
func Load(path string) (*Rules, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(path, text)
}

const rulesHeader = "prefix,type,app"

func parse(path string, text []byte) (*Rules, error) {
	r := &Rules{Path: path}
	lines := map[string]int{}
	header := false
	s := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !header {
			if strings.ToLower(strings.ReplaceAll(line, " ", "")) != rulesHeader {
				return nil, fmt.Errorf("%s: line %d: found %q, expected the header %q", path, n, line, rulesHeader)
			}
			header = true
			continue
		}
		rule, err := parseRule(line)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		if first := lines[rule.Prefix]; first > 0 {
			return nil, fmt.Errorf("%s: line %d: prefix %q stands on line %d already, expected once", path, n, rule.Prefix, first)
		}
		lines[rule.Prefix] = n
		r.Rules = append(r.Rules, rule)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: after line %d: %w", path, len(lines)+1, err)
	}
	if len(r.Rules) == 0 {
		return nil, fmt.Errorf("%s: found no rule, expected lines %q", path, rulesHeader)
	}
	if err := r.resolve(lines); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	slices.SortFunc(r.Rules, longestFirst)
	return r, nil
}

// alias begins a reference to another prefix: "gmailchat,=hangouts_chat".
const alias = "="

// resolve gives rules that refer to another prefix the label of that rule.
func (r *Rules) resolve(lines map[string]int) error {
	of := map[string]Rule{}
	for _, rule := range r.Rules {
		of[rule.Prefix] = rule
	}
	for i := range r.Rules {
		rule := &r.Rules[i]
		way := []string{rule.Prefix}
		for {
			target, refers := strings.CutPrefix(rule.Type, alias)
			if !refers {
				break
			}
			target = strings.ToLower(strings.TrimSpace(target))
			next, ok := of[target]
			switch {
			case !ok:
				return fmt.Errorf("line %d: %s refers to %q, expected the prefix of another line", lines[rule.Prefix], rule.Prefix, target)
			case slices.Contains(way, target):
				return fmt.Errorf("line %d: found a cycle: %s", lines[rule.Prefix], strings.Join(append(way, target), " = "))
			}
			way = append(way, target)
			rule.Type, rule.App = next.Type, next.App
		}
	}
	return nil
}

// longestFirst orders rules so that the first that fits decides.
func longestFirst(a, b Rule) int {
	if d := len(b.Prefix) - len(a.Prefix); d != 0 {
		return d
	}
	return strings.Compare(a.Prefix, b.Prefix)
}

func parseRule(line string) (Rule, error) {
	f := strings.Split(line, ",")
	if len(f) == 2 && strings.HasPrefix(strings.TrimSpace(f[1]), alias) {
		f = append(f, f[1]) // the type stays the reference until all lines are read
	}
	if len(f) != 3 {
		return Rule{}, fmt.Errorf("found %d fields, expected 3 (%s)", len(f), rulesHeader)
	}
	r := Rule{Prefix: strings.ToLower(strings.TrimSpace(f[0])), Type: strings.TrimSpace(f[1]), App: strings.TrimSpace(f[2])}
	if r.Prefix == "" || r.Type == "" || r.App == "" {
		return Rule{}, fmt.Errorf("found an empty field in %q, expected %s", line, rulesHeader)
	}
	if strings.HasPrefix(r.Prefix, vpnPrefix) {
		return Rule{}, fmt.Errorf("prefix %q begins with %s, expected it without: %[2]s is taken off every name and means inside a VPN", r.Prefix, vpnPrefix)
	}
	return r, nil
}

// vpnPrefix is how the ISCX captures name what was recorded inside a VPN.
const vpnPrefix = "vpn_"

// Match labels a capture by its file name. It reports false when no rule
// fits. Directory and endings of capture and table files do not count.
func (r *Rules) Match(name string) (Label, bool) {
	stem := Stem(name)
	l := Label{Session: Session(stem)}
	plain := strings.ToLower(stem)
	plain, l.VPN = strings.CutPrefix(plain, vpnPrefix)
	for _, rule := range r.Rules {
		if strings.HasPrefix(plain, rule.Prefix) {
			l.Type, l.App = rule.Type, rule.App
			return l, true
		}
	}
	return Label{}, false
}

// endings of files that hold a capture or its flows, outermost first.
var endings = []string{".gz", ".zst", ".csv", ".parquet", "_flow", ".pcap", ".pcapng", ".cap"}

// Stem is the name of a capture without directory and endings:
// "a/vpn_email2a.pcap_Flow.csv" is "vpn_email2a".
func Stem(path string) string {
	name := filepath.Base(path)
	for _, e := range endings {
		if len(name) > len(e) && strings.EqualFold(name[len(name)-len(e):], e) {
			name = name[:len(name)-len(e)]
		}
	}
	return name
}

// Session is the recording session of a capture: its name in lower case
// without a last letter a or b after a digit. aim_chat_3a and aim_chat_3b are
// the two ends of one conversation.
func Session(stem string) string {
	s := strings.ToLower(stem)
	n := len(s)
	if n >= 2 && (s[n-1] == 'a' || s[n-1] == 'b') && s[n-2] >= '0' && s[n-2] <= '9' {
		return s[:n-1]
	}
	return s
}
