package main

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"flowbook/data/course"
	"flowbook/flowlib/dataset"
	"flowbook/flowlib/label"

	"github.com/google/renameio/v2"
)

// writeSubsets chooses the subsets and frozen splits of the set that is
// embedded in this program, and writes them.
func writeSubsets(to string) error {
	windows, err := countWindows()
	if err != nil {
		return err
	}
	all := course.Captures()
	in := map[string][]string{}
	for _, s := range []struct {
		name  string
		files []string
	}{
		{"balanced", balanced(all, windows)},
		{"paper-like", paperLike(all, windows)},
		{"tiny", tiny(all, windows)},
	} {
		for _, f := range s.files {
			in[f] = append(in[f], s.name)
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(append([]string{"file", "subsets"}, course.Units...))
	for _, c := range all {
		line := []string{c.File, strings.Join(in[c.File], " ")}
		for _, u := range course.Units {
			line = append(line, part(u, c))
		}
		w.Write(line)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return renameio.WriteFile(to, b.Bytes(), 0o644)
}

// countWindows builds the data set of all captures and counts the windows of
// each, by file name.
func countWindows() (map[string]int, error) {
	dir, err := os.MkdirTemp("", "course")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := course.Unpack(dir+"/captures", false); err != nil {
		return nil, err
	}
	set, err := dataset.Build(dir+"/set", dataset.Recommended(), dir+"/captures")
	if err != nil {
		return nil, err
	}
	n := map[string]int{}
	for i := range set.Windows {
		n[set.Windows[i].Group("capture")+".pcap.gz"]++
	}
	return n, nil
}

// part is where a capture stands in the frozen split of a unit. The last third
// of the hosts and of the days are test parts; two of six access networks; and
// of each application one implementation.
func part(unit string, c label.Capture) string {
	pick := func(value string, validation, test []string) string {
		switch {
		case slices.Contains(test, value):
			return "test"
		case slices.Contains(validation, value):
			return "validation"
		}
		return "train"
	}
	switch unit {
	case "host":
		return pick(c.Host, []string{"host13", "host14", "host15", "host16"},
			[]string{"host17", "host18", "host19", "host20", "host21", "host22", "host23", "host24"})
	case "day":
		return pick(c.Day, []string{"2026-03-05"}, []string{"2026-03-06", "2026-03-07"})
	case "access":
		return pick(c.Access, []string{"wifi"}, []string{"lte", "satellite"})
	}
	ways := []string{"poll", "longpoll", "imap-poll", "explicit", "scp", "ahead", "tls", "encrypted", "h1", "h3", "srtp", "quic", "sip-g729"}
	if c.Type == "file transfer" && c.App == "skype" {
		ways = []string{"tls"}
	}
	if c.App == "hangouts" && c.Type == "voip" || c.App == "skype" && c.Type == "video" {
		ways = []string{"webrtc"}
	}
	if c.Type == "voip" && c.App == "skype" {
		ways = []string{"quic"}
	}
	if c.Type == "chat" && c.App == "facebook" {
		ways = []string{"stream"}
	}
	return pick(c.Implementation, nil, ways)
}

// fill takes captures in an order that has nothing to do with what is in them,
// leaving out those with too many windows, until they have about as many as
// wanted. Where every capture has too many it takes the smallest.
func fill(from []label.Capture, windows map[string]int, wanted float64) (files []string) {
	r := rand.New(rand.NewPCG(1, 2))
	smallest, got := "", 0
	for _, i := range r.Perm(len(from)) {
		name := from[i].File
		n := windows[name]
		if n == 0 {
			continue
		}
		if smallest == "" || n < windows[smallest] {
			smallest = name
		}
		if float64(got) < 0.9*wanted && float64(got+n) <= 1.25*wanted {
			files = append(files, name)
			got += n
		}
	}
	if len(files) == 0 && smallest != "" {
		return []string{smallest}
	}
	return files
}

// balanced takes as many windows of each type, plain and inside a VPN, spread
// evenly over its applications.
func balanced(all []label.Capture, windows map[string]int) []string {
	const perType = 320
	apps := map[string]map[string]bool{}
	for _, c := range all {
		if apps[c.Type] == nil {
			apps[c.Type] = map[string]bool{}
		}
		apps[c.Type][c.App] = true
	}
	var files []string
	for _, cell := range cells(all) {
		got := fill(cell, windows, perType/2/float64(len(apps[cell[0].Type])))
		files = append(files, got...)
	}
	return files
}

// cells are the captures of each pair, plain and inside a VPN apart.
func cells(all []label.Capture) [][]label.Capture {
	at := map[[3]string]int{}
	var cells [][]label.Capture
	for _, c := range all {
		k := [3]string{c.Type, c.App, map[bool]string{true: "vpn"}[c.VPN]}
		i, ok := at[k]
		if !ok {
			i = len(cells)
			at[k] = i
			cells = append(cells, nil)
		}
		cells[i] = append(cells[i], c)
	}
	return cells
}

// paperLike takes windows in the proportions of the paper's Table 9. The pair
// that is scarcest against the table decides how many there are in all.
func paperLike(all []label.Capture, windows map[string]int) []string {
	have := map[label.Pair]int{}
	byPair := map[label.Pair][]label.Capture{}
	for _, c := range all {
		p := label.Pair{Type: c.Type, App: c.App}
		have[p] += windows[c.File]
		byPair[p] = append(byPair[p], c)
	}
	factor := -1.0
	for p, n := range table9 {
		if f := float64(have[p]) / float64(n); factor < 0 || f < factor {
			factor = f
		}
	}
	var files []string
	for p, n := range table9 {
		got := fill(byPair[p], windows, factor*float64(n))
		files = append(files, got...)
	}
	return files
}

// tiny takes four hosts that have four pairs so that each pair is twice plain
// and twice inside a VPN, with as few windows as can be but some in each. No
// host is of the test part.
func tiny(all []label.Capture, windows map[string]int) []string {
	pairs := []label.Pair{{Type: "chat", App: "skype"}, {Type: "email", App: "mail"}, {Type: "voip", App: "hangouts"}, {Type: "voip", App: "skype"}}
	type cell struct {
		file string
		vpn  bool
		n    int
	}
	rows := map[string]map[label.Pair]cell{}
	var hosts []string
	for _, c := range all {
		p := label.Pair{Type: c.Type, App: c.App}
		if !slices.Contains(pairs, p) || part("host", c) == "test" {
			continue
		}
		if rows[c.Host] == nil {
			rows[c.Host] = map[label.Pair]cell{}
			hosts = append(hosts, c.Host)
		}
		rows[c.Host][p] = cell{c.File, c.VPN, windows[c.File]}
	}
	best, fewest := []string(nil), 0
	for a := range hosts {
		for b := a + 1; b < len(hosts); b++ {
			for c := b + 1; c < len(hosts); c++ {
				for d := c + 1; d < len(hosts); d++ {
					var files []string
					sum, fits := 0, true
					for _, p := range pairs {
						vpn := 0
						for _, h := range []string{hosts[a], hosts[b], hosts[c], hosts[d]} {
							x := rows[h][p]
							files, sum = append(files, x.file), sum+x.n
							fits = fits && x.n > 0
							if x.vpn {
								vpn++
							}
						}
						fits = fits && vpn == 2
					}
					if fits && (best == nil || sum < fewest) {
						best, fewest = files, sum
					}
				}
			}
		}
	}
	return best
}
